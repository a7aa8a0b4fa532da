import assert from 'node:assert/strict';
import { hardenedPod } from '../../../components/kit/objects/pod';
import { type AppServerArgs, appServer, appServerObjects } from '../../../components/kit/parts/app-server';
import { authSidecar } from '../../../components/kit/parts/auth-sidecar';
import type { AuthenticationSettings } from '../../../components/kit/settings/authentication';
import { clusterSchema } from '../../../config/cluster';
import { validateObject } from '../../support/schemas';

const metadata = (name: string) => ({ name, namespace: 'ns' });
const args: AppServerArgs = {
  name: 'notes',
  metadata,
  selector: { app: 'notes' },
  podLabels: { app: 'notes', part: 'server' },
  container: { image: 'example.org/notes:1', resources: { limits: { memory: '1Gi' } } },
  ports: { requests: 8000, health: 18_000 },
  checks: { ready: { path: '/ready' } },
  startupBudgetSeconds: 601,
  pod: ({ containers, spread, volumes }) => hardenedPod({ uid: 1, gid: 1 }, { ...spread, containers, volumes }),
  after: ['volume'],
};
const bearer: AuthenticationSettings = {
  mode: 'bearer',
  image: 'example.org/haproxy:3',
  secret: { source: 'existing', secretName: 'notes-bearer', secretKey: 'token', secretRevision: 0 },
  cors: { origins: [] },
};
const podOf = (change: Partial<AppServerArgs> = {}) => {
  const { spec } = appServer({ ...args, ...change }).deployment.object;
  assert.ok(spec?.template.spec);
  return { spec, pod: spec.template.spec, container: spec.template.spec.containers[0] };
};
const portsOf = (change: Partial<AppServerArgs> = {}) =>
  appServer({ ...args, ...change }).service.object.spec?.ports?.map(({ name, port, targetPort }) => [
    name,
    port,
    targetPort,
  ]);

describe('an app server', () => {
  it('is by itself one pod that ends before the next one starts, and a Service', async () => {
    const { autoscaler, budget, deployment, service } = appServer(args);
    await Promise.all([deployment, service].map(({ object }) => validateObject(object)));
    const { replicas, selector, strategy, template } = deployment.object.spec ?? {};
    assert.deepEqual([replicas, strategy, selector?.matchLabels], [1, { type: 'Recreate' }, { app: 'notes' }]);
    assert.deepEqual(template?.metadata?.labels, { app: 'notes', part: 'server' });
    assert.deepEqual([autoscaler, budget, deployment.after], [undefined, undefined, ['volume']]);
    assert.equal(service.object.spec?.sessionAffinity, undefined);
  });

  it('is probed where it answers for its health, and a start has its time before anybody gives up', () => {
    const { container, spec } = podOf();
    const asked = { path: '/ready', port: 18_000 };
    assert.deepEqual(container?.startupProbe, { httpGet: asked, periodSeconds: 2, failureThreshold: 301 });
    assert.deepEqual([container?.readinessProbe?.httpGet, container?.livenessProbe?.httpGet], [asked, asked]);
    assert.equal(spec.progressDeadlineSeconds, 901);
    assert.equal(podOf({ beforeStartSeconds: 60 }).spec.progressDeadlineSeconds, 961);
  });

  it('has a port for health where that is not the one for requests', () => {
    assert.deepEqual(portsOf(), [
      ['http', 8000, 8000],
      ['health', 18_000, 18_000],
    ]);
    assert.deepEqual(portsOf({ ports: { requests: 8000, health: 8000 } }), [['http', 8000, 8000]]);
  });

  it('stays at its ports behind a proxy, which alone is reached and starts with it', () => {
    const reached = { requests: 8081, health: 8082 };
    const sidecar = authSidecar(bearer, metadata('proxy'), clusterSchema.parse({}));
    const { container, pod, spec } = podOf({ reached, sidecar });
    assert.deepEqual(
      pod.containers.map(({ name }) => name),
      ['notes', 'bearer-proxy'],
    );
    assert.equal(container?.ports, undefined);
    assert.deepEqual(container?.readinessProbe?.httpGet?.port, 8082);
    assert.deepEqual(pod.volumes?.[0]?.configMap?.name, 'proxy');
    assert.ok(spec.template.metadata?.annotations?.['memory-fleet.dev/bearer-proxy-hash']);
    assert.deepEqual(portsOf({ reached }), [
      ['http', 8000, 8081],
      ['health', 18_000, 8082],
    ]);
    // A server without a port for health gets that of the proxy.
    assert.deepEqual(portsOf({ ports: { requests: 8080, health: 8080 }, reached }), [
      ['http', 8080, 8081],
      ['health', 8082, 8082],
    ]);
  });

  it('leaves its number to an autoscaler where it scales, spreads, and gives up one pod at a time', async () => {
    const scaling = { minReplicas: 1, maxReplicas: 5, cpuPercent: 70 };
    const server = appServer({ ...args, scaling, rollout: 'rolling', sticky: true });
    const objects = appServerObjects('notes', server);
    await Promise.all(Object.values(objects).map(({ object }) => validateObject(object)));
    assert.deepEqual(Object.keys(objects), ['notes-service', 'notes', 'notes-hpa', 'notes-budget']);
    const { replicas, strategy, template } = server.deployment.object.spec ?? {};
    assert.deepEqual([replicas, strategy?.rollingUpdate], [undefined, { maxSurge: 1, maxUnavailable: 0 }]);
    const [spread] = template?.spec?.topologySpreadConstraints ?? [];
    assert.deepEqual(spread?.labelSelector?.matchLabels, { app: 'notes' });
    assert.deepEqual(objects['notes-hpa']?.after, ['notes']);
    assert.deepEqual(server.budget?.object.spec, { maxUnavailable: 1, selector: { matchLabels: { app: 'notes' } } });
    assert.equal(server.service.object.spec?.sessionAffinity, 'ClientIP');
  });

  it('carries the reason for an image without a digest, of a sidecar too, and no idle one', () => {
    const waivers = (image: string, sidecar?: AppServerArgs['sidecar']) =>
      appServer({
        ...args,
        container: { image },
        imageUnpinnedReason: 'no registry answers here',
        ...(sidecar ? { sidecar } : {}),
      }).deployment.waivers;
    const pinned = `example.org/notes:1@sha256:${'0'.repeat(64)}`;
    const waiver = [{ rule: 'pinned-images', reason: 'no registry answers here' }];
    assert.deepEqual(waivers('example.org/notes:1'), waiver);
    assert.deepEqual(waivers(pinned), []);
    assert.deepEqual(waivers(pinned, authSidecar(bearer, metadata('proxy'), clusterSchema.parse({}))), waiver);
  });
});
