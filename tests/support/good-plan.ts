import { runOnceJob } from '../../components/kit/objects/job';
import { hardenedPod, onOneNode } from '../../components/kit/objects/pod';
import type { Described } from '../../components/system/described';
import { planned } from './objects';

/** A plan with an object of every kind that a rule is about, and no fault. Each object is called `data` where it may be. */
export const good = (): Record<string, Described> => {
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
  const guard = { ...container, name: 'bearer-proxy', ports: [{ name: 'guarded', containerPort: 8081 }] };
  const app = { app: 'server', 'app.kubernetes.io/name': 'system' };
  const containers = { containers: [container, guard], initContainers: [{ ...container }] };
  const pod = hardenedPod({ uid: 1, gid: 1 }, { ...containers, volumes: [dataVolume], ...onOneNode(app) });
  const template = { metadata: { labels: app }, spec: pod };
  const volumeless = { ...template, spec: { ...pod, volumes: [] } };
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  return {
    namespace: described('v1', 'Namespace', { metadata: { name: 'ns', labels } }, true),
    claim: described('v1', 'PersistentVolumeClaim', { spec: { accessModes: ['ReadWriteOnce'] } }, true),
    deployment: described('apps/v1', 'Deployment', {
      spec: { replicas: 1, strategy: { type: 'Recreate' }, template },
    }),
    set: described('apps/v1', 'StatefulSet', { spec: { template: volumeless } }),
    job: described('batch/v1', 'CronJob', {
      spec: { concurrencyPolicy: 'Forbid', jobTemplate: { spec: { template } } },
    }),
    once: runOnceJob({
      metadata: { name: 'data', namespace: 'ns' },
      podLabels: app,
      retries: 0,
      pod,
    }),
    secret: described('v1', 'Secret', {
      metadata: { name: 's', namespace: 'ns' },
      stringData: { k: { secret: ['s', 'k'] } },
    }),
    map: described('v1', 'ConfigMap', { data: { 'settings.toml': 'x' } }),
    // The server, the set, the scheduled job and the one that runs once need 8 cores, 8Gi and 4 pods.
    quota: described('v1', 'ResourceQuota', {
      spec: { hard: { 'requests.cpu': '20', 'requests.memory': '20Gi', 'limits.memory': '20Gi', pods: '10' } },
    }),
    range: described('v1', 'LimitRange', { spec: { limits: [{ type: 'Container' }] } }),
    policy: described('networking.k8s.io/v1', 'NetworkPolicy', {
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    }),
    service: described('v1', 'Service', {
      spec: {
        selector: app,
        sessionAffinity: 'ClientIP',
        ports: [{ name: 'http', port: 80, targetPort: 8081 }],
      },
    }),
    exposed: described('v1', 'Service', {
      metadata: { name: 'outside', namespace: 'ns' },
      spec: {
        type: 'NodePort',
        selector: app,
        sessionAffinity: 'ClientIP',
        ports: [{ name: 'http', port: 80, targetPort: 'guarded' }],
      },
    }),
    sources: described('networking.k8s.io/v1', 'NetworkPolicy', {
      metadata: { name: 'sources', namespace: 'ns' },
      spec: {
        podSelector: { matchLabels: app },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.0/24' } }], ports: [{ protocol: 'TCP', port: 8081 }] }],
      },
    }),
    ingress: described('networking.k8s.io/v1', 'Ingress', {
      metadata: {
        name: 'data',
        namespace: 'ns',
        annotations: { 'nginx.ingress.kubernetes.io/upstream-hash-by': '$remote_addr' },
      },
      spec: { rules: [{ http: { paths: [{ backend: { service: { name: 'data', port: { number: 80 } } } }] } }] },
    }),
    affinity: described('gateway.envoyproxy.io/v1alpha1', 'BackendTrafficPolicy', {
      spec: { targetRefs: [{ kind: 'HTTPRoute', name: 'data' }], loadBalancer: { type: 'ConsistentHash' } },
    }),
    route: described('gateway.networking.k8s.io/v1', 'HTTPRoute', {
      spec: { rules: [{ backendRefs: [{ name: 'data', port: 80 }] }] },
    }),
    autoscaler: described('autoscaling/v2', 'HorizontalPodAutoscaler', {
      spec: { scaleTargetRef: { kind: 'StatefulSet', name: 'data' } },
    }),
  };
};

export const dataVolume = { name: 'data', persistentVolumeClaim: { claimName: 'data' } };

/** An object of a kind, with whatever a test gives it. */
export function described(apiVersion: string, kind: string, rest: object, holdsData?: true): Described {
  const object = planned({ apiVersion, kind, metadata: { name: 'data', namespace: 'ns' }, ...rest });
  return holdsData ? { object, holdsData } : { object };
}
