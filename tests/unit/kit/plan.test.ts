import assert from 'node:assert/strict';
import { plannedObjects } from '../../../components/kit/parts/plan';
import type { Described } from '../../../components/system/described';
import { clusterSchema } from '../../../config/cluster';
import { planned } from '../../support/objects';

const plain = clusterSchema.parse({});
const withArgoCd = clusterSchema.parse({ argocd: { mode: 'shared', repoUrl: 'https://git.example/fleet' } });
const object = (after?: readonly string[], more: Partial<Described> = {}): Described => ({
  object: planned({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'thing' } }),
  ...(after ? { after } : {}),
  ...more,
});

describe('the objects of a plan', () => {
  it('throw where one comes after another that is not there', () => {
    for (const cluster of [plain, withArgoCd]) {
      assert.throws(() => plannedObjects({ a: object(['volum']), volume: object() }, cluster), {
        message: 'a comes after volum, which is not in the plan',
      });
    }
  });

  it('throw where one comes after itself', () => {
    assert.throws(() => plannedObjects({ a: object(['b']), b: object(['c']), c: object(['b']) }, plain), {
      message: 'a comes after b comes after c comes after b',
    });
  });

  it('carry their order as waves for Argo CD, later than all that they come after', () => {
    const objects = plannedObjects(
      {
        namespace: object(),
        last: object(['volume', 'server']),
        server: object(['volume']),
        volume: object(),
        ours: object(['server'], { deliveredBy: 'pulumi' }),
      },
      withArgoCd,
    );
    const waves = Object.entries<Described>(objects).map(([key, described]) => [
      key,
      described.object.metadata.annotations?.['argocd.argoproj.io/sync-wave'],
    ]);
    assert.deepEqual(waves, [
      ['namespace', '0'],
      ['last', '3'],
      ['server', '2'],
      ['volume', '1'],
      ['ours', undefined],
    ]);
  });

  it('let nobody in before the network policies are there', () => {
    const kind = (apiVersion: string, name: string, spec: object = {}): Described => ({
      object: planned({ apiVersion, kind: name, metadata: { name: 'thing' }, spec }),
      after: ['service'],
    });
    const openings = {
      route: kind('gateway.networking.k8s.io/v1', 'HTTPRoute'),
      ingress: kind('networking.k8s.io/v1', 'Ingress'),
      nodePort: kind('v1', 'Service', { type: 'NodePort' }),
      loadBalancer: kind('v1', 'Service', { type: 'LoadBalancer' }),
    };
    const others = { service: object(), inside: kind('v1', 'Service', { type: 'ClusterIP' }) };
    const policies = {
      deny: { ...kind('networking.k8s.io/v1', 'NetworkPolicy'), after: [] },
      hosts: { ...kind('cilium.io/v2', 'CiliumNetworkPolicy'), after: [] },
    };
    const objects: Record<string, Described> = plannedObjects({ ...openings, ...others, ...policies }, withArgoCd);
    for (const key of Object.keys(openings)) {
      assert.deepEqual(objects[key]?.after, ['service', 'deny', 'hosts'], key);
      assert.equal(objects[key]?.object.metadata.annotations?.['argocd.argoproj.io/sync-wave'], '2', key);
    }
    assert.deepEqual([objects.inside?.after, objects.deny?.after], [['service'], []]);
  });

  it('are left as they are where there is no Argo CD', () => {
    const objects = { a: object() };
    assert.deepEqual(plannedObjects(objects, plain), objects);
  });
});
