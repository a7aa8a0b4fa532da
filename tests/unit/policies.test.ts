import assert from 'node:assert/strict';
import type { Described, KubernetesObject } from '../../components/kit/object';
import { hardenedPod } from '../../components/kit/workload';
import { parseConfig } from '../../config/parse';
import { checkPlan, rules } from '../../policies/check';
import { systemWith } from '../support/objects';

const good = (): Record<string, Described> => {
  const container = {
    name: 'server',
    image: `registry.example/server:1.0@sha256:${'0'.repeat(64)}`,
    env: [{ name: 'API_TOKEN', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
    ports: [{ containerPort: 80 }],
    startupProbe: {},
    readinessProbe: {},
    livenessProbe: {},
    resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1Gi' } },
  };
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
  const pod = hardenedPod({ uid: 1, gid: 1 }, { containers: [container], initContainers: [{ ...container }], volumes });
  const template = { metadata: { labels: { app: 'server' } }, spec: pod };
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  return {
    namespace: described('v1', 'Namespace', { metadata: { name: 'ns', labels } }, true),
    claim: described('v1', 'PersistentVolumeClaim', { spec: { accessModes: ['ReadWriteOnce'] } }, true),
    deployment: described('apps/v1', 'Deployment', {
      spec: { replicas: 1, strategy: { type: 'Recreate' }, template },
    }),
    set: described('apps/v1', 'StatefulSet', { spec: { template } }),
    job: described('batch/v1', 'CronJob', { spec: { jobTemplate: { spec: { template } } } }),
    map: described('v1', 'ConfigMap', { data: { 'settings.toml': 'x' } }),
    policy: described('networking.k8s.io/v1', 'NetworkPolicy', {
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    }),
    service: described('v1', 'Service', {
      spec: {
        selector: { app: 'server' },
        sessionAffinity: 'ClientIP',
        ports: [{ name: 'http', port: 80, targetPort: 8081 }],
      },
    }),
    route: described('gateway.networking.k8s.io/v1', 'HTTPRoute', {
      spec: { rules: [{ backendRefs: [{ name: 'data', port: 80 }] }] },
    }),
    autoscaler: described('autoscaling/v2', 'HorizontalPodAutoscaler', {
      spec: { scaleTargetRef: { kind: 'StatefulSet', name: 'data' } },
    }),
  };
};

function described(apiVersion: string, kind: string, rest: object, holdsData?: true): Described {
  const object = { apiVersion, kind, metadata: { name: 'data', namespace: 'ns' }, ...rest } as KubernetesObject;
  return holdsData ? { object, holdsData } : { object };
}

type Objects = ReturnType<typeof good>;
// biome-ignore lint/suspicious/noExplicitAny: a test bends one field of any kind of object
type Loose = any;

const checked = (objects: Objects, production = true) => {
  const { cluster } = parseConfig({ cluster: { production } }, 'test');
  return checkPlan({ cluster, systems: [systemWith(objects, 's')] });
};

/** For each rule, ways to break it: a change to the good plan, and the kind that must be named. */
const breaches: Record<string, [string, (objects: Record<string, Loose>, pod: Loose) => void][]> = {
  'protected-data': [
    ['PersistentVolumeClaim', ({ claim }) => delete claim.holdsData],
    ['Namespace', ({ namespace }) => delete namespace.holdsData],
  ],
  'visible-volumes': [['StatefulSet', ({ set }) => Object.assign(set.object.spec, { volumeClaimTemplates: [{}] })]],
  'single-writers': [
    ['Deployment', ({ deployment }) => delete deployment.object.spec.strategy],
    ['Deployment', ({ deployment }) => Object.assign(deployment.object.spec, { replicas: 2 })],
    ['Deployment', ({ deployment }) => delete deployment.object.spec.replicas],
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
  ],
  'closed-networks': [['CronJob', ({ job }) => Object.assign(job.object.metadata, { namespace: 'elsewhere' })]],
  'guarded-routes': [['HTTPRoute', ({ service }) => Object.assign(service.object.spec.ports[0], { targetPort: 8080 })]],
  'sticky-sessions': [['Service', ({ service }) => delete service.object.spec.sessionAffinity]],
  'autoscaled-replicas': [['StatefulSet', ({ set }) => Object.assign(set.object.spec, { replicas: 3 })]],
};

// By JSON, because the workloads share one pod and a breach bends one of them.
const copy = (): Record<string, Loose> => JSON.parse(JSON.stringify(good()));
const podIn = (objects: Record<string, Loose>, kind: string) =>
  ({
    Deployment: objects.deployment.object.spec.template.spec,
    StatefulSet: objects.set.object.spec.template.spec,
    CronJob: objects.job.object.spec.jobTemplate.spec.template.spec,
  })[kind];

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
          [...new Set(violations.map((found) => `${found.rule} ${found.object}`))],
          [`${rule} s/${kind}/${kind === 'Namespace' ? 'ns' : 'data'}`],
        );
      });
    });
  }

  it('take a network for open unless one policy denies both ways to the pods themselves', () => {
    for (const bend of [
      (policy: Loose) => Object.assign(policy.spec, { policyTypes: ['Ingress'] }),
      (policy: Loose) => Object.assign(policy.spec, { ingress: [{}] }),
      (policy: Loose) => Object.assign(policy.spec, { podSelector: { matchLabels: { app: 'other' } } }),
    ]) {
      const objects = copy();
      bend(objects.policy.object);
      const { violations } = checked(objects);
      assert.deepEqual([...new Set(violations.map(({ rule }) => rule))], ['closed-networks']);
      assert.equal(violations.length, 3);
    }
  });

  it("take a route for guarded when the Gateway itself asks for authentication, and where there's no production", () => {
    const objects = copy();
    objects.service.object.spec.ports[0].targetPort = 8080;
    assert.deepEqual(checked(objects, false).violations, []);
    objects.guard = described('gateway.envoyproxy.io/v1alpha1', 'SecurityPolicy', {
      spec: { targetRefs: [{ kind: 'HTTPRoute', name: 'data' }] },
    });
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
