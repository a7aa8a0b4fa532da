import { randomUUID } from 'node:crypto';
import type { SystemPlan } from '../../../components/system';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { apply, create, get } from '../../../operate/cluster/api';
import { stackCluster } from '../../../operate/cluster/stack-cluster';
import { type Checks, verifySystem } from '../../../operate/commands/verify/verify';
import type { OpenStack } from '../../../operate/engine';
import type { Report } from '../../../operate/report/report';
import { type DescribedStack, describedStack } from '../../../operate/stack';
import { readStackFile, stackFilePath } from '../../../operate/stack-file';
import { makeCheckout } from '../cluster/checkout';
import { controlPlane, ensureNamespace, kubeconfigFor, projectDir } from '../cluster/control-plane';
import { nodeApi, place, podsReady, type ToolPod } from './pods';

/** What pods ask for on a node that all lanes share, as small as it may have two processors; their limits stay. */
export const small = { resources: { cpu: '50m', memory: '64Mi' } } as const;

type Settings = Readonly<Record<string, unknown>>;

/** A stack of this project on the node of this layer. */
export interface StackOnNode {
  /** The checkout that it is brought up from. */
  readonly root: string;
  readonly described: DescribedStack;
  readonly stack: OpenStack;
}

/**
 * Opens a stack from its file as it is committed, with every change of it merged. Each system gets a namespace of its own,
 * because several stacks stand on the node beside each other.
 *
 * @param replaced settings in the place of those of the file, by the systems' keys: what this node lacks; undefined leaves a
 *   system out
 */
export async function stackOnNode(
  name: string,
  replaced: Readonly<Record<string, Settings | undefined>> = {},
): Promise<StackOnNode> {
  // Several files of tests open the same one, each with a state of its own.
  const checkout = await makeCheckout(`${name}-${randomUUID()}`, name);
  const { cluster = {}, ...systems } = readStackFile(stackFilePath(projectDir, name));
  const values = Object.entries(systems).flatMap(([key, settings]) => {
    if (key in replaced && replaced[key] === undefined) return [];
    const namespace = { name: `${name}-${key}`.toLowerCase() };
    return [[key, { ...(settings as Settings), namespace, ...replaced[key] }]];
  });
  checkout.change({ cluster, ...Object.fromEntries(values) });
  // Where Applications are.
  await ensureNamespace('argocd');
  await checkout.merge();
  return { root: checkout.root, described: describedStack(checkout.root, name), stack: await checkout.open() };
}

/** The system of a stack that has this component. */
export function systemOf({ described }: StackOnNode, component = 'MemoryMcp'): SystemPlan {
  const system = described.plan.systems.find((each) => each.component === component);
  if (!system) throw new Error(`stack ${described.name} has no ${component}`);
  return system;
}

/** Makes a Secret, in a namespace that is there before the first `up` where nobody has made it yet. */
export async function bringSecret(
  namespace: string,
  name: string,
  stringData: Readonly<Record<string, string>>,
): Promise<void> {
  await ensureNamespace(namespace);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData };
  await apply(await nodeApi(), `/api/v1/namespaces/${namespace}/secrets`, secret);
}

/** What `fleet verify --port-forward` finds. */
export function verified(on: StackOnNode, system = systemOf(on), checks: Partial<Checks> = {}): Promise<Report> {
  const { folder } = controlPlane();
  const { described } = on;
  const cluster = () => stackCluster(fleetHomeAt(folder), described, { kubeconfig: kubeconfigFor(described.name) });
  const place = { stack: described.name, system, cluster };
  return verifySystem(place, { samples: 1, portForward: true, ...checks }, undefined, 'silent');
}

/** Pods of clients, in a namespace that is made where it is not there. They are ready then. */
export async function clients(namespace: string, ...pods: readonly ToolPod[]): Promise<void> {
  const api = await nodeApi();
  if (await get(api, `/api/v1/namespaces/${namespace}`)) {
    for (const pod of pods) await create(api, `/api/v1/namespaces/${namespace}/pods`, pod);
  } else {
    await place(api, namespace, ...pods);
  }
  const names = new Set(pods.map(({ metadata }) => metadata.name));
  await podsReady(namespace, ({ metadata }) => names.has(metadata?.name ?? ''), names.size);
}
