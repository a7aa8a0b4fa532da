import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { V1Ingress, V1Job, V1PersistentVolumeClaim, V1Service } from '@kubernetes/client-node';
import * as k8s from '@pulumi/kubernetes';
import { ComponentResource } from '@pulumi/pulumi';
import { clientAffinity } from '../../components/kit/objects/backend-traffic-policy';
import { autoscaler } from '../../components/kit/objects/horizontal-pod-autoscaler';
import { httpRoute } from '../../components/kit/objects/http-route';
import { ingress } from '../../components/kit/objects/ingress';
import { prefixMiddleware } from '../../components/kit/objects/ingress-traefik';
import { runOnceJob } from '../../components/kit/objects/job';
import { labelsOf } from '../../components/kit/objects/labels';
import { dataVolume } from '../../components/kit/objects/persistent-volume-claim';
import { hardenedPod, onOneNode, resourceRequirements, spreadOverNodes } from '../../components/kit/objects/pod';
import { resourceQuota } from '../../components/kit/objects/resource-quota';
import { loadBalancerService, nodePortService } from '../../components/kit/objects/service';
import { serviceMonitor } from '../../components/kit/objects/service-monitor';
import { dashboard } from '../../components/kit/parts/dashboard';
import { networkPolicies } from '../../components/kit/parts/network-policies';
import { cloudNativePgObjects } from '../../components/kit/stores/postgres/cloudnative-pg/objects';
import { registerObjects } from '../../components/register/objects';
import type { Described, DescribedObjects, KubernetesObject } from '../../components/system/described';
import { clusterSchema } from '../../config/cluster';
import { fleetHomeAt } from '../../operate/base/fleet-home';
import { nothingChanged, type OpenStack, openStack } from '../../operate/engine';
import {
  apiWarnings,
  controlPlane,
  ensureNamespace,
  eventually,
  live,
  projectDir,
  removeNamespace,
} from '../support/cluster/control-plane';
import { cloudNativePgDefinitions } from '../support/cluster/definitions';
import { withDefinitions } from '../support/cluster/with-definitions';
import { cloudNativePgArgs } from '../support/stores';

const namespace = 'kit';
const metadata = (name: string) => ({ name, namespace, labels: labelsOf('kit') });
const cluster = clusterSchema.parse({
  gateway: { name: 'gw', implementation: 'envoy-gateway', proxies: { namespace: 'envoy' }, streamTimeouts: true },
  ingress: { certificateIssuer: { name: 'ca' } },
  monitoring: {},
});

/** One of everything that the kit describes and memory-mcp does not have. */
function described(work: string, className?: string): DescribedObjects {
  const { gateway, ingress: controller, monitoring } = cluster;
  const { ingress: traefik } = clusterSchema.parse({ ingress: { implementation: 'traefik' } });
  const backend = { name: 'node-port', port: 8000 };
  const stripped = [{ path: '/mcp-http/memory', backend, replaceBy: '/' }];
  const prefixes = prefixMiddleware(metadata('kit-traefik'), stripped);
  assert.ok(gateway && controller && monitoring && traefik && prefixes);
  const labels = { app: 'kit' };
  const pod = (more: object, container: object = {}) =>
    hardenedPod(
      { uid: 1000, gid: 1000 },
      {
        containers: [
          {
            name: 'c',
            image: 'registry.test/c:1',
            ...container,
            resources: resourceRequirements({ cpu: '10m', memory: '16Mi', memoryLimit: '16Mi' }),
            startupProbe: { tcpSocket: { port: 8000 }, periodSeconds: 5, failureThreshold: 24 },
          },
        ],
        ...more,
      },
    );
  const set = (name: string, more: object): Described<'StatefulSet'> => ({
    object: {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: metadata(name),
      spec: {
        serviceName: name,
        selector: { matchLabels: { ...labels, part: name } },
        template: { metadata: { labels: { ...labels, part: name } }, spec: pod(more) },
      },
    },
  });
  const outside = { selector: labels, ports: [{ name: 'http', port: 8000, targetPort: 8081 }] };
  const route = { metadata: metadata('kit'), gateway, hostname: 'kit.example' };
  const flow = { pods: labels, port: [8000, 18000], purpose: 'a test' };
  return {
    claim: dataVolume({
      metadata: metadata('shared'),
      size: '1Gi',
      storageClass: 'shared',
      accessMode: 'ReadWriteMany',
    }),
    quota: resourceQuota(metadata('kit'), { cpu: '4', memory: '4Gi', storage: '10Gi', pods: 20 }),
    set: set('together', onOneNode(labels)),
    scaled: set('scaled', spreadOverNodes(labels)),
    autoscaler: autoscaler({
      metadata: metadata('scaled'),
      target: { kind: 'StatefulSet', name: 'scaled' },
      minReplicas: 1,
      maxReplicas: 5,
      cpuPercent: 70,
    }),
    // No node is ever called this, so that the Job never ends.
    job: runOnceJob({
      metadata: metadata('index'),
      podLabels: labels,
      retries: 1,
      pod: pod({ nodeSelector: { nowhere: 'true' } }, { args: [work] }),
    }),
    nodePort: nodePortService({ metadata: metadata('node-port'), ...outside }),
    loadBalancer: loadBalancerService({ metadata: metadata('load-balancer'), ...outside }, ['192.0.2.0/24'], {
      ...cluster,
      loadBalancer: { ...cluster.loadBalancer, className },
    }),
    ingress: ingress({
      ...{ metadata: metadata('kit'), ingress: controller, hostname: 'kit.example' },
      rules: stripped,
      tlsSecret: 'tls',
    }),
    prefixes,
    ingressByTraefik: ingress({
      ...{ metadata: metadata('kit-traefik'), ingress: traefik, hostname: 'kit.example' },
      rules: stripped,
      tlsSecret: 'tls',
    }),
    route: httpRoute({ ...route, rules: [{ path: '/mcp/memory', backend, replaceBy: '/' }] }),
    affinity: clientAffinity(metadata('kit')),
    monitor: serviceMonitor(
      metadata('kit'),
      { selector: labels, port: 'http', path: '/metrics', interval: '60s' },
      monitoring,
    ),
    ...cloudNativePgObjects(cloudNativePgArgs(namespace)),
    dashboard: dashboard(metadata('kit-dashboard'), { title: 'Kit' }, monitoring),
    ...networkPolicies({
      ...{ system: 'kit', metadata, ours: {}, cluster },
      flows: [
        { ...flow, name: 'from-addresses', direction: 'in', peer: { kind: 'addresses', cidrs: ['192.0.2.0/24'] } },
        { ...flow, name: 'from-ingress', direction: 'in', peer: { kind: 'ingress-controller' } },
        { ...flow, name: 'from-nobody', direction: 'in', peer: { kind: 'addresses', cidrs: [] } },
      ],
    }),
  };
}

