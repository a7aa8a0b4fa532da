import { labelsOf } from '../kit/objects/labels';
import { dedicatedNamespace } from '../kit/objects/namespace';
import { account } from '../kit/objects/service-account';
import { bearerSource } from '../kit/parts/access';
import { backupObjects } from '../kit/parts/backup';
import { delivery } from '../kit/parts/delivery';
import { exposureObjects } from '../kit/parts/exposure';
import { namespaceLimits } from '../kit/parts/namespace-limits';
import { networkPolicies } from '../kit/parts/network-policies';
import { plannedObjects } from '../kit/parts/plan';
import { secretObjects } from '../kit/parts/secrets';
import type { NamedCluster, SystemPlan } from '../system';
import type { Described } from '../system/described';
import { monitoringObjects } from './alerts';
import { sidecarObjects } from './auth-sidecar';
import { backupArgs } from './backup';
import { exposureOf, guardedServices } from './exposure';
import { flows } from './flows';
import { llamacpp } from './llamacpp';
import { allPods, metadataIn, system } from './names';
import { operations } from './operations';
import { qdrant, qdrantClaims } from './qdrant';
import { repositories } from './repositories';
import { scripts } from './scripts';
import { servers } from './server';
import type { ContextEngineSettings } from './settings';
import { volumes } from './volumes';

/** Everything that Context Engine is on a cluster. Pure: the same settings and facts always give the same objects. */
export function describeContextEngine(settings: ContextEngineSettings, cluster: NamedCluster): SystemPlan {
  const metadata = metadataIn(settings);
  const traffic = flows(settings, cluster);
  const { name, shared } = settings.namespace;
  const objects: Record<string, Described> = {
    ...(shared
      ? {}
      : {
          namespace: {
            ...dedicatedNamespace(name, labelsOf(system)),
            namedBy: ['contextEngine', 'namespace', 'name'],
          },
        }),
    ...namespaceLimits(() => metadata(system), settings),
    serviceAccount: account(metadata(system)),
    ...qdrantClaims(settings, cluster),
    ...volumes(settings, cluster),
    ...networkPolicies({
      system,
      metadata,
      // A shared namespace has other pods, which are none of our business.
      ours: shared ? allPods : {},
      flows: traffic,
      cluster,
    }),
    ...secretObjects(
      metadata(system),
      {
        qdrantKey: {
          source: settings.qdrant.apiKey,
          secret: ['contextEngine', 'qdrantKey'],
          from: ['contextEngine', 'qdrant', 'apiKey'],
        },
        bearerToken: {
          source: bearerSource(settings.authentication),
          secret: ['contextEngine', 'bearer'],
          from: ['contextEngine', 'authentication', 'secret'],
        },
        backupPassword: {
          source: { ...settings.backup.password, secretRevision: 0 },
          secret: ['contextEngine', 'backupPassword'],
          from: ['contextEngine', 'backup', 'password'],
        },
      },
      cluster,
    ),
    scripts: scripts(settings),
    ...sidecarObjects(settings, cluster),
    ...qdrant(settings, cluster),
    ...llamacpp(settings, cluster),
    ...servers(settings, cluster),
    ...repositories(settings),
    ...backupObjects(backupArgs(settings, cluster)),
    ...guardedServices(settings),
    ...exposureObjects(exposureOf(settings, cluster), settings.authentication, cluster),
    ...monitoringObjects(settings, cluster),
    // No Image Updater: it would change the image of a Job under the same name, which the API server refuses.
    ...delivery(
      {
        name: system,
        labels: labelsOf(system),
        namespace: name,
        path: settings.applicationPath,
        pathKey: ['contextEngine', 'applicationPath'],
        after: ['qdrant'],
      },
      cluster,
    ),
  };
  const facts = operations(settings, cluster);
  return {
    id: system,
    path: ['contextEngine'],
    component: 'ContextEngine',
    namespace: name,
    architectures: settings.imageArchitectures ? { [settings.image]: settings.imageArchitectures } : {},
    objects: plannedObjects(objects, cluster),
    flows: traffic,
    outputs: { endpoints: Object.fromEntries(facts.servers.map((server) => [server.name, server.endpoint])) },
    operations: facts,
  };
}
