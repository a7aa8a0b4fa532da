import assert from 'node:assert/strict';
import { specHash } from '../../components/kit/objects/job';
import { parseStack } from '../../components/stack';
import { checkPlan, rules } from '../../policies/check';
import { dataVolume, described, good } from '../support/good-plan';
import { systemWith } from '../support/objects';

type Objects = ReturnType<typeof good>;
// biome-ignore lint/suspicious/noExplicitAny: a test bends one field of any kind of object
type Loose = any;

const checked = (objects: Objects, production = true) => {
  const { cluster } = parseStack({ cluster: { production } }, 'test');
  const system = systemWith(objects, 's');
  const unsaved = [{ name: 'notes', claim: 'notes', key: 'backup.remote' }];
  return checkPlan({ cluster, systems: [{ ...system, operations: { ...system.operations, unsaved } }] });
};

/** For each rule, ways to break it: a change to the good plan, and the kind that must be named. */
const breaches: Record<string, [string, (objects: Record<string, Loose>, pod: Loose) => void][]> = {
  'protected-data': [
    ['PersistentVolumeClaim', ({ claim }) => delete claim.holdsData],
    ['Namespace', ({ namespace }) => delete namespace.holdsData],
    ['Cluster', (objects) => Object.assign(objects, { sql: { ...copySql(), holdsData: false } })],
  ],
  'saved-data': [
    [
      'PersistentVolumeClaim',
      (objects) => {
        objects.other = copy().claim;
        objects.other.object.metadata.name = 'notes';
      },
    ],
  ],
  'foreign-gateways': [
    ['HTTPRoute', ({ route }) => Object.assign(route.object.spec, { parentRefs: [{ name: 'gw' }] })],
    ['HTTPRoute', ({ route }) => Object.assign(route.object.spec, { parentRefs: [{ name: 'gw', namespace: 'ns' }] })],
  ],
  'visible-volumes': [['StatefulSet', ({ set }) => Object.assign(set.object.spec, { volumeClaimTemplates: [{}] })]],
  'single-writers': [
    ['Deployment', ({ deployment }) => delete deployment.object.spec.strategy],
    ['Deployment', ({ deployment }) => Object.assign(deployment.object.spec, { replicas: 2 })],
    ['Deployment', ({ deployment }) => delete deployment.object.spec.replicas],
    ['StatefulSet', (_, pod) => pod.volumes.push(dataVolume)],
    ['CronJob', ({ job }) => delete job.object.spec.concurrencyPolicy],
    ['CronJob', ({ job }) => Object.assign(job.object.spec.jobTemplate.spec, { parallelism: 2 })],
    ['Job', ({ once }) => renamed(Object.assign(once.object.spec, { parallelism: 2 }), once)],
  ],
  'one-node-volumes': [
    ['Deployment', (_, pod) => delete pod.affinity],
    ['Job', ({ once }, pod) => renamed(delete pod.affinity, once)],
    ['Deployment', (_, pod) => Object.assign(termOf(pod), { topologyKey: 'topology.kubernetes.io/zone' })],
    [
      'Deployment',
      (_, pod) => Object.assign(termOf(pod), { labelSelector: { matchLabels: { ...system, app: 'other' } } }),
    ],
  ],
  'sufficient-quotas': [
    ['ResourceQuota', ({ quota }) => Object.assign(quota.object.spec.hard, { 'requests.cpu': '7999m' })],
    ['ResourceQuota', ({ quota }) => Object.assign(quota.object.spec.hard, { 'requests.memory': '8191Mi' })],
    ['ResourceQuota', ({ quota }) => Object.assign(quota.object.spec.hard, { 'limits.memory': '8589934591' })],
    ['ResourceQuota', ({ quota }) => Object.assign(quota.object.spec.hard, { pods: '3' })],
    [
      'ResourceQuota',
      ({ autoscaler, quota }) => {
        Object.assign(quota.object.spec.hard, { pods: '4' });
        autoscaler.object.spec.maxReplicas = 2;
      },
    ],
  ],
  'within-limits': [
    ['LimitRange', ({ range }) => Object.assign(rangeOf(range), { default: { cpu: '1', memory: '1Gi' } })],
    ['LimitRange', ({ range }) => Object.assign(rangeOf(range), { max: { memory: '1023Mi' } })],
    ['LimitRange', ({ range }) => Object.assign(rangeOf(range), { max: { cpu: '2' } })],
    ['LimitRange', ({ range }) => Object.assign(rangeOf(range), { min: { cpu: '1001m' } })],
    ['LimitRange', ({ range }) => Object.assign(rangeOf(range), { min: { memory: '2Gi' } })],
  ],
  'brought-references': [
    ['Deployment', (_, pod) => pod.volumes.push({ name: 'x', secret: { secretName: 'other', optional: true } })],
    [
      'Deployment',
      (_, pod) => pod.volumes.push({ name: 'x', projected: { sources: [{ configMap: { name: 'other' } }] } }),
    ],
    ['StatefulSet', (_, pod) => pod.volumes.push({ name: 'x', persistentVolumeClaim: { claimName: 'other' } })],
    ['CronJob', (_, pod) => Object.assign(pod.containers[0], { envFrom: [{ configMapRef: { name: 'other' } }] })],
    ['StatefulSet', (_, pod) => Object.assign(pod.initContainers[0].env[0].valueFrom.secretKeyRef, { name: 'other' })],
  ],
  'hashed-jobs': [
    ['Job', ({ once }) => Object.assign(once.object.metadata, { name: 'data' })],
    ['Job', ({ once }) => Object.assign(once.object.spec, { backoffLimit: 5 })],
    ['Job', ({ once }) => renamed(Object.assign(once.object.spec, { ttlSecondsAfterFinished: 60 }), once)],
  ],
  'restricted-namespaces': [
    ['Namespace', ({ namespace }) => delete namespace.object.metadata.labels],
    [
      'Namespace',
      ({ namespace }) =>
        Object.assign(namespace.object.metadata.labels, { 'pod-security.kubernetes.io/enforce': 'baseline' }),
    ],
  ],
  'restricted-pods': [
    ['Deployment', (_, pod) => delete pod.securityContext],
    ['Deployment', (_, pod) => Object.assign(pod.securityContext, { runAsUser: 0 })],
    ['Deployment', (_, pod) => delete pod.securityContext.runAsGroup],
    ['Deployment', (_, pod) => delete pod.securityContext.fsGroup],
    ['Deployment', (_, pod) => delete pod.securityContext.seccompProfile],
    ['Deployment', (_, pod) => Object.assign(pod, { hostNetwork: true })],
    ['Deployment', (_, pod) => pod.volumes.push({ name: 'host', hostPath: { path: '/' } })],
    ['CronJob', (_, pod) => delete pod.containers[0].securityContext],
    [
      'StatefulSet',
      (_, pod) => Object.assign(pod.initContainers[0].securityContext, { readOnlyRootFilesystem: false }),
    ],
    ['Deployment', (_, pod) => Object.assign(pod.containers[0].securityContext.capabilities, { add: ['NET_RAW'] })],
    ['Deployment', (_, pod) => Object.assign(pod.containers[0].securityContext, { runAsUser: 0 })],
  ],
  'unmounted-tokens': [['CronJob', (_, pod) => delete pod.automountServiceAccountToken]],
  'referenced-secrets': [
    ['Deployment', (_, pod) => pod.containers[0].env.push({ name: 'GITHUB_TOKEN', value: 'x' })],
    ['ConfigMap', ({ map }) => Object.assign(map.object.data, { 'api-key': 'x' })],
  ],
  'named-entries': [
    ['CronJob', (_, pod) => Object.assign(pod.containers[0], { envFrom: [{ secretRef: { name: 's' } }] })],
  ],
  'sized-containers': [
    ['Deployment', (_, pod) => delete pod.containers[0].resources.limits.memory],
    ['Deployment', (_, pod) => delete pod.containers[0].resources.requests.cpu],
    ['Deployment', (_, pod) => delete pod.initContainers[0].resources],
  ],
  'probed-servers': [['Deployment', (_, pod) => delete pod.containers[0].startupProbe]],
  'pinned-images': [
    ['Deployment', (_, pod) => Object.assign(pod.containers[0], { image: 'registry.example:5000/server' })],
    ['Deployment', (_, pod) => Object.assign(pod.containers[0], { image: 'registry.example/server:latest' })],
    ['CronJob', (_, pod) => Object.assign(pod.initContainers[0], { image: 'registry.example/server:1.0' })],
    ['Cluster', (objects) => Object.assign(objects, { sql: copySql('registry.example/sql:17') })],
  ],
  'closed-networks': [['CronJob', ({ job }) => Object.assign(job.object.metadata, { namespace: 'elsewhere' })]],
  'own-selectors': [
    ['Service', ({ service }) => delete service.object.spec.selector['app.kubernetes.io/name']],
    ['NetworkPolicy', ({ sources }) => delete sources.object.spec.podSelector.matchLabels['app.kubernetes.io/name']],
    ['NetworkPolicy', (objects) => delete objects.namespace],
    ['NetworkPolicy', ({ sources }) => sources.object.spec.ingress.push({ from: [{ podSelector: bare }] })],
    ['Deployment', (_, pod) => delete termOf(pod).labelSelector.matchLabels['app.kubernetes.io/name']],
    ['CronJob', (_, pod) => Object.assign(pod, { topologySpreadConstraints: [{ labelSelector: bare }] })],
    ['CronJob', (_, pod) => Object.assign(pod, { topologySpreadConstraints: [{ labelSelector: foreign }] })],
    ['StatefulSet', (_, pod) => Object.assign(pod.affinity, { podAntiAffinity: preferring(bare) })],
    ['PodDisruptionBudget', (objects) => Object.assign(objects, { b: selecting('PodDisruptionBudget', 'selector') })],
    ['ServiceMonitor', (objects) => Object.assign(objects, { m: selecting('ServiceMonitor', 'selector') })],
    [
      'CiliumNetworkPolicy',
      (objects) => Object.assign(objects, { c: selecting('CiliumNetworkPolicy', 'endpointSelector') }),
    ],
  ],
  'guarded-routes': [
    ['HTTPRoute', ({ route }) => Object.assign(route.object.spec.rules[0].backendRefs[0], { port: 81 })],
    ['HTTPRoute', ({ route }) => Object.assign(route.object.spec.rules[0].backendRefs[0], { name: 'elsewhere' })],
    ['Ingress', ({ ingress }) => Object.assign(backendOf(ingress), { port: { name: 'metrics' } })],
    [
      'Ingress',
      ({ ingress }) => Object.assign(ingress.object.spec, { defaultBackend: { service: { name: 'other' } } }),
    ],
    ['Service', ({ exposed }) => Object.assign(exposed.object.spec.ports[0], { targetPort: 80 }) && boundTo(exposed)],
    [
      'Service',
      ({ exposed }) => boundTo(exposed) && exposed.object.spec.ports.push({ name: 'raw', port: 81, targetPort: 8080 }),
    ],
  ],
  'bounded-sources': [
    ['Service', ({ sources }) => Object.assign(sources.object.spec.ingress[0].from[0].ipBlock, { cidr: '0.0.0.0/0' })],
    ['Service', ({ sources }) => Object.assign(sources.object.spec.ingress[0].ports[0], { port: 8080 })],
    ['Service', ({ sources }) => Object.assign(sources.object.spec.podSelector.matchLabels, { app: 'other' })],
    ['Service', (objects) => boundTo(objects.exposed, '::/0') && delete objects.sources],
    ['Service', (objects) => boundTo(objects.exposed, '2000::/3') && delete objects.sources],
    ['Service', (objects) => boundTo(objects.exposed, '128.0.0.0/1') && delete objects.sources],
    ['Service', (objects) => Object.assign(objects.exposed.object.spec, external) && delete objects.sources],
  ],
  'sticky-sessions': [
    ['Service', ({ service }) => delete service.object.spec.sessionAffinity],
    ['Ingress', ({ ingress }) => delete ingress.object.metadata.annotations],
    ['HTTPRoute', (objects) => delete objects.affinity],
    ['HTTPRoute', ({ affinity }) => Object.assign(affinity.object.spec.loadBalancer, { type: 'RoundRobin' })],
    ['HTTPRoute', ({ affinity }) => Object.assign(affinity.object.spec.targetRefs[0], { name: 'other' })],
  ],
  'autoscaled-replicas': [['StatefulSet', ({ set }) => Object.assign(set.object.spec, { replicas: 3 })]],
};

