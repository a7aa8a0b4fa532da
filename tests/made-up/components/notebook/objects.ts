import { labelsOf, systemLabel } from '../kit/objects/labels';
import { dedicatedNamespace } from '../kit/objects/namespace';
import { hardenedPod, onOneNode, type RunAs, resourceRequirements } from '../kit/objects/pod';
import { account } from '../kit/objects/service-account';
import { appServer, appServerObjects } from '../kit/parts/app-server';
import { backupFacts, backupObjects } from '../kit/parts/backup';
import type { BackupArgs } from '../kit/parts/backup/args';
import { broughtBackup } from '../kit/parts/brought';
import { delivery } from '../kit/parts/delivery';
import { exposureObjects } from '../kit/parts/exposure';
import { networkPolicies } from '../kit/parts/network-policies';
import { plannedObjects } from '../kit/parts/plan';
import { broughtSet, entryRevisions, entryVariable, usedEntries, wantedSet } from '../kit/parts/secret-set';
import { madeSecret, secretObjects } from '../kit/parts/secrets';
import { type SnapshotArgs, snapshotFacts, snapshotFlow, snapshotObjects } from '../kit/parts/snapshots';
import { qdrantBackup } from '../kit/stores/qdrant/backup';
import { qdrantFlows } from '../kit/stores/qdrant/flows';
import { qdrantObjects, qdrantPorts, qdrantVolumes } from '../kit/stores/qdrant/objects';
import type { NamedCluster, SystemPlan } from '../system';
import type { Flow } from '../system/flow';
import type { ServerFacts } from '../system/operations';
import { entries, type InstanceSettings, uses } from './settings';

const system = 'notebook';
const runAs: RunAs = { uid: 1000, gid: 1000 };
const ports = { requests: 8000, health: 18_000 };
const qdrantImage = 'docker.io/qdrant/qdrant:v1.15.4-unprivileged';
const toolsImage = 'docker.io/library/python:3.13.7-alpine3.22';
type Used = ReturnType<typeof usedEntries<keyof typeof entries>>;
const allPods = { app: system, [systemLabel]: system };
/** Labels of the pods of one kind. */
const pods = (component: string) => ({ ...allPods, component });
const usesQdrant = { ...allPods, 'memory-fleet.dev/uses-qdrant': 'true' };

/** One notebook: a server, its vectors, and their backup. */
export function describeNotebook(name: string, settings: InstanceSettings, cluster: NamedCluster): SystemPlan {
  const id = `${system}-${name}`;
  const metadata = (object: string, labels: Readonly<Record<string, string>> = { app: system }) => ({
    name: object,
    namespace: id,
    labels: labelsOf(system, labels),
  });
  const volume = (claimName: string) => ({ claimName, size: settings.storage, storageClass: cluster.storageClass });
  const volumes = { storage: volume('qdrant-storage'), snapshots: volume('qdrant-snapshots') };
  const traffic = flows(settings, cluster);
  const path = [system, 'instances', name];
  const set = { entries, uses, settings: settings.secrets, path: [...path, 'secrets'] };
  const used = usedEntries(set);
  const backup = backupArgs(id, settings, used, cluster, metadata);
  const snapshots = snapshotArgs(backup, settings, cluster);
  const objects = {
    namespace: dedicatedNamespace(id, labelsOf(system)),
    serviceAccount: account(metadata(system)),
    ...qdrantVolumes('qdrant', metadata, volumes),
    ...networkPolicies({ system: id, metadata, ours: {}, flows: traffic, cluster }),
    ...secretObjects(
      metadata(system),
      {
        secrets: wantedSet(used, [system, name], [...path, 'secrets']),
        backupPassword: {
          source: { ...settings.backup.password, secretRevision: 0 },
          secret: [system, name, 'backup'],
        },
      },
      cluster,
    ),
    ...qdrantObjects({
      name: 'qdrant',
      cluster,
      metadata,
      selector: pods('qdrant'),
      podLabels: labelsOf(system, pods('qdrant')),
      scraped: {},
      image: qdrantImage,
      imagePullSecrets: [],
      resources: settings.resources,
      serviceAccountName: system,
      ...volumes,
      ...(used.qdrantKey ? { apiKey: { source: used.qdrantKey, key: 'secrets' } } : {}),
      after: ['serviceAccount'],
    }),
    ...appServerObjects(system, server(settings, used, metadata)),
    ...exposureObjects(
      settings.hostname === undefined
        ? { kind: 'none' }
        : {
            kind: 'gateway',
            hosts: [
              {
                metadata: metadata(system),
                hostname: settings.hostname,
                rules: [{ path: '/', backend: { name: system, port: ports.requests } }],
                after: [`${system}-service`],
              },
            ],
          },
      undefined,
      cluster,
    ),
    ...backupObjects(backup),
    ...(snapshots ? snapshotObjects(snapshots) : {}),
    ...delivery({ name: id, labels: labelsOf(system), namespace: id, after: [system] }, cluster),
  };
  const facts = serverFacts(id, settings, cluster);
  return {
    id,
    path,
    component: 'Notebook',
    namespace: id,
    objects: plannedObjects(objects, cluster),
    flows: traffic,
    outputs: { ...facts.endpoint },
    operations: {
      servers: [facts],
      entrances: { users: [`${system}.instances.${name}.hostname`] },
      backups: [backupFacts(backup), ...(snapshots ? [snapshotFacts(snapshots)] : [])],
      brought: [...broughtSet(id, id, set, used), ...broughtBackup(id, id, 'notes', settings.backup)],
    },
  };
}

