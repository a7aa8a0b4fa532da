import type { ClusterFacts } from '../../../config/cluster';
import type { Constraint } from '../../../config/constraint';
import { backupSecrets } from '../../kit/settings/backup';
import { clientKeyConstraints, clientKeySet } from '../../kit/settings/client-keys';
import { clientConstraints } from '../../kit/settings/clients';
import { attachmentConstraints, encryptionConstraints, tlsSecrets } from '../../kit/settings/exposure';
import { separateSecrets } from '../../kit/settings/named-secrets';
import { namespaceConstraints } from '../../kit/settings/namespace';
import { namedSecretSet, secretSetConstraints } from '../../kit/settings/secret-set';
import { secretConstraints } from '../../kit/settings/secret-source';
import { sizingConstraints } from '../../kit/settings/sized';
import { tlsConstraints } from '../../kit/settings/tls';
import { connectionBudget } from '../../kit/stores/postgres/connection-budget';
import { postgresConstraints } from '../../kit/stores/postgres/modes';
import { qdrantImageConstraint } from '../../kit/stores/qdrant/settings';
import { redisConstraints } from '../../kit/stores/redis/settings';
import { keyOf, type Rae, raeOf, secretsOf } from '../instance';
import { budgetConstraint } from '../written-series';
import { connectionUsers } from './connections';
import type { RaeSettings } from './index';
import type { RaeSecrets } from './secrets';
import { singles, sizes } from './sizes';

/** What must hold between the keys and the rest of a stack file. */
export function raeConstraints(settings: RaeSettings, cluster: ClusterFacts, secrets: RaeSecrets): Constraint[] {
  const rae = raeOf(settings, cluster);
  return [
    ...namespaceConstraints(keyOf('namespace'), { name: rae.namespace, shared: false }, cluster, settings.clients),
    ...sizeConstraints(settings),
    ...scalingConstraints(rae),
    ...postgresConstraints(keyOf('postgres'), rae.stores.postgres.settings, cluster),
    ...redisConstraints(keyOf('redis'), rae.stores.redis.settings),
    qdrantImageConstraint(keyOf('qdrant', 'image'), settings.qdrant.image),
    ...connectionBudget({ ...rae.stores.postgres, path: keyOf('postgres'), users: connectionUsers(rae) }),
    budgetConstraint(keyOf('cost', 'budgetAlerts'), {
      isAsked: settings.cost.budgetAlerts,
      version: settings.version,
    }),
    ...entranceConstraints(settings, cluster),
    ...dashboardConstraints(settings),
    ...verifyConstraints(settings),
    ...ofSecrets(settings, cluster, secrets),
  ];
}

function sizeConstraints(settings: RaeSettings): Constraint[] {
  const size = sizes[settings.preset];
  const at = (part: string) => keyOf(part, 'resources');
  const ofStore = (store: 'postgres' | 'redis' | 'qdrant') => {
    const given = settings[store];
    return given.mode === 'external' ? [] : sizingConstraints(at(store), given.resources, size[store].resources);
  };
  return [
    ...(['api', 'ml', 'worker'] as const).flatMap((part) =>
      sizingConstraints(at(part), settings[part].resources, size[part].resources),
    ),
    ...(['reranker', 'beat'] as const).flatMap((part) =>
      sizingConstraints(at(part), settings[part].resources, singles[part]),
    ),
    ...(['postgres', 'redis', 'qdrant'] as const).flatMap(ofStore),
  ];
}

/** Bounds in their order, and no number of replicas beside them. */
function scalingConstraints(rae: Rae): Constraint[] {
  return (['api', 'ml', 'worker'] as const).flatMap((part) => {
    const { scaling } = rae[part];
    const { autoscaling, replicas } = rae.settings[part];
    const { minReplicas = 1, maxReplicas = minReplicas } = scaling ?? {};
    return [
      {
        path: keyOf(part, 'replicas'),
        expected: `no number, or ${part}.autoscaling.enabled false: the load decides how many there are`,
        satisfied: replicas === undefined || scaling === undefined,
      },
      {
        path: keyOf(part, 'autoscaling', autoscaling.minReplicas === undefined ? 'maxReplicas' : 'minReplicas'),
        expected: `bounds in their order: ${minReplicas} to ${maxReplicas} come together here`,
        satisfied: minReplicas <= maxReplicas,
      },
    ];
  });
}

