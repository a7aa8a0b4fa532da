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
import { wantedSet } from '../kit/parts/secret-set';
import { secretObjects } from '../kit/parts/secrets';
import type { NamedCluster, SystemPlan } from '../system';
import type { Described } from '../system/described';
import { monitoringObjects } from './alerts';
import { backupArgs } from './backup';
import { exporters } from './exporters';
import { exposureOf } from './exposure';
import { flows } from './flows';
import { type Instance, keyOf } from './instance';
import { metadataIn, names, system } from './names';
import { operations } from './operations';
import { server } from './server';
import { snapshots } from './snapshots';
import { stores } from './stores';

/** Everything that one instance is on a cluster. Pure: the same instance and facts always give the same objects. */
export function describeInstance(instance: Instance, cluster: NamedCluster): SystemPlan {
  const { id, name, namespace, settings, size } = instance;
  const metadata = metadataIn(namespace);
  const traffic = flows(instance, cluster);
  const objects: Record<string, Described> = {
    namespace: {
      ...dedicatedNamespace(namespace, labelsOf(system)),
      namedBy: keyOf(name, 'namespace', 'name'),
    },
    ...namespaceLimits((part) => metadata(names[part]), {
      quota: size.quota,
      containerLimits: settings.containerLimits,
    }),
    serviceAccount: account(metadata(names.server)),
    // The namespace is the instance's alone, so that everything in it is closed.
    ...networkPolicies({ system: id, metadata, ours: {}, flows: traffic, cluster }),
    ...secretObjects(
      metadata(names.secrets),
      {
        secrets: wantedSet(instance.secrets, ['personalKnowledge', name], keyOf(name, 'secrets')),
        bearerToken: {
          source: bearerSource(settings.authentication),
          secret: ['personalKnowledge', name, 'bearer'],
          from: keyOf(name, 'authentication', 'secret'),
        },
        backupPassword: {
          source: { ...settings.backup.password, secretRevision: 0 },
          secret: ['personalKnowledge', name, 'backupPassword'],
          from: keyOf(name, 'backup', 'password'),
        },
      },
      cluster,
    ),
    ...stores(instance, cluster),
    ...server(instance, cluster),
    ...exporters(instance, cluster),
    ...backupObjects(backupArgs(instance, cluster)),
    ...snapshots(instance, cluster),
    ...exposureObjects(exposureOf(instance), settings.authentication, cluster),
    ...monitoringObjects(instance, cluster),
    ...delivery(
      { name: id, labels: labelsOf(system), namespace, pathKey: keyOf(name), after: [names.server] },
      cluster,
    ),
  };
  const facts = operations(instance, cluster);
  return {
    id,
    path: ['personalKnowledge', 'instances', name],
    component: 'PersonalKnowledge',
    namespace,
    architectures: settings.imageArchitectures ? { [settings.image]: settings.imageArchitectures } : {},
    objects: plannedObjects(objects, cluster),
    flows: traffic,
    outputs: { endpoints: Object.fromEntries(facts.servers.map((each) => [each.transport, each.endpoint])) },
    operations: facts,
  };
}
