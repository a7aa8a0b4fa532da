import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { stringify } from 'yaml';
import { describeStack, parseStack } from '../../../components/stack';
import type { SystemPlan } from '../../../components/system';
import type { GitBackup } from '../../../components/system/operations';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import type { CommandRun } from '../../../operate/base/run';
import { waitFor } from '../../../operate/base/wait';
import { apply } from '../../../operate/cluster/api';
import { stackCluster } from '../../../operate/cluster/stack-cluster';
import { entriesOf } from '../../../operate/commands/backup/git/drill/contents';
import { loadProgram, openStack } from '../../../operate/engine';
import { nodePlace } from '../../../operate/local-cluster/node';
import { openEndpoint } from '../../../operate/mcp/endpoint';
import { openSession, type Session } from '../../../operate/mcp/session';
import type { Finding, Report } from '../../../operate/report/report';
import { describedStack, serverOf } from '../../../operate/stack';
import { captured, type Ran } from '../cluster/captured';
import { controlPlane, projectDir } from '../cluster/control-plane';
import { clusterName } from '../cluster/lanes';
import { GitRemote } from '../contract/git-remote';
import { halfADayAway } from '../schedule';
import { withEnvironment } from '../unit/operate';
import { inPod, nodeApi, place, podsReady, toolPod } from './pods';

/** Where the server of the day lives, and where its clients do. */
export const namespace = 'day';
export const clients = 'day-clients';

/** The server as clients of the cluster reach it. */
const url = `http://memory-mcp.${namespace}.svc:8080/mcp`;

/** Secrets that somebody brings, with their keys. */
export const secrets = {
  token: ['memory-mcp-github-token', 'token'],
  bearer: ['memory-mcp-bearer', 'token'],
  password: ['memory-mcp-backup', 'password'],
} as const;

/** Where the cluster's pods find the certificate of the git hosting. */
const cluster = { pods: { certificateAuthority: { name: 'hosting' } } };

/** What a command came to, with the report that it printed. */
export interface Reported extends Ran {
  readonly findings: readonly Finding[];
  /** @throws Error with everything that was printed where there is no such finding */
  finding(subject: string): Finding;
}

/** A command of the operator. */
type Command = (run: CommandRun, options: never) => Promise<number>;

/**
 * The stack of an operator: memory-mcp behind its proxy, with both of its backups, on the node of this layer, and the git
 * hosting that it pushes to, which pods and the operator reach by the same address.
 */
export class Day {
  readonly stack = 'day';
  readonly #folder = mkdtempSync(join(controlPlane().folder, 'day-'));
  #settings: Readonly<Record<string, unknown>>;

