import type { ClusterFacts } from '../../../config/cluster';
import type { Constraint } from '../../../config/constraint';
import { bearerSource } from '../../kit/parts/access';
import { apiKeysSecret } from '../../kit/settings/authentication';
import { backupSecrets } from '../../kit/settings/backup';
import { tlsSecrets } from '../../kit/settings/exposure';
import { type NamedSecret, namedSecret, separateSecrets } from '../../kit/settings/named-secrets';
import { secretConstraints } from '../../kit/settings/secret-source';
import { isCertificateMade } from '../../kit/settings/tls';
import { hasHosts, sseServers, sseTlsSecret } from './exposure';
import type { ContextEngineSettings } from './index';
import type { ContextEngineSecrets } from './secrets';

const at = (...path: (string | number)[]): PropertyKey[] => ['contextEngine', ...path];

/** Where each Secret comes from, and that none serves two purposes. */
export function secretSourceConstraints(
  settings: ContextEngineSettings,
  cluster: ClusterFacts,
  secrets: ContextEngineSecrets,
): Constraint[] {
  const { authentication, backup, qdrant, repositories } = settings;
  const bearer = bearerSource(authentication);
  const { apiKey } = qdrant;
  return [
    ...separateSecrets(secretsNamed(settings, cluster)),
    {
      path: at('qdrant', 'apiKey', 'everyClientSendsIt'),
      expected:
        'true with an image whose every process sends the key (images/context-engine makes one), or no repository that ' +
        "is watched: upstream's watcher sends no key, and Qdrant would refuse it",
      satisfied: !apiKey || apiKey.everyClientSendsIt || repositories.every(({ watch }) => !watch),
    },
    ...secretConstraints(
      ['contextEngine', 'backupPassword'],
      secrets.backupPassword,
      backup.password.source,
      at('backup', 'password', 'source'),
      cluster,
    ),
    ...secretConstraints(
      ['contextEngine', 'qdrantKey'],
      secrets.qdrantKey,
      apiKey?.source,
      at('qdrant', 'apiKey', 'source'),
      cluster,
    ),
    ...secretConstraints(
      ['contextEngine', 'bearer'],
      secrets.bearer,
      bearer?.source,
      at('authentication', 'secret', 'source'),
      cluster,
    ),
  ];
}

/** Every Secret that the settings name. Repositories may share one, which nothing here makes. */
function secretsNamed(settings: ContextEngineSettings, cluster: ClusterFacts) {
  const { authentication, backup, exposure, imagePullSecrets, qdrant, repositories } = settings;
  return [
    namedSecret(at('qdrant', 'apiKey'), qdrant.apiKey),
    namedSecret(at('authentication', 'secret'), bearerSource(authentication)),
    apiKeysSecret(at('authentication'), authentication),
    ...backupSecrets(at('backup'), backup),
    ...tlsSecrets(at('exposure'), exposure, cluster),
    ...sseCertificates(exposure, cluster),
    ...imagePullSecrets.map((name, index) => ({ path: at('imagePullSecrets', index), name })),
    ...repositories.map((repository, index) => ({
      path: at('repositories', index, 'secretName'),
      name: repository.source === 'git' ? repository.secretName : undefined,
    })),
  ];
}

/** The Secrets with the certificates of the SSE flavours' host names. */
function sseCertificates(exposure: ContextEngineSettings['exposure'], cluster: ClusterFacts): NamedSecret[] {
  if (!hasHosts(exposure)) return [];
  const made = isCertificateMade(exposure.kind, exposure.tls, cluster);
  if (exposure.kind === 'gateway' && !made) return [];
  return sseServers
    .filter((server) => exposure.sseHostnames[server] !== undefined)
    .map((server) => ({
      path: at('exposure', 'sseTlsSecretNames', server),
      name: sseTlsSecret(exposure, server),
      made,
    }));
}