function server(
  settings: InstanceSettings,
  { modelKey, qdrantKey }: Used,
  metadata: Parameters<typeof appServer>[0]['metadata'],
) {
  return appServer({
    name: system,
    metadata,
    selector: pods('server'),
    podLabels: labelsOf(system, pods('server')),
    podAnnotations: entryRevisions([modelKey, qdrantKey]),
    container: {
      image: settings.image,
      env: [
        { name: 'QDRANT_URL', value: `http://qdrant:${qdrantPorts.requests}` },
        ...entryVariable('MODEL_KEY', modelKey),
        ...entryVariable('QDRANT_API_KEY', qdrantKey),
      ],
      resources: resourceRequirements(settings.resources),
    },
    ports,
    checks: { ready: { path: '/readyz' } },
    startupBudgetSeconds: 60,
    pod: ({ containers, volumes }) => hardenedPod(runAs, { serviceAccountName: system, containers, volumes }),
    after: ['serviceAccount', 'qdrantService', ...madeSecret('secrets', modelKey ?? qdrantKey)],
  });
}

function flows({ hostname, snapshots }: InstanceSettings, cluster: NamedCluster): Flow[] {
  return [
    ...(snapshots ? [snapshotFlow({ name: 'snapshots', podLabels: pods('snapshots') }, cluster.apiServer.port)] : []),
    { name: 'dns', pods: allPods, direction: 'out', peer: { kind: 'dns' }, port: 53, purpose: 'names' },
    ...qdrantFlows({
      name: 'qdrant',
      pods: pods('qdrant'),
      clients: usesQdrant,
      purpose: 'vectors',
    }),
    ...(hostname === undefined
      ? []
      : [
          {
            name: 'from-gateway',
            pods: pods('server'),
            direction: 'in',
            peer: { kind: 'gateway' },
            port: ports.requests,
            purpose: 'requests of users',
          } as const,
        ]),
  ];
}

function backupArgs(
  id: string,
  settings: InstanceSettings,
  { qdrantKey }: Used,
  cluster: NamedCluster,
  metadata: BackupArgs['metadata'],
): BackupArgs {
  const labels = (component: string) => labelsOf(system, { ...pods(component), ...usesQdrant });
  return {
    name: 'backup',
    key: 'backup',
    content: 'notes',
    settings: settings.backup,
    metadata,
    podLabels: { backup: labels('backup'), restore: labels('restore'), drill: labelsOf(system, pods('drill')) },
    host: `${cluster.name}/${id}`,
    serviceAccountName: system,
    imagePullSecrets: [],
    runAs,
    placement: onOneNode(allPods),
    waivers: [],
    after: [
      'serviceAccount',
      'qdrant',
      ...madeSecret('secrets', qdrantKey),
      ...madeSecret('backupPassword', { ...settings.backup.password, secretRevision: 0 }),
    ],
    stores: [
      qdrantBackup({
        toolsImage,
        cluster,
        url: `http://qdrant:${qdrantPorts.requests}`,
        ...(qdrantKey ? { apiKey: qdrantKey } : {}),
        image: qdrantImage,
        resources: settings.resources,
        storageSize: settings.storage,
      }),
    ],
    claimName: 'backup',
    storageClass: cluster.storageClass,
    workSize: settings.storage,
  };
}

function snapshotArgs(
  backup: BackupArgs,
  { snapshots }: InstanceSettings,
  cluster: NamedCluster,
): SnapshotArgs | undefined {
  if (!snapshots) return undefined;
  return {
    ...backup,
    name: 'snapshots',
    key: 'snapshots',
    settings: snapshots,
    cluster,
    podLabels: labelsOf(system, { ...pods('snapshots'), ...usesQdrant }),
    labels: labelsOf(system),
    toolsImage,
    after: ['qdrant'],
    claims: ['qdrant-storage', 'qdrant-snapshots'],
    writers: [{ name: system, replicas: 1 }],
  };
}

function serverFacts(id: string, { hostname, image }: InstanceSettings, { domain }: NamedCluster): ServerFacts {
  const inClusterUrl = `http://${system}.${id}.svc.${domain}:${ports.requests}/mcp`;
  return {
    name: system,
    transport: 'http',
    endpoint: { url: hostname === undefined ? inClusterUrl : `https://${hostname}/mcp`, inClusterUrl },
    workload: { kind: 'Deployment', name: system },
    container: system,
    image,
    podLabels: pods('server'),
    ports,
    paths: { mcp: '/mcp', live: '/readyz', ready: '/readyz', routed: '/', healthApart: true },
    ...(hostname === undefined ? {} : { hostname }),
    tools: ['store', 'find'],
    access: { mode: 'none' },
    takesAnyHost: true,
    startupSeconds: 60,
    client: {
      name: id,
      tokenVariable: 'NOTEBOOK_TOKEN',
      guidance: 'Notes are kept by `store`, and found by `find`.\n',
    },
    probe: () => ({
      write: [],
      read: [
        {
          title: 'status answers',
          call: { tool: 'status', arguments: {} },
          problem: (answer) =>
            (answer as { count?: unknown }).count === undefined ? `answered ${JSON.stringify(answer)}` : undefined,
        },
      ],
      change: [],
    }),
  };
}
