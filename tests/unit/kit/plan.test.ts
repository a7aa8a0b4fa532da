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

const annotations = (objects: Readonly<Record<string, Described>>, name: string) =>
  Object.fromEntries(
    Object.entries(objects).map(([key, { object }]) => [
      key,
      object.metadata.annotations?.[`argocd.argoproj.io/${name}`],
    ]),
  );

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

  it('are synced by Argo CD in waves of which only the last has anything that may not become healthy', () => {
    const of = (kind: string, spec: object = {}) =>
      object([], { object: planned({ apiVersion: 'v1', kind, metadata: { name: kind }, spec }) });
    const objects = plannedObjects(
      {
        namespace: of('Namespace'),
        claim: of('PersistentVolumeClaim'),
        server: { ...of('Deployment'), after: ['claim'] },
        policy: { ...of('NetworkPolicy'), after: ['server'] },
        autoscaler: { ...of('HorizontalPodAutoscaler'), after: ['server'] },
        route: of('HTTPRoute'),
        guard: { ...of('SecurityPolicy'), after: ['route'] },
        job: { ...of('Job'), after: ['server'] },
        ours: object(['server'], { deliveredBy: 'pulumi' }),
      },
      withArgoCd,
    );
    assert.deepEqual(annotations(objects, 'sync-wave'), {
      namespace: '0',
      claim: '2',
      server: '2',
      policy: '1',
      autoscaler: '2',
      route: '2',
      guard: '2',
      job: '2',
      ours: undefined,
    });
  });

  it('leave out of the health of their Application what rests until somebody wants it', () => {
    const claim = (name: string) =>
      object([], { object: planned({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name } }) });
    const pod = (...names: string[]) => ({
      template: {
        spec: { volumes: names.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })) },
      },
    });
    const of = (kind: string, spec: object) =>
      object([], { object: planned({ apiVersion: 'v1', kind, metadata: { name: kind }, spec }) });
    const objects = plannedObjects(
      {
        data: claim('data'),
        index: claim('index'),
        backup: claim('backup'),
        nobodys: claim('nobodys'),
        server: of('StatefulSet', pod('data')),
        once: of('Job', pod('index')),
        nightly: of('CronJob', { suspend: false, jobTemplate: { spec: pod('data', 'backup') } }),
        template: of('CronJob', { suspend: true, jobTemplate: { spec: pod('data', 'backup') } }),
      },
      withArgoCd,
    );
    assert.deepEqual(annotations(objects, 'ignore-healthcheck'), {
      data: undefined,
      index: undefined,
      backup: 'true',
      nobodys: 'true',
      server: undefined,
      once: undefined,
      nightly: undefined,
      template: 'true',
    });
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