/** The label without which a selector may mean pods of others. */
const system = { 'app.kubernetes.io/name': 'system' };
const bare = { matchLabels: { app: 'server' } };
const foreign = { matchLabels: { app: 'server', 'app.kubernetes.io/name': 'other' } };
const preferring = (labelSelector: object) => ({
  preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { labelSelector } }],
});
const selecting = (kind: string, key: string) => described('v1', kind, { spec: { [key]: bare } });
const external = { type: 'ClusterIP', externalIPs: ['192.0.2.1'] };
const rangeOf = (range: Loose) => range.object.spec.limits[0];
const backendOf = (ingress: Loose) => ingress.object.spec.rules[0].http.paths[0].backend.service;
const termOf = (pod: Loose) => pod.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0];
/** Makes a load balancer of a Service, which needs no network policy to be bound to a network. */
const boundTo = ({ object }: Loose, network = '192.0.2.0/24') =>
  Object.assign(object.spec, { type: 'LoadBalancer', loadBalancerSourceRanges: [network] });
/** Gives a Job the name of what it has become. */
const renamed = (_: unknown, { object }: Loose) =>
  Object.assign(object.metadata, { name: `data-${specHash(object.spec)}` });

// By JSON, because the workloads share one pod and a breach bends one of them.
const copy = (): Record<string, Loose> => JSON.parse(JSON.stringify(good()));
const podIn = (objects: Record<string, Loose>, kind: string) =>
  ({
    Deployment: objects.deployment.object.spec.template.spec,
    StatefulSet: objects.set.object.spec.template.spec,
    CronJob: objects.job.object.spec.jobTemplate.spec.template.spec,
    Job: objects.once.object.spec.template.spec,
  })[kind];

