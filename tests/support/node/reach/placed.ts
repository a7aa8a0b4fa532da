import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { waitFor } from '../../../../operate/base/wait';
import { create, remove } from '../../../../operate/cluster/api';
import { ownImages } from '../../../../operate/local-cluster/node/images';
import type { Connection, Place } from '../../policies/judge';
import type { ReachPolicy } from '../../policies/planned';
import type { ReachTable } from '../../policies/reach-table';
import { nodeApi, place, podsReady, type ToolPod, toolPod } from '../pods';
import { onNodeWith } from '../programs';
import { makeWorld, removeWorld } from './world';

const program = readFileSync(join(__dirname, 'connect.py'), 'utf8');

/** Seconds after which nobody is taken to answer any more: a connection is asked for again after one. */
const patience = 2.5;

/** What connections came to, each in a word of `connect.py`. */
export type Outcomes = ReadonlyMap<Connection, string>;

/** Whether something on the way stopped a connection. One that the other end itself refuses was let through. */
export function isDenied(outcome: string): boolean {
  return outcome === 'silent' || outcome === 'rejected';
}

/**
 * A table on the node of this layer: the policies of its plan, and a pod with the labels of each end. The pods do nothing
 * themselves: connections are made from their networks, by their addresses. Ends that are no pods are addresses of a machine
 * beside the node. Namespaces are named after the table, so that tables and stacks stand beside each other.
 */
export class PlacedTable {
  private constructor(
    readonly table: ReachTable,
    readonly namespaces: readonly string[],
    readonly addresses: ReadonlyMap<Place, string>,
  ) {}

  static async placed(table: ReachTable, policies: readonly ReachPolicy[]): Promise<PlacedTable> {
    const connections = [...table.allowed, ...table.denied, ...table.untouched];
    const ends = [...new Set(connections.flatMap(({ from, to }) => [from, to]))];
    const pods = new Map<string, ToolPod[]>();
    for (const [index, { pod }] of ends.entries()) {
      if (!pod) continue;
      const namespace = within(table, pod.namespace);
      pods.set(namespace, [...(pods.get(namespace) ?? []), idle(`end-${index}`, pod.labels)]);
    }
    const api = await nodeApi();
    await Promise.all([...pods].map(([namespace, all]) => place(api, namespace, ...all)));
    for (const policy of policies) await create(api, collectionOf(table, policy), renamed(table, policy));
    const addresses = new Map(ends.map((end) => [end, end.address]));
    for (const [namespace, { length }] of pods) {
      for (const { metadata, status } of await podsReady(namespace, () => true, length)) {
        const end = ends[Number(metadata?.name?.replace('end-', ''))];
        if (end) addresses.set(end, status?.podIP ?? '');
      }
    }
    await makeWorld(ends.filter((end) => !end.pod && isIPv4(end.address)).map(({ address }) => address));
    return new PlacedTable(table, [...pods.keys()], addresses);
  }

  /** Tries connections, all at once; those by IPv6 are left out, which the node has not got. */
  async tried(connections: readonly Connection[]): Promise<Outcomes> {
    const possible = connections.filter(({ from, to }) => [from, to].every(({ address }) => isIPv4(address)));
    const at = (end: Place) => this.addresses.get(end);
    const asked = possible.map(({ from, port, protocol, to }) => [at(from), at(to), protocol, port]);
    const answer = await onNodeWith(
      JSON.stringify({ connections: asked, seconds: patience }),
      'python3',
      '-c',
      program,
    );
    const outcomes = JSON.parse(answer) as readonly string[];
    return new Map(possible.map((each, index) => [each, outcomes[index] ?? 'not tried']));
  }

  /**
   * Tries everything of the table once policies are enforced: what comes to something else than it should is tried again for
   * some time, and all of it once more at the end.
   *
   * @param denied what should be denied
   */
  async triedAll(denied: ReadonlySet<Connection> = new Set(this.table.denied)): Promise<Outcomes> {
    const all = [...this.table.allowed, ...this.table.denied, ...this.table.untouched];
    let wrong: readonly Connection[] = all;
    const right = async () => {
      const outcomes = await this.tried(wrong);
      wrong = [...outcomes].flatMap(([each, outcome]) => (isDenied(outcome) === denied.has(each) ? [] : [each]));
      return wrong.length === 0 || undefined;
    };
    await waitFor(right, { seconds: 30 });
    return this.tried(all);
  }

  /** Takes a policy of the plan away. */
  async takeAway(policy: ReachPolicy): Promise<void> {
    await remove(await nodeApi(), `${collectionOf(this.table, policy)}/${policy.metadata.name}`);
  }

  /** Removes everything, and does not wait until it is gone. */
  async remove(): Promise<void> {
    await removeWorld();
    const api = await nodeApi();
    for (const name of this.namespaces) await remove(api, `/api/v1/namespaces/${name}`);
  }
}

/** A pod that costs as little as one can. */
function idle(name: string, labels: Readonly<Record<string, string>>): ToolPod {
  const spec = { automountServiceAccountToken: false, enableServiceLinks: false, terminationGracePeriodSeconds: 0 };
  return toolPod(name, { labels, spec, container: { image: ownImages.pause, command: undefined } });
}

function within({ name }: ReachTable, namespace: string): string {
  return `${name}-${namespace}`;
}

/** The policy for the namespaces of this table. */
function renamed(table: ReachTable, policy: ReachPolicy): object {
  const text = JSON.stringify(policy, (key, value) =>
    key === 'namespace' || key === 'kubernetes.io/metadata.name' ? within(table, value) : value,
  );
  return JSON.parse(text);
}

function collectionOf(table: ReachTable, { apiVersion, metadata }: ReachPolicy): string {
  return `/apis/${apiVersion}/namespaces/${within(table, metadata.namespace ?? '')}/networkpolicies`;
}
