import type { IContainer } from 'kubernetes-models/v1';
import type { ContextEngineSettings } from '../../config/context-engine';
import type { RepositorySettings } from '../../config/context-engine/repositories';
import { paths } from './names';
import { helper } from './pod';
import { type Script, scriptPath } from './scripts';

type GitRepository = Extract<RepositorySettings, { source: 'git' }>;

/** Folder of the credentials in a container that fetches. */
const credentials = '/credentials';

/** Clones a repository, or brings a clone up to date; `follow` does so again and again beside the watcher. */
export function fetcher(
  settings: ContextEngineSettings,
  repository: GitRepository,
  mode: 'once' | 'follow',
): IContainer {
  const { intervalSeconds, name, ref, secretName, url } = repository;
  return helper(settings, {
    name: mode === 'once' ? 'fetch' : 'follow',
    command: ['python', scriptPath('fetch-repository.py')],
    env: [
      { name: 'MODE', value: mode },
      { name: 'REPO_NAME', value: name },
      { name: 'REPO_URL', value: url },
      { name: 'REPO_REF', value: ref },
      { name: 'REPO_DIR', value: `${paths.repositories}/${name}` },
      { name: 'HOME', value: paths.tmp },
      ...(mode === 'follow' ? [{ name: 'INTERVAL_SECONDS', value: String(intervalSeconds) }] : []),
      ...(secretName ? [{ name: 'CREDENTIALS_DIR', value: credentials }] : []),
    ],
    volumeMounts: [
      { name: 'repositories', mountPath: paths.repositories },
      ...(secretName ? [{ name: 'credentials', mountPath: credentials, readOnly: true }] : []),
    ],
  });
}

/** Script of the containers that fetch, where the repository is fetched. */
export function fetches({ source }: RepositorySettings): Script[] {
  return source === 'git' ? ['fetch-repository.py'] : [];
}

/** Annotation that makes a new Job and new pods, which read the credentials anew, when their counter is raised. */
export function credentialsRevision(repository: RepositorySettings): Record<string, string> {
  if (repository.source !== 'git' || repository.secretRevision === 0) return {};
  return { 'memory-fleet.dev/credentials-revision': String(repository.secretRevision) };
}

/** Where a repository is fetched from, for network policies. */
export function remoteOf({ url }: GitRepository): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(url);
  return { host: hostname, port: Number(port || (protocol === 'ssh:' ? 22 : 443)) };
}
