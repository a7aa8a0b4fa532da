import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UpOptions } from '@pulumi/pulumi/automation';
import { stringify } from 'yaml';
import { describeStack, parseStack } from '../../../components/stack';
import type { Plan, SystemPlan } from '../../../components/system';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import type { CommandRun } from '../../../operate/base/run';
import { apply } from '../../../operate/cluster/api';
import { loadProgram, openStack } from '../../../operate/engine';
import type { Finding, Report } from '../../../operate/report/report';
import { captured, type Ran } from '../cluster/captured';
import { controlPlane, projectDir } from '../cluster/control-plane';
import { GitRemote } from '../contract/git-remote';
import { halfADayAway } from '../schedule';
import { withEnvironment } from '../unit/operate';
import { DayServer } from './day-server';
import { nodeApi, place, podsReady, toolPod } from './pods';
import { placeOfNode } from './programs';
import { small } from './stacks';

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
export class Day extends DayServer {
  readonly #folder = mkdtempSync(join(controlPlane().folder, 'day-'));
  #settings: Readonly<Record<string, unknown>>;

  private constructor(
    stack: string,
    readonly remote: GitRemote,
  ) {
    super(stack);
    this.#settings = {
      namespace: { name: this.namespace },
      authentication: { mode: 'bearer' },
      clients: [{ namespace: this.clients }],
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
      ...small,
    };
    copyFileSync(join(projectDir, 'Pulumi.yaml'), join(this.#folder, 'Pulumi.yaml'));
    this.change({});
  }

  /**
   * @param stack its name, and that of its namespace
   * @throws Missing where there is no git
   */
  static async begun(stack: string): Promise<Day> {
    const { cable } = placeOfNode();
    const remote = await GitRemote.started(cable.machine);
    for (const name of ['common', 'work']) await remote.create(name);
    const day = new Day(stack, remote);
    await place(await nodeApi(), day.clients, toolPod('client'));
    await podsReady(day.clients, () => true);
    return day;
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

  get plan(): SystemPlan {
    return this.planWith({});
  }

  /** The same plan on a cluster that has a Prometheus operator, for its alerts. */
  get monitored(): SystemPlan {
    return only(
      describeStack(parseStack({ cluster: { ...cluster, monitoring: {} }, memoryMcp: this.#settings }, this.stack)),
    );
  }

  /** The same plan with other settings, without a stack file. */
  planWith(settings: object): SystemPlan {
    return only(describeStack(parseStack({ cluster, memoryMcp: { ...this.#settings, ...settings } }, this.stack)));
  }

  /** @param options `refresh`: what the cluster has comes first, as after a loss */
  async up(options: UpOptions = {}) {
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
    return stack.up(options);
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
    return this.#bring('secrets', name, { apiVersion: 'v1', kind: 'Secret', stringData: { [key]: value } });
  }

  /** Brings the certificate that the server trusts its remotes by. */
  bringAuthority(certificate: string): Promise<void> {
    return this.#bring('configmaps', 'hosting', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      data: { 'ca.crt': certificate },
    });
  }

  async #bring<T extends { readonly apiVersion: string; readonly kind: string }>(
    plural: string,
    name: string,
    object: T,
  ): Promise<void> {
    await apply(await nodeApi(), `/api/v1/namespaces/${this.namespace}/${plural}`, { ...object, metadata: { name } });
  }
}

function only({ systems: [system] }: Plan): SystemPlan {
  if (!system) throw new Error('the stack has no system');
  return system;
}
