import { type Api, get } from '../../cluster/api';
import { type Kinds, kindsOf } from '../../cluster/kinds';

/** Reads a cluster; what several checks want is read once. Nothing is ever written. */
export interface ClusterReader {
  /**
   * An object or a list; undefined where there is none.
   * @throws Error with the server's answer where it refuses
   */
  at<T>(path: string): Promise<T | undefined>;
  /** Every item of a list. */
  list<T>(path: string): Promise<readonly T[]>;
  readonly kinds: Kinds['of'];
  /** Whether the user of the kubeconfig, or a service account, may do something. */
  may(permission: Permission, account?: ServiceAccount): Promise<boolean>;
}

export interface ServiceAccount {
  readonly name: string;
  readonly namespace: string;
}

export interface Permission {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Part of it, such as `exec` of pods. */
  readonly subresource?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

const reviews = '/apis/authorization.k8s.io/v1';

export function clusterReader(api: Api): ClusterReader {
  const seen = new Map<string, Promise<unknown>>();
  const at = <T>(path: string): Promise<T | undefined> => {
    const reading = seen.get(path) ?? get<T>(api, path);
    seen.set(path, reading);
    return reading as Promise<T | undefined>;
  };
  return {
    at,
    list: async <T>(path: string) => (await at<{ items: readonly T[] }>(path))?.items ?? [],
    kinds: kindsOf(api).of,
    may: async (resourceAttributes, account) => {
      const kind = account ? 'SubjectAccessReview' : 'SelfSubjectAccessReview';
      const { status, body } = await api.send('POST', `${reviews}/${kind.toLowerCase()}s`, {
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind,
          spec: { resourceAttributes, ...(account ? subjectOf(account) : {}) },
        },
      });
      const whom = account ? `service account ${account.namespace}/${account.name}` : 'you';
      if (status >= 300) throw new Error(`the server does not say what ${whom} may do (${status})`);
      return (JSON.parse(body) as { status?: { allowed?: boolean } }).status?.allowed === true;
    },
  };
}

/** What the API server takes a token of a service account for. */
function subjectOf({ name, namespace }: ServiceAccount) {
  const all = 'system:serviceaccounts';
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    groups: [all, `${all}:${namespace}`, 'system:authenticated'],
  };
}
