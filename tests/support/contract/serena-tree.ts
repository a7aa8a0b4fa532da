import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { commandRun } from '../../../operate/base/run';
import { type MigrateOptions, migrateSerena } from '../../../operate/commands/migrate/serena';

/** Soon enough for a test. */
export const quick = { first: 20, longest: 200, retries: 22 };

/** Folders of Serena in a place of their own, and a command that runs with them. */
export class SerenaTree {
  readonly folder = mkdtempSync(join(tmpdir(), 'memory-fleet-serena-'));

  /** Writes a memory below the global folder or a repository's. */
  write(root: string, name: string, content: string | Buffer): void {
    const path = this.path(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  path(root: string, name: string): string {
    const below = root === 'global' ? 'memories/global' : `${root}/.serena/memories`;
    return join(this.folder, below, `${name}.md`);
  }

  /** Every file of Serena's with its content and the times of its last change and of its status. */
  snapshot(): Record<string, unknown> {
    const paths = readdirSync(this.folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.md'),
    );
    return Object.fromEntries(
      paths.map((path) => {
        const { mtimeMs, ctimeMs } = statSync(join(this.folder, path));
        return [path, [readFileSync(join(this.folder, path), 'hex'), mtimeMs, ctimeMs]];
      }),
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The command's options for the global folder and these repositories. */
  sources(...repositories: readonly string[]): Pick<MigrateOptions, 'global' | 'repository'> {
    return {
      global: join(this.folder, 'memories'),
      repository: repositories.map((repository) => join(this.folder, repository)),
    };
  }

  run(signal: AbortSignal = new AbortController().signal, machine = 'home') {
    return { ...commandRun(signal), home: fleetHomeAt(join(this.folder, machine)) };
  }
}

/** What a command printed as JSON, and its exit code. */
export interface Printed {
  readonly code: number;
  readonly ok: boolean;
  readonly findings: readonly { readonly subject: string; readonly status: string; readonly found: string }[];
  readonly facts: Readonly<Record<string, unknown>>;
}

const captured = new AsyncLocalStorage<string[]>();
const { log } = console;
// Several commands may run at once, and each prints for itself.
console.log = (...texts: unknown[]) => {
  const into = captured.getStore();
  if (into) into.push(texts.join(' '));
  else log(...texts);
};

/** Migrates and reads the report. @throws what the command throws */
export function migrated(tree: SerenaTree, options: MigrateOptions, machine?: string): Promise<Printed> {
  return printed(() => migrateSerena(tree.run(undefined, machine), { apply: true, json: true, ...options }, quick));
}

/** The one JSON document that a command prints. */
export async function printed(work: () => Promise<number>): Promise<Printed> {
  const texts: string[] = [];
  const code = await captured.run(texts, work);
  return { ...(JSON.parse(texts.join('\n')) as Omit<Printed, 'code'>), code };
}
