import assert from 'node:assert/strict';
import { join } from 'node:path';
import { plannedObjects } from '../../components/kit/parts/plan';
import { builtInKinds } from '../../components/register/kinds';
import { describeStack } from '../../components/stack';
import type { Plan } from '../../components/system';
import { clusterSchema } from '../../config/cluster';
import { loadStack, stackNames } from '../../operate/stack-file';
import { renderedObjects } from '../../render/plan';
import { type ArgoCdJudge, argoCdJudge } from '../support/argocd/judge';
import { madeUpCheckout } from '../support/made-up';
import { planned } from '../support/objects';

// A sync waits for every object of a wave to be healthy, and fails where one is degraded, before it goes on to the next.

const projectDir = join(__dirname, '..', '..');
const { argocd } = clusterSchema.parse({ argocd: { mode: 'shared', repoUrl: 'https://git.example.org/fleet' } });
const waveOf = (object: { metadata: { annotations?: Readonly<Record<string, string>> } }) =>
  Number(object.metadata.annotations?.['argocd.argoproj.io/sync-wave']);

/** Custom resources that a plan may have in an overlay. */
const customKinds = [
  'barmancloud.cnpg.io/v1/ObjectStore',
  'bitnami.com/v1alpha1/SealedSecret',
  'cert-manager.io/v1/Certificate',
  'cert-manager.io/v1/ClusterIssuer',
  'cert-manager.io/v1/Issuer',
  'cilium.io/v2/CiliumNetworkPolicy',
  'external-secrets.io/v1/ExternalSecret',
  'gateway.envoyproxy.io/v1alpha1/BackendTrafficPolicy',
  'gateway.envoyproxy.io/v1alpha1/SecurityPolicy',
  'gateway.networking.k8s.io/v1/HTTPRoute',
  'gateway.networking.k8s.io/v1beta1/ReferenceGrant',
  'monitoring.coreos.com/v1/PodMonitor',
  'monitoring.coreos.com/v1/Probe',
  'monitoring.coreos.com/v1/PrometheusRule',
  'monitoring.coreos.com/v1/ServiceMonitor',
  'postgresql.cnpg.io/v1/Cluster',
  'postgresql.cnpg.io/v1/Database',
  'postgresql.cnpg.io/v1/Pooler',
  'postgresql.cnpg.io/v1/ScheduledBackup',
  'traefik.io/v1alpha1/Middleware',
];
/** What Argo CD says of objects on which no controller has acted yet; it checks no other kind. Written by hand. */
const atFirst: Readonly<Record<string, string>> = {
  Certificate: 'Progressing',
  // The script fails where there is no status yet.
  Cluster: 'Unknown',
  ClusterIssuer: 'Progressing',
  CronJob: 'Progressing',
  Deployment: 'Healthy',
  ExternalSecret: 'Progressing',
  HTTPRoute: 'Progressing',
  HorizontalPodAutoscaler: 'Progressing',
  Ingress: 'Progressing',
  Issuer: 'Progressing',
  Job: 'Progressing',
  PersistentVolumeClaim: 'Unknown',
  PodDisruptionBudget: 'Progressing',
  SealedSecret: 'Progressing',
  Service: 'Healthy',
  StatefulSet: 'Progressing',
};

/** Checked by the scripts of Argo CD 3.6, which have them Progressing until their route is there. */
const checkedLater = ['BackendTrafficPolicy', 'SecurityPolicy'];

describe('the waves of a sync', () => {
  let judge: ArgoCdJudge;
  before(async function () {
    this.timeout(0);
    judge = await argoCdJudge(projectDir);
  });

  it('are the last for every kind that Argo CD checks, and earlier for every kind that it does not', async () => {
    const kinds = [...builtInKinds, ...customKinds].filter((kind) => kind !== 'v1/Secret');
    const objects = kinds.map((each) => {
      const [, apiVersion = '', kind = ''] = /^(.*)\/(.*)$/.exec(each) ?? [];
      return planned({ apiVersion, kind, metadata: { name: kind.toLowerCase() }, spec: {} });
    });
    const health = await judge.health(objects);
    const said = Object.fromEntries(
      objects.flatMap(({ kind }, index) => {
        const status = health.objects[index]?.status;
        return status ? [[kind, status]] : [];
      }),
    );
    assert.deepEqual(said, atFirst);
    const described = Object.fromEntries(objects.map((object) => [object.kind, { object }]));
    for (const { object } of Object.values(plannedObjects(described, clusterSchema.parse({ argocd })))) {
      const expected =
        object.kind === 'Namespace' ? 0 : object.kind in atFirst || checkedLater.includes(object.kind) ? 2 : 1;
      assert.equal(waveOf(object), expected, object.kind);
    }
  });

  const plans = (): Record<string, Plan> => {
    const own = stackNames(projectDir).map((stack) => {
      const config = loadStack(projectDir, stack);
      return [stack, describeStack({ ...config, cluster: { ...config.cluster, argocd } })] as const;
    });
    const checkout = madeUpCheckout();
    checkout.stack('notes', { cluster: { argocd }, notebook: { instances: { work: {} } } });
    const notes = checkout
      .load<typeof import('../../operate/stack')>('operate/stack')
      .describedStack(checkout.root, 'notes');
    checkout.remove();
    return { ...Object.fromEntries(own), 'with the made-up system': notes.plan };
  };

  it('leave nothing behind an object of which Argo CD tells a health', async () => {
    for (const [stack, { systems }] of Object.entries(plans())) {
      for (const system of systems) {
        const objects = renderedObjects(system);
        const { objects: health } = await judge.health(objects);
        const last = Math.max(...objects.map(waveOf));
        for (const [index, object] of objects.entries()) {
          if (waveOf(object) === last) continue;
          const name = `${stack}: ${object.kind} ${object.metadata.name}`;
          assert.equal(health[index], null, name);
          assert.ok(!checkedLater.includes(object.kind), name);
        }
      }
    }
  });

  it('have every network policy before what it guards', () => {
    const guards = ['NetworkPolicy', 'CiliumNetworkPolicy'];
    const guarded = ['Deployment', 'StatefulSet', 'Job', 'CronJob', 'Service', 'HTTPRoute', 'Ingress'];
    for (const { systems } of Object.values(plans())) {
      for (const objects of systems.map(renderedObjects)) {
        const waves = (kinds: readonly string[]) => objects.filter(({ kind }) => kinds.includes(kind)).map(waveOf);
        assert.ok(Math.max(...waves(guards)) < Math.min(...waves(guarded)));
      }
    }
  });

  /** What may rest in peace: everything else is asked how it is. */
  const resting: Readonly<Record<string, readonly string[]>> = {
    goddess: [
      'CronJob memory-mcp-bootstrap',
      'CronJob memory-mcp-volume-backup-drill',
      'CronJob memory-mcp-volume-backup-restore',
      'PersistentVolumeClaim memory-mcp-volume-backup',
    ],
    lab: [
      'CronJob context-engine-backup-drill',
      'CronJob context-engine-backup-restore',
      'CronJob upload-sketches',
      'PersistentVolumeClaim context-engine-backup',
    ],
  };
  for (const [stack, expected] of Object.entries(resting)) {
    it(`ask the Application of stack ${stack} for the health of all but what rests`, () => {
      const objects = plans()[stack]?.systems.flatMap(renderedObjects) ?? [];
      const ignored = objects.filter(
        ({ metadata }) => metadata.annotations?.['argocd.argoproj.io/ignore-healthcheck'] === 'true',
      );
      assert.deepEqual(ignored.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort(), expected);
    });
  }
});