/** A database of CloudNativePG, as a rule wants it. */
function copySql(imageName = `registry.example/sql:17@sha256:${'0'.repeat(64)}`): Loose {
  const object = described('postgresql.cnpg.io/v1', 'Cluster', { spec: { instances: 1, imageName } });
  return { ...object, holdsData: true };
}

describe('rules', () => {
  it('have no quarrel with a good plan', () => {
    assert.deepEqual(checked(good()), { violations: [], waived: [], idleWaivers: [] });
  });

  it('each have a case that breaks them', () => {
    assert.deepEqual(Object.keys(breaches).sort(), rules.map(({ name }) => name).sort());
  });

  for (const [rule, cases] of Object.entries(breaches)) {
    cases.forEach(([kind, bend], index) => {
      it(`${rule} finds the ${kind} that breaks it (${index + 1})`, () => {
        const objects = copy();
        bend(objects, podIn(objects, kind));
        const { violations } = checked(objects);
        assert.deepEqual(
          [...new Set(violations.map((found) => `${found.rule} ${found.object.split('/')[1]}`))],
          [`${rule} ${kind}`],
        );
      });
    });
  }

  it('take a network for open unless one policy denies both ways to the pods themselves', () => {
    for (const bend of [
      (policy: Loose) => Object.assign(policy.spec, { policyTypes: ['Ingress'] }),
      (policy: Loose) => Object.assign(policy.spec, { ingress: [{}] }),
      (policy: Loose) => Object.assign(policy.spec, { podSelector: { matchLabels: { ...system, app: 'other' } } }),
    ]) {
      const objects = copy();
      bend(objects.policy.object);
      const open = checked(objects).violations.filter(({ rule }) => rule === 'closed-networks');
      assert.equal(open.length, 4);
    }
  });

  it("take a route for guarded when the Gateway itself asks for authentication, and where there's no production", () => {
    const objects = copy();
    objects.service.object.spec.ports[0].targetPort = 8080;
    delete objects.ingress;
    assert.deepEqual(checked(objects, false).violations, []);
    const targetRefs = [{ kind: 'HTTPRoute', name: 'data' }];
    const guard = (spec: object) => described('gateway.envoyproxy.io/v1alpha1', 'SecurityPolicy', { spec });
    objects.guard = guard({ targetRefs, cors: {} });
    assert.equal(checked(objects).violations.length, 1);
    objects.guard = guard({ targetRefs, apiKeyAuth: {} });
    assert.deepEqual(checked(objects).violations, []);
  });

  it('take a port for guarded only when every pod behind it has the proxy there', () => {
    const objects = copy();
    podIn(objects, 'StatefulSet').containers.pop();
    assert.deepEqual(
      checked(objects)
        .violations.filter(({ rule }) => rule === 'guarded-routes')
        .map(({ object }) => object.split('/')[1]),
      ['Service', 'Ingress', 'HTTPRoute'],
    );
  });

  it('take neither a number of tokens nor the path of a file for a secret', () => {
    const objects = copy();
    podIn(objects, 'Deployment').containers[0].env.push(
      { name: 'DECODER_MAX_TOKENS', value: '4000' },
      { name: 'CREDENTIALS_DIR', value: '/credentials' },
    );
    assert.deepEqual(checked(objects).violations, []);
  });

  it('let a tag suffice where no production runs', () => {
    const objects = copy();
    podIn(objects, 'Deployment').containers[0].image = 'registry.example/server:1.0';
    assert.equal(checked(objects).violations.length, 1);
    assert.equal(checked(objects, false).violations.length, 0);
  });
});

describe('waivers', () => {
  const waived = (rule: string) => {
    const objects = copy();
    podIn(objects, 'Deployment').containers[0].image = 'registry.example/server:1.0';
    objects.deployment.waivers = [{ rule, reason: 'the registry is down' }];
    return checked(objects);
  };

  it('turn a violation into something shown with its reason', () => {
    const { violations, waived: accepted } = waived('pinned-images');
    assert.deepEqual(violations, []);
    assert.equal(accepted[0]?.reason, 'the registry is down');
  });

  it('say so when nothing needs them', () => {
    const { violations, idleWaivers } = waived('restricted-pods');
    assert.equal(violations[0]?.rule, 'pinned-images');
    assert.deepEqual(
      idleWaivers.map(({ rule }) => rule),
      ['restricted-pods'],
    );
  });
});
