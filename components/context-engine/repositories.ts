import type { IContainer, IEnvVar, IVolume, IVolumeMount } from 'kubernetes-models/v1';
import { scheduledJob } from '../kit/objects/cron-job';
import { deployment } from '../kit/objects/deployment';
import { runOnceJob } from '../kit/objects/job';
import { resourceRequirements } from '../kit/objects/pod';
import { unpinnedWaiver } from '../kit/parts/pinning';
import { madeSecret, revisionAnnotations } from '../kit/parts/secrets';
import type { Described } from '../system/described';
import type { RepositoryFacts } from '../system/operations';
import { environment, type Role } from './environment';
import { credentialsRevision, fetcher, isFetched, scriptOf, sourceVolumes } from './fetch';
import { metadataIn, paths, podLabels, podsOf, stateFolder, uploadJobOf } from './names';
import { enginePod, helper, waitFor, waitForQdrant } from './pod';
import { type Script, scriptPath, scriptsHash, scriptsMount, scriptsVolume } from './scripts';
import type { ContextEngineSettings } from './settings';
import type { RepositorySettings } from './settings/repositories';
import { type UploadArgs, uploadContainers, uploadFacts } from './upload';
import { modelsMount, sharedVolume, tmpMount } from './volumes';

/**
 * What every repository brings along, and nothing that two share: adding or removing one touches no other. An uploaded one
 * is indexed by its upload, see upload.ts.
 */
export function repositories(settings: ContextEngineSettings): Record<string, Described> {
  return Object.fromEntries(
    settings.repositories.flatMap((repository) => [
      isFetched(repository)
        ? ([`index-${repository.name}`, indexJob(settings, repository)] as const)
        : ([uploadJobOf(repository.name), uploadJob(settings, repository)] as const),
      ...(repository.watch ? [[`watcher-${repository.name}`, watcher(settings, repository)] as const] : []),
    ]),
  );
}

/** Folder of a repository, the same in every pod: points and deletions go by the absolute path of a file. */
function folderOf({ name }: RepositorySettings): string {
  return `${paths.repositories}/${name}`;
}

/** What every pod of a repository needs. */
function needs({ qdrant }: ContextEngineSettings): string[] {
  return [
    ...['serviceAccount', 'scripts', 'qdrant', 'qdrantService', ...madeSecret('qdrantKey', qdrant.apiKey)],
    ...['models', 'repositories', 'metadata'],
  ];
}

/** Brings the repository and indexes it once. */
function indexJob(settings: ContextEngineSettings, repository: RepositorySettings): Described {
  const labels = podsOf('index', repository.name);
  const { deadlineSeconds, retries } = settings.indexing;
  const { command = [], ...index } = indexer(settings, repository);
  return {
    ...runOnceJob({
      metadata: metadataIn(settings, labels)(`index-${repository.name}`),
      podLabels: podLabels('index', ['qdrant', 'models'], repository.name),
      podAnnotations: credentialsRevision(repository),
      retries,
      pod: enginePod(settings, {
        initContainers: [
          ...(isFetched(repository) ? [fetcher(settings, repository, 'once')] : []),
          folders(settings, repository),
          waitForQdrant(settings, 'for ever'),
        ],
        containers: [{ ...index, command: ['timeout', String(deadlineSeconds), ...command] }],
        volumes: volumesOf(repository),
      }),
    }),
    after: needs(settings),
    reachesOut: ['index', ...(repository.source === 'git' ? ['bring'] : [])],
    waivers: unpinnedWaiver(settings.imageUnpinnedReason, settings.image),
  };
}

/** Template of the job that takes an upload in and indexes it. */
function uploadJob(settings: ContextEngineSettings, repository: RepositorySettings): Described {
  const labels = podsOf('upload', repository.name);
  const { initContainers = [], containers } = uploadContainers(uploadArgs(settings, repository));
  return {
    ...scheduledJob({
      metadata: metadataIn(settings, labels)(uploadJobOf(repository.name)),
      podLabels: podLabels('upload', ['qdrant', 'models'], repository.name),
      schedule: 'on demand',
      deadlineSeconds: settings.indexing.deadlineSeconds,
      // Whoever uploads is there to try again.
      retries: 0,
      pod: enginePod(settings, {
        initContainers: [...initContainers, folders(settings, repository), waitForQdrant(settings)],
        containers,
        volumes: volumesOf(repository),
      }),
    }),
    after: needs(settings),
    reachesOut: ['index'],
    waivers: unpinnedWaiver(settings.imageUnpinnedReason, settings.image),
  };
}

function uploadArgs(settings: ContextEngineSettings, repository: RepositorySettings): UploadArgs {
  return {
    name: repository.name,
    image: settings.image,
    resources: { cpu: '50m', memory: '64Mi', memoryLimit: '512Mi' },
    scripts: { volume: scriptsVolume.name, path: paths.scripts },
    repositories: { volume: rootMount.name },
    index: indexer(settings, repository),
    deadlineSeconds: settings.indexing.deadlineSeconds,
  };
}

/** What the operator's commands know of the repositories. */
export function repositoryFacts(settings: ContextEngineSettings): RepositoryFacts[] {
  return settings.repositories.map((repository) => {
    const { name, watch } = repository;
    return {
      name,
      source: sourceInWords(repository),
      ...(watch ? { watcher: `watcher-${name}` } : {}),
      ...(isFetched(repository)
        ? { job: indexJob(settings, repository).object.metadata.name }
        : { upload: uploadFacts(uploadJobOf(name), uploadArgs(settings, repository)) }),
    };
  });
}