describe('the kit on a real control plane', () => {
  let work = 'one';
  let className: string | undefined;
  let stack: OpenStack;
  const jobName = () => described(work).job?.object as { metadata: { name: string } } & Described['object'];

  let removeDefinitions: () => Promise<void>;

  before(async () => {
    removeDefinitions = await withDefinitions('middlewares.traefik.io', ...cloudNativePgDefinitions);
    await ensureNamespace(namespace);
    const { cluster: running, folder, tools } = controlPlane();
    stack = await openStack({
      stack: 'local',
      home: fleetHomeAt(folder),
      tools,
      projectDir,
      kubeconfig: running.kubeconfig,
      stateDir: join(folder, 'state', 'kit'),
      program: async () => {
        const provider = new k8s.Provider('cluster', { clusterIdentifier: 'kit', enableConfigMapMutable: true });
        const kit = new ComponentResource('memory-fleet:test:Kit', 'kit', {}, { providers: [provider] });
        registerObjects('kit', described(work, className), kit, () => undefined);
      },
    });
  });
  after(async () => {
    await removeNamespace(namespace);
    await removeDefinitions?.();
  });

  it('draws no warning and no objection from the API server', async () => {
    assert.deepEqual(await apiWarnings(Object.values(described(work)).map(({ object }) => object)), []);
  });

  it('is put up without waiting for the end of a Job, or for the address of an Ingress', async () => {
    const { changes } = await stack.up();
    assert.equal(changes.create, Object.keys(described(work)).length + 3);
    assert.equal((await live<V1Job>(jobName()))?.status?.succeeded, undefined);
    const found = await live<V1Ingress>({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: metadata('kit'),
    });
    assert.equal(found?.status?.loadBalancer?.ingress, undefined);
  });

  it('is the same to the engine a second time', async () => {
    const { changes } = await stack.up();
    assert.ok(nothingChanged(changes), JSON.stringify(changes));
  });

  it('binds a claim that several nodes share, and knows the class of ingress-nginx', async () => {
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: metadata('shared') };
    const phase = async () => (await live<V1PersistentVolumeClaim>(claim))?.status;
    await eventually('the claim is bound', async () => (await phase())?.phase === 'Bound');
    assert.deepEqual((await phase())?.accessModes, ['ReadWriteMany']);
    const theClass = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'nginx' } };
    assert.ok(await live(theClass));
  });

  it('makes a changed Job anew, under another name, and the old one goes', async () => {
    const before = jobName();
    work = 'another';
    const { changes } = await stack.up();
    assert.equal(changes.replace, 1, JSON.stringify(changes));
    assert.ok(await live(jobName()));
    await eventually('the old Job is gone', async () => (await live(before)) === undefined);
  });

  it('makes a load balancer anew when its class changes, which no API server lets anybody change', async () => {
    const before = described(work).loadBalancer?.object as KubernetesObject;
    assert.ok(await live(before));
    className = 'example.org/internal';
    for (const { changes } of [await stack.preview(), await stack.up()])
      assert.deepEqual([changes.replace, changes.update], [1, undefined], JSON.stringify(changes));
    const after = await live<V1Service>(described(work, className).loadBalancer?.object as KubernetesObject);
    assert.equal(after?.spec?.loadBalancerClass, className);
    await eventually('the old load balancer is gone', async () => (await live(before)) === undefined);
  });
});
