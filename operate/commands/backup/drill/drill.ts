import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from '../../../../components/kit/parts/drill';
import { Failure } from '../../../base/failure';
import { runSteps, type Showing, type Step, showingFor } from '../../../base/progress';
import type { CommandRun } from '../../../base/run';
import type { Head } from '../../../git/remote';
import type { Session } from '../../../mcp/session';
import { printReport } from '../../../report/print';
import type { Finding } from '../../../report/report';
import { serverOf } from '../../../stack';
import type { DrillOptions } from '../command';
import { snapshotDrill } from '../snapshots/drill';
import { backupTarget, type GitTarget } from '../target';
import { compare, countsByGroup, sample } from './compare';
import { entriesOf, lookCloser } from './contents';
import { type Drilled, drillFindings } from './findings';
import { clearLeftovers, leftoversOf } from './leftovers';
import { fetchBackups, fillVolume, restoredServer, systemServer } from './restore';
import { createScratch, removeScratch, scratchName, scratchObjects } from './scratch';

/** Time beside the server's start in which a drill is done, in seconds; a killed one holds its place no longer. */
const drillSeconds = 3600;

/** Tries out the newest backup. @returns the exit code */
export async function drill(run: CommandRun, options: DrillOptions): Promise<number> {
  const wanted = wholeNumber(options.samples);
  const target = await backupTarget(run, options);
  if (target.kind === 'snapshots') return snapshotDrill(run, options, target, wanted);
  const { cluster, system } = target;
  const cleared = await clearLeftovers(cluster.api, await leftoversOf(cluster.api, system), {
    yes: options.yes ?? false,
    ask: process.stdin.isTTY === true && !options.json,
    signal: run.signal,
  });
  const namespace = scratchName(system);
  const { drilled, removal } = await withScratch(target, namespace, wanted, showingFor(options));
  const { comparison, heads, restored, seconds, source } = drilled;
  const names = (entries: readonly Entry[]) => entries.map(({ name }) => name);
  const findings = [...cleared, ...drillFindings(target.backup.stores, drilled), ...removal];
  const facts = {
    system: system.id,
    namespace,
    backups: Object.fromEntries(heads),
    counts: { system: countsByGroup(source), backup: countsByGroup(restored) },
    ...Object.fromEntries(Object.entries(comparison).map(([kind, entries]) => [kind, names(entries)])),
    samples: names(drilled.samples.read),
    seconds,
  };
  return printReport({ command: 'backup drill', stack: options.stack, findings, facts }, options);
}

/** Does the work, and takes everything away again, however it ends. */
async function withScratch(target: GitTarget, namespace: string, wanted: number, showing: Showing) {
  const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-drill-'));
  const sessions: Session[] = [];
  const removal: Finding[] = [];
  let drilled: Drilled | undefined;
  try {
    const steps = drillSteps(target, namespace, folder, wanted, sessions, (result) => {
      drilled = result;
    });
    await runSteps(steps, showing);
  } finally {
    for (const session of sessions) await session.close().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
    await runSteps([{ title: 'Remove', work: () => removed(target, namespace) }], showing).catch((error: Failure) => {
      const { message: found, remedy } = error;
      removal.push({ subject: `namespace ${namespace}`, status: 'warning', found, remedy });
      if (drilled === undefined) console.error(`${found}\n→ ${remedy}`);
    });
  }
  if (drilled === undefined) throw new Failure('the drill ended before it was told to', 'drill again');
  return { drilled, removal };
}

function drillSteps(
  target: GitTarget,
  namespace: string,
  folder: string,
  wanted: number,
  sessions: Session[],
  done: (drilled: Drilled) => void,
): Step[] {
  const { backup, cluster, git, system } = target;
  const { catalogue } = backup.drill;
  const files = join(folder, 'files');
  const seconds: Record<string, number> = {};
  let heads: ReadonlyMap<string, Head> = new Map();
  const opened = async (session: Promise<Session>) => {
    sessions.push(await session);
    return session;
  };
  return [
    {
      title: 'Fetch',
      work: async () => {
        mkdirSync(files);
        heads = await timed(seconds, 'fetch', () => fetchBackups(target, files));
        return `Backups: ${heads.size} of ${backup.stores.length} fetched with ${git.credentials.origin}`;
      },
    },
    {
      title: 'Restore',
      work: async (say) => {
        const ends = new Date(Date.now() + (drillSeconds + serverOf(system).startupSeconds) * 1000);
        const objects = scratchObjects(system, backup.drill, namespace, ends);
        await timed(seconds, 'restore', async () => {
          await createScratch(cluster.api, objects, git.signal);
          await fillVolume(target, namespace, files, join(folder, 'files.tar'), say);
        });
        return `Restored into namespace ${namespace}`;
      },
    },
    {
      title: 'Start',
      work: async (say) => {
        await timed(seconds, 'start and index', () => opened(restoredServer(target, namespace, say)));
        return 'Started: the server serves the backup';
      },
    },
    {
      title: 'Compare',
      work: async () => {
        const [restoredSession] = sessions as [Session];
        const systemSession = await opened(systemServer(target));
        await timed(seconds, 'compare', async () => {
          const source = await entriesOf(systemSession, catalogue, git.signal);
          const restored = await entriesOf(restoredSession, catalogue, git.signal);
          const comparison = compare(source, restored, new Map([...heads].map(([name, { date }]) => [name, date])));
          const chosen = sample(comparison.same, wanted);
          const samples = await lookCloser(systemSession, restoredSession, catalogue, chosen, git.signal);
          done({ heads, source, restored, comparison, samples, seconds });
        });
        return 'Compared';
      },
    },
  ];
}

async function removed({ cluster }: GitTarget, namespace: string): Promise<string> {
  await removeScratch(cluster.api, namespace);
  return `Removed namespace ${namespace}`;
}

async function timed<T>(seconds: Record<string, number>, what: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  try {
    return await work();
  } finally {
    seconds[what] = (Date.now() - start) / 1000;
  }
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Failure(`--samples is ${text}`, 'give a whole number from 1 to 9999');
}
