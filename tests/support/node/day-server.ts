import type { V1Pod } from '@kubernetes/client-node';
import type { SystemPlan } from '../../../components/system';
import type { GitBackup } from '../../../components/system/operations';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { waitFor } from '../../../operate/base/wait';
import { stackCluster } from '../../../operate/cluster/stack-cluster';
import { entriesOf } from '../../../operate/commands/backup/git/drill/contents';
import { openEndpoint } from '../../../operate/mcp/endpoint';
import { openSession, type Session } from '../../../operate/mcp/session';
import { serverOf } from '../../../operate/stack';
import { controlPlane } from '../cluster/control-plane';
import { inPod, kubectl, podsOf, podsReady } from './pods';

/** memory-mcp on the node of this layer, as its clients and its operator reach it. */
export abstract class DayServer {
  readonly namespace: string;
  /** Where its clients are. */
  readonly clients: string;

  constructor(readonly stack: string) {
    this.namespace = stack;
    this.clients = `${stack}-clients`;
  }

  /** The plan of the stack file as it is now. */
  abstract get plan(): SystemPlan;

  /** The pod of the server, once it is ready. */
  async server(): Promise<V1Pod> {
    const [pod] = await podsReady(this.namespace, isServer);
    return pod as V1Pod;
  }

  /** The log of a container of the server's pod. */
  async log(container: string): Promise<string> {
    return (await kubectl('-n', this.namespace, 'logs', 'deployment/memory-mcp', '-c', container)).stdout;
  }

  /** What the server answers a client of the cluster that shows a token: `200` or `401`, and all of it where it is neither. */
  async answers(token: string): Promise<string> {
    const introduction = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'day', version: '1' } },
    };
    const headers = ['content-type: application/json', 'accept: application/json, text/event-stream'];
    const options = [...headers, `authorization: Bearer ${token}`].flatMap((each) => ['-H', each]);
    const { stdout, stderr } = await inPod(
      ...[this.clients, 'client', 'curl', '-s', '-i', '-m', '5', '-w', ' from %{remote_ip}'],
      ...[...options, '-d', JSON.stringify(introduction), `http://memory-mcp.${this.namespace}.svc:8080/mcp`],
    );
    return /^HTTP\S+ (200|401) /.exec(stdout)?.[1] ?? `${stdout}${stderr}`;
  }

  /** Waits until the server refuses a client that shows a token: a Service is routed a moment after its pods are ready. */
  async refuses(token: string): Promise<void> {
    let last = '';
    const refused = async () => {
      last = await this.answers(token);
      return last === '401' || undefined;
    };
    if (!(await waitFor(refused, { seconds: 15, period: 200 }))) throw new Error(`the server answers ${last}`);
  }

  /** Does something in a session of the official client, through the API server. */
  async inSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const {
      cluster: { kubeconfig },
      folder,
    } = controlPlane();
    const { plan: system, stack } = this;
    const of = { name: stack, config: { cluster: {} } as never };
    const reached = () => stackCluster(fleetHomeAt(folder), of, { kubeconfig });
    const endpoint = await openEndpoint({ stack, system, server: serverOf(system), cluster: reached });
    try {
      const session = await openSession(endpoint.url, endpoint.connection, endpoint.transport);
      return await work(session).finally(() => session.close());
    } finally {
      await endpoint.close();
    }
  }

  /** Ends the server, as whoever works on its volume does. */
  async stop(): Promise<void> {
    await this.#scale(0);
    const gone = async () => ((await podsOf(this.namespace)).some(isServer) ? undefined : true);
    if (!(await waitFor(gone, { seconds: 60, period: 200 }))) throw new Error('the server does not end');
  }

  /** Starts the server again. */
  async start(): Promise<void> {
    await this.#scale(1);
    await this.server();
  }

  async #scale(replicas: number): Promise<void> {
    const { exitCode, stderr } = await kubectl(
      ...['-n', this.namespace, 'scale', 'deployment/memory-mcp', `--replicas=${replicas}`],
    );
    if (exitCode !== 0) throw new Error(stderr);
  }

  /** Has the server remember something. */
  remember(...names: readonly string[]): Promise<void> {
    return this.inSession(async (session) => {
      for (const name of names) await session.call(remembering(name));
    });
  }

  /** Judges a memory that was found, which is written into the recall log. */
  judge(memory: string): Promise<void> {
    return this.inSession(async (session) => {
      const found = await session.call({ tool: 'recall', arguments: { query: memory } });
      const { recall_id } = found as { recall_id: string };
      await session.call({ tool: 'mark_applied', arguments: { recall_id, memory, verdict: 'applied' } });
    });
  }

  /** How many memories were judged to be of use, as far as the recall log knows. */
  async verdicts(): Promise<number> {
    const told = await this.inSession((session) => session.call({ tool: 'recall_stats', arguments: {} }));
    return [...JSON.stringify(told).matchAll(/"applied":(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** Scopes and names of all memories. */
  async memories(): Promise<readonly string[]> {
    const git = this.plan.operations.backups.find(({ kind }) => kind === 'git') as GitBackup;
    const entries = await this.inSession((session) => entriesOf(session, git.drill.catalogue, undefined));
    return entries.map(({ name }) => name).sort();
  }
}

function isServer({ metadata }: V1Pod): boolean {
  return metadata?.labels?.app === 'memory-mcp';
}

/** The call that has a memory kept. @param name with its scope before it, where that is not `global` */
export function remembering(name: string) {
  const [, scope = 'global', last = name] = /^(.*)\/([^/]+)$/.exec(name) ?? [];
  const content = `what is known about ${last} in ${scope}`;
  return { tool: 'remember', arguments: { name: last, scope, content, tags: ['b', 'a'] } };
}
