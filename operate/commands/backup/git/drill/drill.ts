import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from '../../../../../components/system/drill';
import { Failure } from '../../../../base/failure';
import { type RunStep, type Showing, showingFor, startProgress } from '../../../../base/progress';
import type { Session } from '../../../../mcp/session';
import type { Finding } from '../../../../report/report';
import { serverOf } from '../../../../stack';
import type { DrillOptions } from '../../command';
import type { BackupOutcome } from '../../implementation';
import type { GitTarget } from '../target';
import { compare, countsByGroup, sample } from './compare';
import { entriesOf, lookCloser } from './contents';
import { type Drilled, drillFindings } from './findings';
import { clearLeftovers, leftoversOf } from './leftovers';
import { fetchBackups, fillVolume, restoredServer, systemServer } from './restore';
import { createScratch, pullSecretsFor, removeScratch, scratchName, scratchObjects } from './scratch';

/** Time beside the server's start in which a drill is done, in seconds; a killed one holds its place no longer. */
const drillSeconds = 3600;

/** Restores the newest backups into a namespace of their own, and holds the two against each other. */
export async function drill(target: GitTarget, options: DrillOptions): Promise<BackupOutcome> {
  const wanted = wholeNumber(options.samples);
  const { cluster, signal, system } = target;
  const cleared = await clearLeftovers(cluster.api, await leftoversOf(cluster.api, system), {
    yes: options.yes ?? false,
    ask: process.stdin.isTTY === true && !options.json,
    signal,
  });
  const namespace = scratchName(system);
  const { drilled, removal } = await withScratch(target, namespace, wanted, showingFor(options));
  const { comparison, heads, restored, seconds, source } = drilled;
  const names = (entries: readonly Entry[]) => entries.map(({ name }) => name);
  const facts = {
    namespace,
    backups: Object.fromEntries(heads),
    counts: { system: countsByGroup(source), backup: countsByGroup(restored) },
    ...Object.fromEntries(Object.entries(comparison).map(([kind, entries]) => [kind, names(entries)])),
    samples: names(drilled.samples.read),
    seconds,
  };
  return { findings: [...cleared, ...drillFindings(target.backup.stores, drilled), ...removal], facts };
}

/** Does the work, and takes everything away again, however it ends. */
async function withScratch(target: GitTarget, namespace: string, wanted: number, showing: Showing) {
  const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-drill-'));
  const sessions: Session[] = [];
  const removal: Finding[] = [];
  const step = startProgress(showing);
  let drilled: Drilled | undefined;
  try {
    drilled = await drillIn(target, namespace, folder, wanted, sessions, step);
  } finally {
    for (const session of sessions) await session.close().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
    const remove = () => removeScratch(target.cluster.api, namespace);
    await step('Remove', remove, () => `Removed namespace ${namespace}`).catch((error: Failure) => {
      const { message: found, remedy } = error;
      removal.push({ subject: `namespace ${namespace}`, status: 'warning', found, remedy });
      if (drilled === undefined) console.error(`${found}\n→ ${remedy}`);
    });
  }
  return { drilled, removal };
}

async function drillIn(
  target: GitTarget,
  namespace: string,
  folder: string,
  wanted: number,
  sessions: Session[],
  step: RunStep,
): Promise<Drilled> {
  const { backup, cluster, git, system } = target;
  const { catalogue } = backup.drill;
  const files = join(folder, 'files');
  const seconds: Record<string, number> = {};
  const opened = async (session: Promise<Session>) => {
    sessions.push(await session);
    return session;
  };
  mkdirSync(files);
  const heads = await step(
    'Fetch',
    () => timed(seconds, 'fetch', () => fetchBackups(target, files)),
    ({ size }) => `Backups: ${size} of ${backup.stores.length} fetched with ${git.credentials.origin}`,
  );
  await step(
    'Restore',
    (say) => {
      const ends = new Date(Date.now() + (drillSeconds + serverOf(system).startupSeconds) * 1000);
      const objects = scratchObjects(system, backup.drill, namespace, ends);
      return timed(seconds, 'restore', async () => {
        const pullSecrets = await pullSecretsFor(cluster.api, system, objects.pod);
        await createScratch(cluster.api, objects, pullSecrets, git.signal);
        await fillVolume(target, namespace, files, join(folder, 'files.tar'), say);
      });
    },
    () => `Restored into namespace ${namespace}`,
  );
  const restoredSession = await step(
    'Start',
    (say) => timed(seconds, 'start and index', () => opened(restoredServer(target, namespace, say))),
    () => 'Started: the server serves the backup',
  );
  return step(
    'Compare',
    async () => {
      const systemSession = await opened(systemServer(target));
      return timed(seconds, 'compare', async () => {
        const source = await entriesOf(systemSession, catalogue, git.signal);
        const restored = await entriesOf(restoredSession, catalogue, git.signal);
        const comparison = compare(source, restored, new Map([...heads].map(([name, { date }]) => [name, date])));
        const chosen = sample(comparison.same, wanted);
        const samples = await lookCloser(systemSession, restoredSession, catalogue, chosen, git.signal);
        return { heads, source, restored, comparison, samples, seconds };
      });
    },
    () => 'Compared',
  );
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