function entranceConstraints(settings: RaeSettings, cluster: ClusterFacts): Constraint[] {
  const { api, authentication, clients, exposure } = settings;
  return [
    ...attachmentConstraints(keyOf('exposure', 'kind'), exposure.kind, cluster),
    ...encryptionConstraints(exposure.kind, authentication, cluster),
    ...tlsConstraints(keyOf('exposure'), exposure.kind === 'none' ? undefined : exposure, cluster),
    ...clientConstraints(keyOf('clients'), clients, cluster),
    ...(authentication?.mode === 'clients' ? clientKeyConstraints(authentication, keyOf('authentication')) : []),
    {
      path: keyOf('api', 'allowedOrigins'),
      expected: 'no origins: with authentication.mode "clients" it is authentication.cors.origins that says them',
      satisfied: authentication?.mode !== 'clients' || api.allowedOrigins.length === 0,
    },
  ];
}

/** What commands store is in nobody's memories. */
function verifyConstraints({ authentication }: RaeSettings): Constraint[] {
  if (authentication?.mode !== 'clients' || authentication.verifyAs === undefined) return [];
  const { clients, verifyAs } = authentication;
  const tenant = clients[verifyAs]?.tenant;
  const others = Object.entries(clients).filter(([name, client]) => name !== verifyAs && client.tenant === tenant);
  return [
    {
      path: keyOf('authentication', 'verifyAs'),
      expected: `one of ${Object.keys(clients).join(', ')}`,
      satisfied: tenant !== undefined,
    },
    {
      path: keyOf('authentication', 'verifyAs'),
      expected: `a client with a tenant of its own: ${others.map(([name]) => name).join(', ')} has the same`,
      satisfied: others.length === 0,
    },
  ];
}

/** The dashboard is a client like any other. */
function dashboardConstraints({ authentication, dashboard }: RaeSettings): Constraint[] {
  if (!dashboard.enabled) return [];
  const known = authentication?.mode === 'clients' ? Object.keys(authentication.clients) : [];
  return [
    {
      path: keyOf('dashboard', 'client'),
      expected:
        known.length > 0
          ? `one of ${known.join(', ')}`
          : 'authentication.mode "clients" with this client: it needs a key',
      satisfied: known.includes(dashboard.client),
    },
  ];
}

function ofSecrets(settings: RaeSettings, cluster: ClusterFacts, values: RaeSecrets): Constraint[] {
  const set = secretsOf(settings);
  const { authentication, backup, exposure, imagePullSecrets } = settings;
  const keys = authentication?.mode === 'clients' ? clientKeySet(authentication, keyOf('authentication')) : undefined;
  const { backupPassword, clients, ...own } = values;
  return [
    ...secretSetConstraints(set, ['rae'], own, cluster),
    ...(keys ? secretSetConstraints(keys, ['rae', 'clients'], clients, cluster) : []),
    ...Object.keys(clients).map((name) => ({
      path: ['secrets', 'rae', 'clients', name],
      expected: `no value, or a client ${name} in rae.authentication.clients: nothing reads it`,
      satisfied: keys !== undefined && name in keys.entries,
    })),
    ...secretConstraints(
      ['rae', 'backupPassword'],
      backupPassword,
      backup.password.source,
      keyOf('backup', 'password', 'source'),
      cluster,
    ),
    ...separateSecrets([
      namedSecretSet(set),
      ...(keys ? [namedSecretSet(keys)] : []),
      ...backupSecrets(keyOf('backup'), backup),
      ...tlsSecrets(keyOf('exposure'), exposure, cluster),
      ...imagePullSecrets.map((name, index) => ({ path: keyOf('imagePullSecrets', index), name })),
    ]),
  ];
}
