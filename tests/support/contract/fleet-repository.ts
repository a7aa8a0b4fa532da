import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStack, parseStack } from '../../../components/stack';
import type { Plan } from '../../../components/system';
import type { Examined } from '../../../operate/commands/doctor/check';
import { followed } from '../../../operate/commands/doctor/checks/followed';
import { type LeadRun, requireMergedOverlay } from '../../../render/git-leads';
import { overlaysPath, writeOverlay } from '../../../render/overlay';
import { renderPlan } from '../../../render/plan';

/** What the stack file of these tests says, and what it is changed to. */
export interface Wanted {
  readonly logFilter?: string;
  readonly argocd?: object;
  readonly memoryMcp?: object;
  readonly production?: boolean;
}

/** URL by which the stack file knows the repository, and how the checkout's remote is written. */
const known = { argocd: 'https://git.example.org/ops/fleet.git', checkout: 'git@git.example.org:ops/fleet' };
const stack = 'test';

/** A repository with the overlay of a stack, and an operator's checkout of it, by the real git. */
export class FleetRepository {
  readonly #root = mkdtempSync(join(tmpdir(), 'memory-fleet-leads-'));
  readonly remote = join(this.#root, 'remote.git');
  readonly checkout = join(this.#root, 'checkout');
  readonly warnings: string[] = [];
  readonly infos: string[] = [];

  constructor() {
    this.git(this.#root, 'init', '--quiet', '--bare', '--initial-branch=main', this.remote);
    this.git(this.#root, 'clone', '--quiet', this.remote, this.checkout);
    this.#connect();
    this.render({});
    this.commit('first');
    this.push();
  }

  /** The remote is written as an operator would, and leads to the folder. */
  #connect(): void {
    this.git(this.checkout, 'remote', 'set-url', 'origin', known.checkout);
    this.git(this.checkout, 'config', `url.${this.remote}.insteadOf`, known.checkout);
  }

  git(folder: string, ...args: string[]): string {
    return execFileSync('git', ['-C', folder, ...identity, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  plan({ argocd, logFilter, memoryMcp, production = false }: Wanted): Plan {
    const facts = { mode: 'shared', repoUrl: known.argocd, ...argocd };
    const server = logFilter === undefined ? {} : { server: { logFilter } };
    return describeStack(
      parseStack({ cluster: { argocd: facts, production }, memoryMcp: { ...server, ...memoryMcp } }, stack),
    );
  }

  /** Renders the overlay into the checkout, or elsewhere. */
  render(wanted: Wanted, folder = join(this.checkout, overlaysPath, stack)): void {
    writeOverlay(folder, renderPlan(this.plan(wanted), stack));
  }

  commit(message: string): string {
    this.git(this.checkout, 'add', '--all');
    this.git(this.checkout, 'commit', '--quiet', `--message=${message}`);
    return this.git(this.checkout, 'rev-parse', 'HEAD').trim();
  }

  push(...what: string[]): void {
    this.git(this.checkout, 'push', '--quiet', 'origin', ...(what.length > 0 ? what : ['HEAD:main']));
  }

  /** Somebody else merges: the checkout hears nothing of it. */
  mergedElsewhere(wanted: Wanted): void {
    const other = join(this.#root, 'other');
    this.git(this.#root, 'clone', '--quiet', this.remote, other);
    this.render(wanted, join(other, overlaysPath, stack));
    this.git(other, 'add', '--all');
    this.git(other, 'commit', '--quiet', '--message=elsewhere');
    this.git(other, 'push', '--quiet', 'origin', 'HEAD:main');
    rmSync(other, { recursive: true });
  }

  /** The checkout becomes a clone of the newest commit alone. */
  makeShallow(): void {
    rmSync(this.checkout, { recursive: true });
    this.git(this.#root, 'clone', '--quiet', '--depth=1', `file://${this.remote}`, this.checkout);
    this.#connect();
  }

  /** The checkout becomes files from an archive, without git. */
  forgetGit(): void {
    rmSync(join(this.checkout, '.git'), { recursive: true });
  }

  /** Nothing leads to the repository any more. */
  disconnect(): void {
    cpSync(this.remote, `${this.remote}.gone`, { recursive: true });
    rmSync(this.remote, { recursive: true });
  }

  /** What a run of the program says: nothing, or why it is refused. */
  async verdict(operation: 'preview' | 'up', wanted: Wanted = {}): Promise<string | undefined> {
    this.warnings.length = 0;
    this.infos.length = 0;
    const run: LeadRun = {
      projectDir: this.checkout,
      stack,
      plan: this.plan(wanted),
      preview: operation === 'preview',
      log: { warn: (text) => this.warnings.push(text), info: (text) => this.infos.push(text) },
    };
    return this.#connected(async () => {
      try {
        await requireMergedOverlay(run);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    });
  }

  /** What `fleet doctor` says of what Argo CD follows. */
  async doctor(wanted: Wanted = {}): Promise<string> {
    const examined = {
      projectDir: this.checkout,
      stack: { name: stack, plan: this.plan(wanted) },
    } as unknown as Examined;
    const [question] = followed(examined);
    if (question === undefined) throw new Error('nothing is asked');
    const { found, remedy = '', status } = await this.#connected(async () => question.answer());
    return [status, found, remedy].join(' | ');
  }

  /** Who has no remote of the repository goes by the URL of the stack file, which leads to the folder too. */
  async #connected<T>(work: () => Promise<T>): Promise<T> {
    const variables = {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `url.${this.remote}.insteadOf`,
      GIT_CONFIG_VALUE_0: known.argocd,
    };
    Object.assign(process.env, variables);
    try {
      return await work();
    } finally {
      for (const name of Object.keys(variables)) delete process.env[name];
    }
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** Nothing of the machine's git configuration decides whether a commit succeeds. */
const identity = [
  '-c',
  'user.name=test',
  '-c',
  'user.email=test@example.org',
  '-c',
  'commit.gpgsign=false',
  '-c',
  'tag.gpgsign=false',
];
