import { configMap } from '../kit/objects/config-map';
import { labelsOf } from '../kit/objects/labels';
import { dedicatedNamespace } from '../kit/objects/namespace';
import { account } from '../kit/objects/service-account';
import { appServerObjects } from '../kit/parts/app-server';
import { backupObjects } from '../kit/parts/backup';
import { delivery } from '../kit/parts/delivery';
import { exposureObjects } from '../kit/parts/exposure';
import { namespaceLimits } from '../kit/parts/namespace-limits';
import { networkPolicies } from '../kit/parts/network-policies';
import { plannedObjects } from '../kit/parts/plan';
import { scaledWorkloadObjects } from '../kit/parts/scaled-workload';
import { usedEntries, wantedSet } from '../kit/parts/secret-set';
import { secretObjects, type WantedSecret } from '../kit/parts/secrets';
import { clientKeySet } from '../kit/settings/client-keys';
import type { NamedCluster, SystemPlan } from '../system';
import type { Described } from '../system/described';
import { backupArgs } from './backup';
import { exporters } from './exporters';
import { endpointOf, exposureOf } from './exposure';
import { flows } from './flows';
import { keyOf, type Rae, secretsKey } from './instance';
import { jobs } from './jobs';
import { monitoringObjects } from './monitoring';
import { metadataIn, names, system } from './names';
import { operations } from './operations';
import { scripts } from './pod';
import { api, ml, reranker } from './servers';
import { sidecarOf } from './sidecar';
import { stores } from './stores';
import { webDashboard } from './web-dashboard';
import { beat, workers } from './workers';

/** Everything that the system is on a cluster. Pure: the same settings and facts always give the same objects. */
export function describeRae(rae: Rae, cluster: NamedCluster): SystemPlan {
  const { namespace, quota, settings } = rae;
  const metadata = metadataIn(namespace);
  const traffic = flows(rae, cluster);
  const objects: Record<string, Described> = {
    namespace: { ...dedicatedNamespace(namespace, labelsOf(system)), namedBy: keyOf('namespace', 'name') },
    ...namespaceLimits((part) => metadata(names[part]), { ...settings, quota }),
    serviceAccount: account(metadata(names.account)),
    // The namespace is the system's alone, so that everything in it is closed.
    ...networkPolicies({ system, metadata, ours: {}, flows: traffic, cluster }),
    ...secretObjects(metadata(system), wanted(rae), cluster),
    scripts: configMap(metadata(names.config), scripts),
    ...stores(rae, cluster),
    ...jobs(rae),
    ...servers(rae, cluster),
    ...scaledWorkloadObjects(names.worker, workers(rae)),
    ...scaledWorkloadObjects(names.beat, beat(rae)),
    ...exporters(rae, cluster),
    ...backupObjects(backupArgs(rae, cluster)),
    ...monitoringObjects(rae, cluster),
    ...exposureObjects(
      exposureOf(rae),
      settings.authentication?.mode === 'none' ? settings.authentication : undefined,
      cluster,
    ),
    ...delivery(
      { name: system, labels: labelsOf(system), namespace, pathKey: keyOf('namespace'), after: [names.api] },
      cluster,
    ),
  };
  return {
    id: system,
    path: ['rae'],
    component: 'Rae',
    namespace,
    architectures: settings.imageArchitectures ? { [settings.image]: settings.imageArchitectures } : {},
    objects: plannedObjects(objects, cluster),
    flows: traffic,
    outputs: { endpoint: endpointOf(rae, cluster) },
    operations: operations(rae, cluster),
  };
}

function wanted({ secrets, settings }: Rae): Record<string, WantedSecret> {
  const { authentication, backup } = settings;
  return {
    [secretsKey]: wantedSet(secrets, ['rae'], keyOf('secrets')),
    ...(authentication?.mode === 'clients'
      ? {
          clientKeys: wantedSet(
            usedEntries(clientKeySet(authentication, keyOf('authentication'))),
            ['rae', 'clients'],
            keyOf('authentication', 'secret'),
          ),
        }
      : {}),
    backupPassword: {
      source: { ...backup.password, secretRevision: 0 },
      secret: ['rae', 'backupPassword'],
      from: keyOf('backup', 'password'),
    },
  };
}

function servers(rae: Rae, cluster: NamedCluster): Record<string, Described> {
  const { settings } = rae;
  const { configMap: proxy } = sidecarOf(rae, cluster);
  const dashboard = webDashboard(rae);
  return {
    ...(proxy ? { authProxy: proxy } : {}),
    ...appServerObjects(names.api, api(rae, cluster)),
    ...(settings.ml.enabled ? appServerObjects(names.ml, ml(rae, cluster)) : {}),
    ...(settings.reranker.enabled ? appServerObjects(names.reranker, reranker(rae, cluster)) : {}),
    ...(dashboard ? appServerObjects(names.dashboard, dashboard) : {}),
  };
}
