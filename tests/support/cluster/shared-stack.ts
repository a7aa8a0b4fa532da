import { join } from 'node:path';
import type { KubernetesObject, V1Deployment } from '@kubernetes/client-node';
import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import { isRolledOut } from '../../../operate/cluster/rollout';
import type { OpenStack } from '../../../operate/engine';
import { type Checkout, makeCheckout, stackValues } from './checkout';
import { controlPlane, eventually, live } from './control-plane';
import { encrypted } from './encrypted';

/** What of stack goddess these tests change, as the stack file has it and as the cluster has it. */
export interface Delivered {
  /** A value of the server's environment. */
  readonly timeout: string;
  /** An entry of the same list, which the API server merges by name. */
  readonly logFilter?: string | undefined;
  /** A field inside a list that the API server only takes whole. */
  readonly section?: string | undefined;
  /** Whether the objects of the token's login are there. */
  readonly login: boolean;
}

export const namespace = 'memory-mcp';
const named = (apiVersion: string, kind: string, name = 'memory-mcp') => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
});
export const deployment = named('apps/v1', 'Deployment');
const route = named('gateway.networking.k8s.io/v1', 'HTTPRoute');
const login = named('batch/v1', 'CronJob', 'memory-mcp-bootstrap');

/** Stack goddess in a checkout of its own, with a bearer token from the encrypted configuration. */
export interface SharedStack {
  readonly checkout: Checkout;
  readonly stack: OpenStack;
  /** Writes the stack file. */
  describe(wanted: Delivered): void;
}

/** @param name of the checkout and of its state, in the folder of this run */
export async function sharedStack(name: string, first: Delivered): Promise<SharedStack> {
  const checkout = await makeCheckout(name, 'goddess');
  checkout.change(valuesOf(first));
  const stack = await checkout.open();
  const { folder, tools } = controlPlane();
  const place = { folder, tools, stateDir: join(folder, 'state', name) };
  const secrets = await encrypted(stack, place, 'memoryMcp.bearer', 'opensesame-0123456789');
  const describe = (wanted: Delivered) => checkout.change({ ...valuesOf(wanted), secrets });
  describe(first);
  return { checkout, stack, describe };
}

function valuesOf(wanted: Delivered) {
  const base = stackValues('goddess');
  return {
    cluster: {
      ...base.cluster,
      gateway: {
        name: 'gw-ext',
        namespace: 'gateway',
        implementation: 'cilium',
        // A route without a listener attaches to every one of them.
        tlsOnly: true,
        ...(wanted.section ? { section: wanted.section } : {}),
      },
    },
    memoryMcp: {
      ...base.memoryMcp,
      authentication: { mode: 'bearer', secret: { source: 'config' } },
      server: {
        embedTimeoutSeconds: Number(wanted.timeout),
        ...(wanted.logFilter ? { logFilter: wanted.logFilter } : {}),
      },
      token: { source: wanted.login ? 'bootstrap' : 'existing' },
    },
  };
}

/** What the cluster has now. */
export async function delivered(): Promise<Delivered> {
  const env = (await live<V1Deployment>(deployment))?.spec?.template.spec?.containers[0]?.env ?? [];
  const variable = (key: string) => env.find(({ name }) => name === key)?.value;
  const { spec } = (await live<KubernetesObject & Pick<IHTTPRoute, 'spec'>>(route)) ?? {};
  return {
    timeout: variable('MEMORY_MCP_EMBED_TIMEOUT_SECS') ?? '',
    logFilter: variable('RUST_LOG'),
    section: spec?.parentRefs?.[0]?.sectionName,
    login: (await live(login)) !== undefined,
  };
}

/** How often the pod template has been rolled out, once the last rollout is over. */
export async function rollouts(): Promise<number> {
  let revision = 0;
  await eventually('the rollout is over', async () => {
    const found = await live<V1Deployment>(deployment);
    const progressing = found?.status?.conditions?.find(({ type }) => type === 'Progressing');
    revision = Number(found?.metadata?.annotations?.['deployment.kubernetes.io/revision']);
    // The condition alone may be the one of the rollout before: the controller sees a change first and acts on it then.
    return (
      found !== undefined &&
      isRolledOut(found as Parameters<typeof isRolledOut>[0]) &&
      found.status?.availableReplicas === 1 &&
      progressing?.reason === 'NewReplicaSetAvailable'
    );
  });
  return revision;
}

/** Identity and version of every live object of a plan: two equal texts mean that nobody wrote in between. */
export async function versions(checkout: Checkout): Promise<Record<string, string>> {
  await rollouts();
  const objects = checkout
    .plan()
    .systems.flatMap((system) => Object.values(system.objects).map(({ object }) => object));
  const found: Record<string, string> = {};
  for (const object of objects) {
    const { uid, resourceVersion } = (await live(object))?.metadata ?? {};
    found[`${object.kind} ${object.metadata.name}`] = `${uid} ${resourceVersion}`;
  }
  return found;
}