function sourceInWords(repository: RepositorySettings): string {
  switch (repository.source) {
    case 'git':
      return `${repository.url} at ${repository.ref}`;
    case 'claim':
      return `claim ${repository.claimName}${repository.path ? `, folder ${repository.path}` : ''}`;
    case 'upload':
      return 'uploads';
  }
}

/** The container that indexes a repository as it is. */
export function indexer(settings: ContextEngineSettings, repository: RepositorySettings): IContainer {
  return {
    name: 'index',
    image: settings.image,
    command: ['python', '/app/scripts/ingest_code.py', '--root', folderOf(repository)],
    workingDir: '/app',
    // The name that answers tell is the first folder below this one; it is not asked for what it holds.
    env: [{ name: 'WATCH_ROOT', value: '/work' }, ...ofRepository(settings, repository, 'index')],
    resources: resourceRequirements(settings.indexing.resources),
    volumeMounts: [...mounts(repository), modelsMount, tmpMount],
  };
}

/** Indexes changes as they come. One for each repository: two would index everything twice. */
function watcher(settings: ContextEngineSettings, repository: RepositorySettings): Described<'Deployment'> {
  const pods = podsOf('watcher', repository.name);
  const used: readonly Script[] = [
    ...(['prepare.py', 'wait-for.py', 'watch.py'] as const),
    ...(isFetched(repository) ? [scriptOf(repository)] : []),
  ];
  return {
    ...deployment({
      metadata: metadataIn(settings, pods)(`watcher-${repository.name}`),
      selector: pods,
      podLabels: podLabels('watcher', ['qdrant', 'models'], repository.name),
      podAnnotations: {
        ...revisionAnnotations({ 'api-key': settings.qdrant.apiKey }),
        ...credentialsRevision(repository),
        ...scriptsHash(...used),
      },
      // It waits for the repository and for Qdrant, one after the other.
      progressSeconds: 2 * settings.waitSeconds + 300,
      pod: enginePod(settings, {
        terminationGracePeriodSeconds: 15,
        initContainers: [
          waitForFolder(settings, repository),
          folders(settings, repository),
          waitForQdrant(settings, 'for ever'),
        ],
        containers: [
          {
            name: 'watcher',
            image: settings.image,
            // Upstream's watcher, told which repository it watches.
            command: ['python', scriptPath('watch.py')],
            workingDir: '/app',
            env: [
              { name: 'WATCH_ROOT', value: folderOf(repository) },
              ...ofRepository(settings, repository, 'watcher'),
              { name: 'WATCH_USE_POLLING', value: polls(settings, repository) ? '1' : '0' },
            ],
            resources: resourceRequirements(settings.watcher.resources),
            volumeMounts: [...mounts(repository), scriptsMount, modelsMount, tmpMount],
          },
          ...(isFetched(repository) ? [fetcher(settings, repository, 'follow')] : []),
        ],
        volumes: volumesOf(repository),
      }),
    }),
    after: needs(settings),
    // Its folder comes from a Job that nobody waits for, or from an upload.
    awaited: false,
    reachesOut: ['watcher', ...(repository.source === 'git' ? ['follow'] : [])],
    waivers: unpinnedWaiver(settings.imageUnpinnedReason, settings.image),
  };
}

function polls({ layout }: ContextEngineSettings, { polling }: RepositorySettings): boolean {
  return polling ?? layout === 'shared';
}

/** The environment of a process of one repository: its folder, and its collection where it has one of its own. */
function ofRepository(settings: ContextEngineSettings, repository: RepositorySettings, role: Role): IEnvVar[] {
  const own = repository.collection === 'own';
  return [
    { name: 'WORKSPACE_PATH', value: folderOf(repository) },
    ...environment(settings, role).map((each) =>
      own && each.name === 'COLLECTION_NAME' ? { ...each, value: repository.name } : each,
    ),
  ];
}

/** The fetched or uploaded folder may take its time; the job or the command that brings it says so itself. */
function waitForFolder(settings: ContextEngineSettings, repository: RepositorySettings): IContainer {
  return waitFor(settings, 'wait-for-repository', folderOf(repository), 'for ever', [rootMount]);
}

/**
 * Makes the folders that are mounted below, as the pod's own user: a runtime would make them as root, which network
 * storage refuses or nobody else can write.
 */
export function folders(settings: ContextEngineSettings, repository: RepositorySettings): IContainer {
  return helper(settings, {
    name: 'prepare',
    command: [
      ...['python', scriptPath('prepare.py')],
      ...[`${folderOf(repository)}/${stateFolder}`, `${paths.metadata}/${repository.name}`],
    ],
    volumeMounts: [rootMount, { name: 'metadata', mountPath: paths.metadata }],
  });
}

/** The whole volume of repositories. */
const rootMount: IVolumeMount = { name: 'repositories', mountPath: paths.repositories };

/** The folder of the repository, and in it what the indexer remembers of it, which is on a volume of its own. */
function mounts(repository: RepositorySettings): IVolumeMount[] {
  const folder = folderOf(repository);
  return [
    { name: 'repositories', mountPath: folder, subPath: repository.name },
    { name: 'metadata', mountPath: `${folder}/${stateFolder}`, subPath: repository.name },
  ];
}

/** The volumes of a pod of one repository. */
export function volumesOf(repository: RepositorySettings): IVolume[] {
  return [sharedVolume('repositories'), sharedVolume('metadata'), sharedVolume('models'), ...sourceVolumes(repository)];
}