  private constructor(readonly remote: GitRemote) {
    this.#settings = {
      namespace: { name: namespace },
      authentication: { mode: 'bearer' },
      clients: [{ namespace: clients }],
      git: {
        remoteUrl: remote.url('common'),
        requireRemoteSync: true,
        scopes: [{ scope: 'work/a', url: remote.url('work') }],
      },
      // Only what a test asks for is saved.
      backup: {
        schedule: halfADayAway(),
        maxAgeSeconds: 2 * 86_400,
        volume: { schedule: halfADayAway(), maxAgeSeconds: 2 * 86_400 },
      },
      server: { sessionRateLimit: 0 },
    };
    copyFileSync(join(projectDir, 'Pulumi.yaml'), join(this.#folder, 'Pulumi.yaml'));
    this.change({});
  }

  /** @throws Missing where there is no git */
  static async begun(): Promise<Day> {
    const { cable } = nodePlace(fleetHomeAt(controlPlane().folder), clusterName);
    const remote = await GitRemote.started(cable.machine);
    for (const name of ['common', 'work']) await remote.create(name);
    await place(await nodeApi(), clients, toolPod('client'));
    await podsReady(clients, () => true);
    return new Day(remote);
  }

  async end(): Promise<void> {
    await this.remote.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Edits the stack file. @param settings of memory-mcp, each in place of the former one */
  change(settings: Readonly<Record<string, unknown>>): void {
    this.#settings = { ...this.#settings, ...settings };
    const config = {
      'memory-fleet:cluster': cluster,
      'memory-fleet:memoryMcp': this.#settings,
    };
    writeFileSync(join(this.#folder, `Pulumi.${this.stack}.yaml`), stringify({ config }));
  }

  /** The plan of the stack file as it is now. */
  get plan(): SystemPlan {
    return this.planWith({});
  }

  /** The same plan with other settings, without a stack file. */
  planWith(settings: object): SystemPlan {
    const [system] = describeStack(
      parseStack({ cluster, memoryMcp: { ...this.#settings, ...settings } }, this.stack),
    ).systems;
    if (!system) throw new Error('the stack has no system');
    return system;
  }

  async up() {
    const {
      cluster: { kubeconfig },
      folder,
      tools,
    } = controlPlane();
    const stack = await openStack({
      stack: this.stack,
      home: fleetHomeAt(folder),
      tools,
      projectDir: this.#folder,
      program: loadProgram(projectDir),
      kubeconfig,
      stateDir: join(folder, 'state', this.stack),
    });
    return stack.up();
  }

  /** Runs a command of the operator. */
  async fleet(work: Command, options: object = {}, signal = new AbortController().signal): Promise<Reported> {
    const {
      cluster: { kubeconfig },
      folder,
    } = controlPlane();
    const run = { home: fleetHomeAt(folder), projectDir: this.#folder, signal };
    const all = { stack: this.stack, kubeconfig, json: true, samples: '5', ...options };
    const trust = { GIT_SSL_CAINFO: this.remote.certificateFile, GIT_CONFIG_GLOBAL: '/dev/null' };
    const ran = await withEnvironment(trust, () => captured(() => work(run, all as never)));
    const { findings } = JSON.parse(ran.text) as Report;
    const finding = (subject: string) => {
      const found = findings.find((each) => each.subject === subject);
      if (!found) throw new Error(`nothing about ${subject}: ${ran.text}`);
      return found;
    };
    return { ...ran, findings, finding };
  }

  /** Makes a Secret, or changes it. */
  bring(secret: keyof typeof secrets, value: string): Promise<void> {
    const [name, key] = secrets[secret];
    return bring('secrets', name, { apiVersion: 'v1', kind: 'Secret', stringData: { [key]: value } });
  }

  /** Brings the certificate that the server trusts its remotes by. */
  bringAuthority(certificate: string): Promise<void> {
    return bring('configmaps', 'hosting', { apiVersion: 'v1', kind: 'ConfigMap', data: { 'ca.crt': certificate } });
  }

  /** The pod of the server, once it is ready. */
  async server(): Promise<V1Pod> {
    const [pod] = await podsReady(namespace, ({ metadata }) => metadata?.labels?.app === 'memory-mcp');
    return pod as V1Pod;
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
      ...[clients, 'client', 'curl', '-s', '-i', '-m', '5', '-w', ' from %{remote_ip}'],
      ...[...options, '-d', JSON.stringify(introduction), url],
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
    const system = this.plan;
    const described = describedStack(this.#folder, this.stack);
    const reached = () => stackCluster(fleetHomeAt(folder), described, { kubeconfig });
    const endpoint = await openEndpoint({ stack: this.stack, system, server: serverOf(system), cluster: reached });
    try {
      const session = await openSession(endpoint.url, endpoint.connection, endpoint.transport);
      return await work(session).finally(() => session.close());
    } finally {
      await endpoint.close();
    }
  }

  /** Has the server remember something. */
  remember(...names: readonly string[]): Promise<void> {
    return this.inSession(async (session) => {
      for (const name of names) await session.call(remembering(name));
    });
  }

  /** Scopes and names of all memories. */
  async memories(): Promise<readonly string[]> {
    const git = this.plan.operations.backups.find(({ kind }) => kind === 'git') as GitBackup;
    const entries = await this.inSession((session) => entriesOf(session, git.drill.catalogue, undefined));
    return entries.map(({ name }) => name).sort();
  }
}

/** The call that has a memory kept. @param name with its scope before it, where that is not `global` */
export function remembering(name: string) {
  const [, scope = 'global', last = name] = /^(.*)\/([^/]+)$/.exec(name) ?? [];
  const content = `what is known about ${last} in ${scope}`;
  return { tool: 'remember', arguments: { name: last, scope, content, tags: ['b', 'a'] } };
}

async function bring<T extends { readonly apiVersion: string; readonly kind: string }>(
  plural: string,
  name: string,
  object: T,
): Promise<void> {
  await apply(await nodeApi(), `/api/v1/namespaces/${namespace}/${plural}`, { ...object, metadata: { name } });
}
