import { labelsOf } from '../kit/objects/labels';
import { dedicatedNamespace } from '../kit/objects/namespace';
import { delivery } from '../kit/parts/delivery';
import { plannedObjects } from '../kit/parts/plan';
import type { NamedCluster, SystemPlan } from '../system';
import type { ChartRelease } from '../system/chart';
import type { DescribedObjects } from '../system/described';
import { brought } from './brought';
import { issuerObject } from './issuers';
import { system } from './names';
import type { ClusterAddonsSettings } from './settings';

/** What the systems of a stack need of their cluster, for which nobody else cares. */
export function describeClusterAddons(settings: ClusterAddonsSettings, cluster: NamedCluster): SystemPlan {
  const { certManager, issuers } = settings;
  const { namespace } = certManager;
  const makesNamespace = certManager.source === 'chart' && certManager.createNamespace;
  const objects: DescribedObjects = {
    ...(makesNamespace ? { namespace: dedicatedNamespace(namespace, labelsOf(system)) } : {}),
    ...Object.fromEntries(
      Object.entries(issuers).map(([name, issuer]) => [
        `issuer-${name}`,
        issuerObject(name, issuer, namespace, cluster),
      ]),
    ),
  };
  const charts = chartsOf(settings);
  const after = Object.keys(objects).filter((key) => key !== 'namespace');
  return {
    id: system,
    path: ['clusterAddons'],
    component: 'ClusterAddons',
    namespace,
    objects: plannedObjects(
      { ...objects, ...delivery({ name: system, labels: labelsOf(system), namespace, after }, cluster) },
      cluster,
    ),
    ...(charts.length > 0 ? { charts } : {}),
    flows: [],
    outputs: { issuers: Object.fromEntries(Object.entries(issuers).map(([name, { type }]) => [name, type])) },
    operations: { servers: [], backups: [], brought: brought(settings) },
  };
}

function chartsOf({ certManager, issuers }: ClusterAddonsSettings): ChartRelease[] {
  if (certManager.source !== 'chart') return [];
  const { location, namespace, replicas, version } = certManager;
  const throughGateway = Object.values(issuers).some(
    (issuer) => issuer.type === 'acme' && issuer.solver.challenge === 'http01' && issuer.solver.through === 'gateway',
  );
  const usesStep = Object.values(issuers).some(({ type }) => type === 'step');
  return [
    {
      chart: 'cert-manager',
      location,
      version,
      namespace,
      values: {
        // With the definitions every certificate and issuer would go, and the Secrets of all hosts stay without renewal.
        crds: { enabled: true, keep: true },
        replicaCount: replicas,
        ...(throughGateway ? { config: { enableGatewayAPI: true } } : {}),
        // Requests to issuers of others are refused unless somebody approves them.
        ...(usesStep ? { approveSignerNames: [...ownSigners, 'stepclusterissuers.certmanager.step.sm/*'] } : {}),
      },
      groups: ['cert-manager.io', 'acme.cert-manager.io'],
    },
  ];
}

/** The chart's own default. */
const ownSigners = ['issuers.cert-manager.io/*', 'clusterissuers.cert-manager.io/*'];
