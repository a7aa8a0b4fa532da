import { sumInBytes } from '../../config/fields/quantities';
import { onOneNode } from '../kit/objects/pod';
import type { BackupArgs, Purpose } from '../kit/parts/backup/args';
import type { StoreBackup } from '../kit/parts/backup/store';
import { unpinnedWaiver } from '../kit/parts/pinning';
import { madeSecret } from '../kit/parts/secrets';
import { chromaBackup } from '../kit/stores/chroma/backup';
import { chromaPorts } from '../kit/stores/chroma/objects';
import { falkordbBackup } from '../kit/stores/falkordb/backup';
import { neo4jBackup } from '../kit/stores/neo4j/backup';
import { postgresBackup } from '../kit/stores/postgres/backup';
import { volumeBackup } from '../kit/stores/volume/backup';
import type { NamedCluster } from '../system';
import type { Instance } from './instance';
import { claims, metadataIn, names, podLabels, podsOf, runAs, type Use, uses } from './names';
import { database, secretsKey } from './stores';

/**
 * The backup of an instance, one set of everything. What the server knows of its repositories comes first: a repository that
 * it lists, as far as it lists it, is then in the vectors and in the graph of the same set, because it is listed after it is
 * indexed. What is indexed meanwhile is only not listed; the other way round it would be listed and never be found.
 */
export function backupArgs(instance: Instance, cluster: NamedCluster): BackupArgs {
  const { namespace, settings, size } = instance;
  const { backup } = settings;
  const used = backupUses(instance);
  // A drill talks to no store; it is beside the server's volume only for the sake of the repository's.
  const labels = (purpose: Purpose) => podLabels(purpose, purpose === 'drill' ? ['data'] : used);
  return {
    name: names.backup,
    key: 'backup',
    content: 'knowledge',
    settings: backup,
    metadata: metadataIn(namespace, podsOf('backup')),
    podLabels: { backup: labels('backup'), restore: labels('restore'), drill: labels('drill') },
    host: `${cluster.name}/${instance.id}`,
    serviceAccountName: names.server,
    imagePullSecrets: settings.imagePullSecrets,
    // The owner of the files on the server's volume.
    runAs,
    placement: onOneNode(uses('data')),
    waivers: unpinnedWaiver(
      settings.imageUnpinnedReason,
      ...[backup.image, backup.toolsImage, settings.chroma.image, settings.postgres.image],
      ...(settings.graph.kind === 'none' ? [] : [settings.graph.image]),
    ),
    after: [
      ...['serviceAccount', names.chroma, `${names.chroma}Service`, 'data'],
      ...Object.values(instance.secrets)
        .slice(0, 1)
        .flatMap((source) => madeSecret(secretsKey, source)),
      ...madeSecret('backupPassword', { ...backup.password, secretRevision: 0 }),
    ],
    stores: storeBackups(instance, cluster),
    claimName: claims.backup,
    storageClass: cluster.storageClass,
    // All dumps are on the node's own disk at once.
    workSize: sumInBytes(size.chroma.storage, size.graph.storage, size.postgres.storage, size.data),
  };
}

/** What the pods use that dump, load or count every store. */
export function backupUses({ settings: { graph, postgres } }: Instance): Use[] {
  return ['chroma', 'data', ...graphUses[graph.kind], ...(postgres.enabled ? (['postgres'] as const) : [])];
}

const graphUses: Readonly<Record<Instance['settings']['graph']['kind'], readonly Use[]>> = {
  falkordb: ['graph'],
  neo4j: ['graph-api'],
  none: [],
};

function storeBackups(instance: Instance, cluster: NamedCluster): [StoreBackup, ...StoreBackup[]] {
  const { namespace, secrets, settings, size } = instance;
  const { toolsImage } = settings.backup;
  const host = (name: string) => `${name}.${namespace}.svc.${cluster.domain}`;
  return [
    volumeBackup({ toolsImage, claimName: claims.data, size: size.data }),
    chromaBackup({
      store: names.chroma,
      toolsImage,
      url: `http://${host(names.chroma)}:${chromaPorts.requests}`,
      token: secrets.chromaToken,
      cluster,
      image: settings.chroma.image,
      resources: size.chroma.resources,
      storageSize: size.chroma.storage,
    }),
    ...graphBackup(instance, host),
    ...(secrets.postgresPassword
      ? [
          postgresBackup({
            ...database,
            host: host(names.postgres),
            maxConnections: settings.postgres.maxConnections,
            password: secrets.postgresPassword,
            image: settings.postgres.image,
            flavour: settings.postgres.flavour,
            resources: size.postgres.resources,
            storageSize: size.postgres.storage,
          }),
        ]
      : []),
  ];
}

function graphBackup({ secrets, settings, size }: Instance, host: (name: string) => string): StoreBackup[] {
  const { backup, graph } = settings;
  const password = secrets.graphPassword ?? secrets.neo4jPassword;
  if (graph.kind === 'none' || !password) return [];
  const args = {
    host: host(names[graph.kind]),
    password,
    image: graph.image,
    resources: size.graph.resources,
    storageSize: size.graph.storage,
  };
  return [graph.kind === 'neo4j' ? neo4jBackup({ ...args, toolsImage: backup.toolsImage }) : falkordbBackup(args)];
}
