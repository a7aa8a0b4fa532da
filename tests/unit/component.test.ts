import assert from 'node:assert/strict';
import { withPods } from '../../components/kit/parts/pods';
import { MemoryMcp } from '../../components/memory-mcp/component';
import { describeMemoryMcp } from '../../components/memory-mcp/objects';
import { resourceOptions } from '../../components/register/objects';
import { engineObject } from '../../components/register/written';
import { parseStack } from '../../components/stack';
import { recordRegistrations, resolved } from '../support/engine-mocks';
import { planned } from '../support/objects';

const cluster = { gateway: { name: 'gw', proxies: { namespace: 'gateways' } }, storageClass: 'fast' };
const settings = { hostname: 'memories.example' };

describe('the MemoryMcp component', () => {
  const config = parseStack({ cluster, memoryMcp: settings }, 'test');
  assert.ok(config.memoryMcp);
  const { objects } = withPods(describeMemoryMcp(config.memoryMcp, config.cluster), config.cluster);

  it('registers exactly the described objects, each with its own type', async () => {
    const registrations = await recordRegistrations(() => new MemoryMcp('memories', { settings, cluster }));
    assert.deepEqual(
      registrations.map(({ type, name }) => `${type} ${name}`),
      [
        'memory-fleet:index:MemoryMcp memories',
        'kubernetes:core/v1:Namespace memories-namespace',
        'kubernetes:core/v1:ServiceAccount memories-serviceAccount',
        'kubernetes:core/v1:PersistentVolumeClaim memories-volume',
        'kubernetes:core/v1:Service memories-service',
        'kubernetes:networking.k8s.io/v1:NetworkPolicy memories-policyDefaultDeny',
        'kubernetes:networking.k8s.io/v1:NetworkPolicy memories-policyFromGateway',
        'kubernetes:gateway.networking.k8s.io/v1:HTTPRoute memories-route',
        'kubernetes:apps/v1:Deployment memories-deployment',
      ],
    );
    for (const [key, { awaited, object }] of Object.entries(objects)) {
      const registration = registrations.find(({ name }) => name === `memories-${key}`);
      assert.deepEqual(registration?.inputs, JSON.parse(JSON.stringify(engineObject(object, awaited))), key);
    }
  });

  it('tells where the server is', async () => {
    await recordRegistrations(async () => {
      const component = new MemoryMcp('memories', { settings, cluster });
      assert.equal(await resolved(component.namespace), 'memory-mcp');
      assert.equal((await resolved(component.endpoint)).url, 'https://memories.example/mcp');
    });
  });

  it('needs no arguments', async () => {
    const registrations = await recordRegistrations(() => new MemoryMcp('memories'));
    assert.equal(registrations.length, 7);
  });

  it('refuses wrong arguments by key, before it registers anything', async () => {
    const registrations = await recordRegistrations(() => {
      assert.throws(
        () => new MemoryMcp('m', { settings: { path: '/x' as '/' } }),
        /m\.settings: 1 problem\n {2}path: /,
      );
      assert.throws(
        () => new MemoryMcp('m', { settings: { token: { source: 'config' } }, secrets: { token: 'changeme-4711' } }),
        ({ message }: Error) => /token: .* expected a value of its own/.test(message) && !message.includes('4711'),
      );
    });
    assert.deepEqual(registrations, []);
  });
});

describe('the program', () => {
  const program: () => Promise<unknown> = require('../../index');
  const deployed = (memoryMcp: object, facts: object = {}) =>
    recordRegistrations(
      program,
      { 'memory-fleet:memoryMcp': JSON.stringify(memoryMcp), 'memory-fleet:cluster': JSON.stringify(facts) },
      'somewhere',
    );

  it('uses one provider, whose identity is the stack and not the kubeconfig', async () => {
    const registrations = await deployed({});
    const providers = registrations.filter(({ type }) => type === 'pulumi:providers:kubernetes');
    assert.deepEqual(
      providers.map(({ inputs }) => inputs),
      [{ clusterIdentifier: 'somewhere', enableConfigMapMutable: 'true', enableSecretMutable: 'true' }],
    );
  });

  it('registers nothing when the configuration has a problem', async () => {
    await assert.rejects(
      deployed({ hostnme: 'x' }),
      /Pulumi\.somewhere\.yaml: 1 problem\n {2}memoryMcp\.hostnme: no such key/,
    );
  });

  it('registers nothing when the plan breaks a rule', async () => {
    await assert.rejects(deployed({}, { production: true }), /memoryMcp\/Deployment\/memory-mcp .* without a digest/);
  });

  it('registers nothing on another cluster than the one that the stack names', async () => {
    const uid = '00000000-0000-4000-8000-000000000000';
    await assert.rejects(deployed({}, { uid }), /belongs to the cluster whose kube-system has the uid 00000000-/);
  });

  it('registers nothing for a stack that names no system', async () => {
    const registrations = await recordRegistrations(program);
    assert.deepEqual(
      registrations.map(({ type }) => type),
      ['pulumi:providers:kubernetes'],
    );
  });
});

describe('what the engine is told about an object', () => {
  const object = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' } };

  it('protects and keeps what holds data, and only that', () => {
    assert.deepEqual(resourceOptions({ object: planned(object), holdsData: true }), {
      protect: true,
      retainOnDelete: true,
    });
    assert.deepEqual(resourceOptions({ object: planned(object) }), {});
  });

  it('waits longer than Kubernetes does before it calls a rollout failed', () => {
    const deployment = { ...object, kind: 'Deployment', spec: { progressDeadlineSeconds: 900 } };
    assert.deepEqual(resourceOptions({ object: planned(deployment) }).customTimeouts, {
      create: '960s',
      update: '960s',
    });
  });

  it('waits for a StatefulSet as long as its pods may take to start, one after the other', () => {
    const container = (seconds: number) => ({ startupProbe: { periodSeconds: 5, failureThreshold: seconds / 5 } });
    const set = (containers: object[], replicas?: number) =>
      resourceOptions({
        object: planned({ ...object, kind: 'StatefulSet', spec: { replicas, template: { spec: { containers } } } }),
      }).customTimeouts?.create;
    assert.equal(set([container(60), container(600)]), '960s');
    assert.equal(set([container(600)], 3), '2160s');
    assert.equal(set([{}]), undefined);
  });

  it('writes every object by one fixed manager, with force, in preview and up alike', () => {
    assert.deepEqual(engineObject({ ...object, kind: 'Namespace' }).metadata.annotations, {
      'pulumi.com/patchFieldManager': 'memory-fleet',
      'pulumi.com/patchForce': 'true',
    });
  });

  it('waits for nothing that another object binds, whose workload is waited for, or that may take hours', () => {
    const awaited = (kind: string) =>
      engineObject({ ...object, kind }).metadata.annotations?.['pulumi.com/skipAwait'] === undefined;
    for (const kind of ['PersistentVolumeClaim', 'Service', 'Job', 'Ingress']) assert.equal(awaited(kind), false, kind);
    for (const kind of ['Namespace', 'Deployment', 'StatefulSet', 'ResourceQuota']) assert.ok(awaited(kind), kind);
  });
});
