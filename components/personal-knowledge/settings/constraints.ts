import type { ClusterFacts } from '../../../config/cluster';
import type { Constraint } from '../../../config/constraint';
import { bearerSource } from '../../kit/parts/access';
import { apiKeysSecret } from '../../kit/settings/authentication';
import { backupSecrets } from '../../kit/settings/backup';
import { clientConstraints } from '../../kit/settings/clients';
import { attachmentConstraints, encryptionConstraints, tlsSecrets } from '../../kit/settings/exposure';
import { type NamedSecret, namedSecret, separateRemotes, separateSecrets } from '../../kit/settings/named-secrets';
import { namespaceConstraints } from '../../kit/settings/namespace';
import { namedSecretSet, secretSetConstraints } from '../../kit/settings/secret-set';
import { secretConstraints } from '../../kit/settings/secret-source';
import { sizingConstraints } from '../../kit/settings/sized';
import { snapshotsConstraint } from '../../kit/settings/snapshots';
import { tlsConstraints } from '../../kit/settings/tls';
import { chromaImageConstraint } from '../../kit/stores/chroma/settings';
import { neo4jMemoryConstraint } from '../../kit/stores/neo4j/memory';
import { type Instance, instanceOf, keyOf, secretsOf } from '../instance';
import { idOf } from '../names';
import type { PersonalKnowledgeSettings } from './index';
import type { PersonalKnowledgeSecrets } from './secrets';
import { sizeOf } from './sizes';

/** What must hold between the keys of the instances and the rest of a stack file. */
export function personalKnowledgeConstraints(
  { instances }: PersonalKnowledgeSettings,
  cluster: ClusterFacts,
  secrets: PersonalKnowledgeSecrets,
): Constraint[] {
  const all = Object.entries(instances).map(([name, settings]) => instanceOf(name, settings));
  return [
    ...all.flatMap((instance) => [
      ...placeConstraints(instance, all, cluster),
      ...sizeConstraints(instance),
      ...graphConstraints(instance),
      chromaImageConstraint(keyOf(instance.name, 'chroma', 'image'), instance.settings.chroma.image),
      snapshotsConstraint(keyOf(instance.name, 'snapshots'), instance.settings.snapshots, cluster),
      ...entranceConstraints(instance, cluster),
      ...ofSecrets(instance, cluster, secrets[instance.name] ?? {}),
    ]),
    // Instances share nothing, in the store of secrets neither.
    ...separateRemotes(all.map((instance) => secretsNamed(instance, cluster))),
    ...Object.keys(secrets).map((name) => ({
      path: ['secrets', 'personalKnowledge', name],
      expected: `no values, or personalKnowledge.instances.${name} set: nothing reads them`,
      satisfied: name in instances,
    })),
  ];
}

/** An instance is alone in its namespace: that is what keeps it apart from every other. */
function placeConstraints(instance: Instance, all: readonly Instance[], cluster: ClusterFacts): Constraint[] {
  const { name, namespace, settings } = instance;
  const path = keyOf(name, 'namespace');
  const other = all.find((each) => each.namespace === namespace);
  return [
    ...namespaceConstraints(path, { name: namespace, shared: false }, cluster, settings.clients),
    {
      path: [...path, 'name'],
      expected: `another namespace than ${idOf(other?.name ?? name)} has: instances share nothing`,
      satisfied: other === undefined || other.name === name,
    },
  ];
}

function sizeConstraints({ name, settings }: Instance): Constraint[] {
  const size = sizeOf(name, settings.preset);
  const at = (part: string) => keyOf(name, part, 'resources');
  return [
    ...sizingConstraints(at('server'), settings.server.resources, size.server),
    ...sizingConstraints(at('chroma'), settings.chroma.resources, size.chroma.resources),
    ...sizingConstraints(at('postgres'), settings.postgres.resources, size.postgres.resources),
  ];
}

function graphConstraints({ name, settings: { graph, preset }, size }: Instance): Constraint[] {
  if (graph.kind === 'none') return [];
  const path = keyOf(name, 'graph', 'resources');
  return [
    ...sizingConstraints(path, graph.resources, sizeOf(name, preset).graph.resources),
    ...(graph.kind === 'neo4j'
      ? [neo4jMemoryConstraint([...path, 'memoryLimit'], size.graph.resources.memoryLimit)]
      : []),
  ];
}

function entranceConstraints({ name, settings }: Instance, cluster: ClusterFacts): Constraint[] {
  const { authentication, clients, exposure } = settings;
  return [
    ...attachmentConstraints(keyOf(name, 'exposure', 'kind'), exposure.kind, cluster),
    ...encryptionConstraints(exposure.kind, authentication, cluster),
    ...tlsConstraints(keyOf(name, 'exposure'), exposure.kind === 'none' ? undefined : exposure, cluster),
    ...clientConstraints(keyOf(name, 'clients'), clients, cluster),
    {
      path: keyOf(name, 'authentication', 'mode'),
      expected: '"bearer" or "none", or exposure.kind "gateway" on a Gateway whose implementation is "envoy-gateway"',
      satisfied:
        authentication?.mode !== 'gateway' ||
        (exposure.kind === 'gateway' && cluster.gateway?.implementation === 'envoy-gateway'),
    },
  ];
}

/** Every Secret that the settings of an instance name. */
function secretsNamed({ name, settings }: Instance, cluster: ClusterFacts): NamedSecret[] {
  const { authentication, backup, exposure, imagePullSecrets } = settings;
  return [
    namedSecretSet(secretsOf(name, settings)),
    namedSecret(keyOf(name, 'authentication', 'secret'), bearerSource(authentication)),
    apiKeysSecret(keyOf(name, 'authentication'), authentication),
    ...backupSecrets(keyOf(name, 'backup'), backup),
    ...tlsSecrets(keyOf(name, 'exposure'), exposure, cluster),
    ...imagePullSecrets.map((each, index) => ({ path: keyOf(name, 'imagePullSecrets', index), name: each })),
  ];
}

function ofSecrets(instance: Instance, cluster: ClusterFacts, values: PersonalKnowledgeSecrets[string]): Constraint[] {
  const { name, settings } = instance;
  const { authentication, backup } = settings;
  const sources = { bearer: bearerSource(authentication)?.source, backupPassword: backup.password.source };
  const paths = { bearer: ['authentication', 'secret'], backupPassword: ['backup', 'password'] };
  return [
    ...secretSetConstraints(secretsOf(name, settings), ['personalKnowledge', name], values, cluster),
    ...separateSecrets(secretsNamed(instance, cluster)),
    ...(['bearer', 'backupPassword'] as const).flatMap((key) =>
      secretConstraints(
        ['personalKnowledge', name, key],
        values[key],
        sources[key],
        keyOf(name, ...paths[key], 'source'),
        cluster,
      ),
    ),
  ];
}
