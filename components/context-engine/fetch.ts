import type { IContainer, IEnvVar, IVolume, IVolumeMount } from 'kubernetes-models/v1';
import { bringGitCredentials } from '../kit/parts/bringing';
import { paths } from './names';
import { helper } from './pod';
import { type Script, scriptPath } from './scripts';
import type { ContextEngineSettings } from './settings';
import type { RepositorySettings } from './settings/repositories';

type FetchedRepository = Exclude<RepositorySettings, { source: 'upload' }>;

/** Folder of the credentials in a container that fetches. */
const credentials = '/credentials';

/** Folder of the volume that a repository is copied from. */
const origin = '/origin';

/** Whether pods of its own fetch a repository; an uploaded one comes by a command. */
export function isFetched(repository: RepositorySettings): repository is FetchedRepository {
  return repository.source !== 'upload';
}

/** Fetches a repository into its folder, once or again and again beside its watcher. */
export function fetcher(
  settings: ContextEngineSettings,
  repository: FetchedRepository,
  mode: 'once' | 'follow',
): IContainer {
  const own = repository.source === 'git' ? fromGit(repository, settings.namespace.name) : fromClaim(repository);
  return helper(settings, {
    name: mode === 'once' ? 'bring' : 'follow',
    command: ['python', scriptPath(scriptOf(repository))],
    env: [
      { name: 'MODE', value: mode },
      ...(mode === 'follow' ? [{ name: 'INTERVAL_SECONDS', value: String(repository.intervalSeconds) }] : []),
      { name: 'REPO_NAME', value: repository.name },
      { name: 'REPO_DIR', value: `${paths.repositories}/${repository.name}` },
      ...own.env,
    ],
    volumeMounts: [{ name: 'repositories', mountPath: paths.repositories }, own.mount].filter(
      (each) => each !== undefined,
    ),
  });
}

/** The volume that a repository is copied from, or the credentials for it: optional, because the script waits for them. */
export function sourceVolumes(repository: RepositorySettings): IVolume[] {
  if (repository.source === 'claim') {
    return [{ name: 'origin', persistentVolumeClaim: { claimName: repository.claimName, readOnly: true } }];
  }
  if (repository.source !== 'git' || !repository.secretName) return [];
  return [{ name: 'credentials', secret: { secretName: repository.secretName, optional: true, defaultMode: 0o440 } }];
}

/** Script that fetches a repository. */
export function scriptOf({ source }: FetchedRepository): Script {
  return source === 'git' ? 'fetch-repository.py' : 'mirror-folder.py';
}

/** What a container needs besides to fetch a repository from where it is. */
interface Source {
  readonly env: readonly IEnvVar[];
  readonly mount: IVolumeMount | undefined;
}

function fromGit({ ref, secretName, url }: Extract<RepositorySettings, { source: 'git' }>, namespace: string): Source {
  return {
    env: [
      { name: 'REPO_URL', value: url },
      { name: 'REPO_REF', value: ref },
      { name: 'HOME', value: paths.tmp },
      ...(secretName
        ? [
            { name: 'CREDENTIALS_DIR', value: credentials },
            { name: 'BROUGHT_BY', value: bringGitCredentials(namespace, secretName) },
          ]
        : []),
    ],
    mount: secretName ? { name: 'credentials', mountPath: credentials, readOnly: true } : undefined,
  };
}

function fromClaim({ path }: Extract<RepositorySettings, { source: 'claim' }>): Source {
  return {
    env: [{ name: 'ORIGIN_DIR', value: origin }],
    mount: { name: 'origin', mountPath: origin, readOnly: true, ...(path ? { subPath: path } : {}) },
  };
}

/** Annotation that makes a new Job and new pods, which read the credentials anew, when their counter is raised. */
export function credentialsRevision(repository: RepositorySettings): Record<string, string> {
  if (repository.source !== 'git' || repository.secretRevision === 0) return {};
  return { 'memory-fleet.dev/credentials-revision': String(repository.secretRevision) };
}
