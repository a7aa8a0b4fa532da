import type { IContainer, IEnvVar, IVolume } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../../../config/cluster';
import type { PodsSettings } from '../../../../config/cluster/pods';
import type { SystemPlan } from '../../../system';
import { proxyUrls } from './proxy';

const volume = 'certificate-authority';
const folder = '/etc/memory-fleet/certificate-authority';
const file = 'ca.crt';

/** Key of the ConfigMap with the certificates, where the settings name none. */
export const defaultKey = 'ca.crt';

/**
 * Where clients read the authorities that they trust: OpenSSL, libgit2, Go (restic), curl and httpx; git itself; and
 * requests, which fetches models. Most read this file in place of their own, so that it must hold every authority.
 */
const trusting = ['SSL_CERT_FILE', 'GIT_SSL_CAINFO', 'REQUESTS_CA_BUNDLE'] as const;

/** A container that talks to servers of others: by the proxy, trusting the authorities that are named. */
export function reachingOut(container: IContainer, pods: PodsSettings, direct: readonly string[]): IContainer {
  const { certificateAuthority: authority } = pods;
  const added: IEnvVar[] = [
    ...(authority ? trusting.map((name) => ({ name, value: `${folder}/${file}` })) : []),
    ...proxyVariables(pods, direct),
  ];
  if (added.length === 0) return container;
  const { env = [], volumeMounts = [], ...rest } = container;
  return {
    ...rest,
    env: [...env, ...added],
    volumeMounts: authority ? [...volumeMounts, { name: volume, mountPath: folder, readOnly: true }] : volumeMounts,
  };
}

/** The volume with the authorities; optional, so that a pod without it starts and says what it cannot trust. */
export function authorityVolume({ certificateAuthority: authority }: PodsSettings): IVolume[] {
  if (!authority) return [];
  const items = [{ key: authority.key ?? defaultKey, path: file }];
  return [{ name: volume, configMap: { name: authority.name, items, optional: true } }];
}

/** Both spellings: curl reads the small ones alone for http, others the large ones. */
function proxyVariables(pods: PodsSettings, direct: readonly string[]): IEnvVar[] {
  const { proxy } = pods;
  const { http, https } = proxyUrls(pods);
  if (!proxy || !http || !https) return [];
  const { secretName } = proxy;
  const login = secretName
    ? (['username', 'password'] as const).map((key) => ({
        name: `PROXY_${key.toUpperCase()}`,
        valueFrom: { secretKeyRef: { name: secretName, key, optional: true } },
      }))
    : [];
  // The kubelet puts in the values, which no object of the plan holds.
  const withLogin = (url: string) => (secretName ? url.replace('://', '://$(PROXY_USERNAME):$(PROXY_PASSWORD)@') : url);
  const values = { http_proxy: withLogin(http), https_proxy: withLogin(https), no_proxy: direct.join(',') };
  return [
    ...login,
    ...Object.entries(values).flatMap(([name, value]) => [
      { name, value },
      { name: name.toUpperCase(), value },
    ]),
  ];
}

/**
 * What clients of a system ask without a proxy: themselves, the Services of the plan by every name that they have, what
 * else the cluster holds, its API server, which the kubelet puts in, and what the settings say.
 */
export function reachedDirectly(
  { namespace, objects }: SystemPlan,
  { domain, pods, services }: ClusterFacts,
): string[] {
  const own = Object.values(objects).flatMap(({ object }) => (object.kind === 'Service' ? [object.metadata.name] : []));
  return [
    ...new Set([
      ...['localhost', '127.0.0.1', '::1'],
      ...own,
      ...[`.${namespace}`, '.svc', `.${domain}`, '$(KUBERNETES_SERVICE_HOST)'],
      ...services.map(({ host }) => host.replace(/^\*/, '')),
      ...(pods.proxy?.noProxy ?? []),
    ]),
  ];
}
