import type { IContainer, IEnvVar, IVolume, IVolumeMount } from 'kubernetes-models/v1';
import { paths } from './names';
import { helper } from './pod';
import { type Script, scriptPath } from './scripts';
import type { ContextEngineSettings } from './settings';
import type { RepositorySettings } from './settings/repositories';

type BroughtRepository = Exclude<RepositorySettings, { source: 'upload' }>;

/** Folder of the credentials in a container that fetches. */
const credentials = '/credentials';

/** Folder of the volume that a repository is copied from. */
const origin = '/origin';

/** Whether a repository is brought by its own pods; an uploaded one is brought by a command. */
export function isBrought(repository: RepositorySettings): repository is BroughtRepository {
  return repository.source !== 'upload';
}

/** Brings a repository to its folder, once or again and again beside its watcher. */
export function bringer(
  settings: ContextEngineSettings,
  repository: BroughtRepository,
  mode: 'once' | 'follow',
): IContainer {
  const own = repository.source === 'git' ? fromGit(repository) : fromClaim(repository);
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

/** The volume that a repository is brought from, or its credentials. */
export function sourceVolumes(repository: RepositorySettings): IVolume[] {
  if (repository.source === 'claim') {
    return [{ name: 'origin', persistentVolumeClaim: { claimName: repository.claimName, readOnly: true } }];
  }
  if (repository.source !== 'git' || !repository.secretName) return [];
  return [{ name: 'credentials', secret: { secretName: repository.secretName, defaultMode: 0o440 } }];
}

/** Script that brings a repository. */
export function scriptOf({ source }: BroughtRepository): Script {
  return source === 'git' ? 'fetch-repository.py' : 'mirror-folder.py';
}

/** What a container needs besides to bring a repository from where it is. */
interface Source {
  readonly env: readonly IEnvVar[];
  readonly mount: IVolumeMount | undefined;
}

function fromGit({ ref, secretName, url }: Extract<RepositorySettings, { source: 'git' }>): Source {
  return {
    env: [
      { name: 'REPO_URL', value: url },
      { name: 'REPO_REF', value: ref },
      { name: 'HOME', value: paths.tmp },
      ...(secretName ? [{ name: 'CREDENTIALS_DIR', value: credentials }] : []),
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
