import { type Consent, confirm } from '../../../base/ask';
import { Failure } from '../../../base/failure';
import { runSteps, showingFor } from '../../../base/progress';
import type { CommandRun } from '../../../base/run';
import { type JobEnd, runJobOf } from '../../../cluster/job';
import { printReport } from '../../../report/print';
import type { Finding } from '../../../report/report';
import type { RestoreOptions } from '../command';
import { backupTarget, type SnapshotTarget } from '../target';
import { bytesInWords, contentInWords, counted, type Listed, listedBy, restoredBy, wouldOverwrite } from './answers';

/** Restores a backup into the system, or lists the backups there are. @returns the exit code */
export async function restore(run: CommandRun, options: RestoreOptions): Promise<number> {
  const wanted = options.backup;
  if (wanted !== 'latest' && !/^\d{8}T\d{6}Z$/.test(wanted)) {
    const remedy = 'give a stamp such as 20261121T024300Z, or latest; --list says which there are';
    throw new Failure(`--backup is ${wanted}`, remedy);
  }
  const target = await backupTarget(run, options, ({ kind }) => kind === 'snapshots');
  if (target.kind === 'git') {
    throw new Failure(
      `${target.system.id} takes its content from its remotes by itself, at its first start on an empty volume`,
      'see docs/runbook.md',
    );
  }
  return snapshotRestore(options, target);
}

/** {@link restore} of a system that is known. */
export async function snapshotRestore(options: RestoreOptions, target: SnapshotTarget): Promise<number> {
  const findings = options.list ? await list(target, options) : await restored(target, options);
  return printReport({ command: 'backup restore', stack: options.stack, findings }, options);
}

async function list(target: SnapshotTarget, options: RestoreOptions): Promise<Finding[]> {
  const end = await job(target, options, 'List the backups', { ACTION: 'list' });
  const backups = listedBy(end.lastLine);
  if (!end.succeeded || backups === undefined) return [failed(end)];
  return listFindings(backups, target.backup.place);
}

/** A line for each backup, the newest first. */
export function listFindings(backups: Listed, place: string): Finding[] {
  if (backups.length === 0) {
    return [{ subject: 'backups', status: 'missing', found: `none on ${place}`, remedy: 'fleet backup now' }];
  }
  return backups.map(({ aliases, backup, bytes, collections }) => ({
    subject: backup,
    status: 'ok',
    found: `${contentInWords(collections)}; ${counted(aliases, 'alias')}, ${bytesInWords(bytes)}`,
  }));
}

/** The first run overwrites nothing, and says what it would; only with consent there is a second one that does. */
async function restored(target: SnapshotTarget, options: RestoreOptions): Promise<Finding[]> {
  const { backup: BACKUP } = options;
  const first = await job(target, options, 'Restore', { BACKUP, OVERWRITE: '0' });
  const lost = wouldOverwrite(first.lastLine);
  if (lost === undefined) return [outcome(target, first)];
  const consent: Consent = { yes: options.yes ?? false, signal: target.signal };
  if (!(await confirm(`This is overwritten in ${target.system.id}: ${lost}. Go on?`, consent))) {
    const remedy = 'say yes, or add --yes, to overwrite it';
    return [{ subject: 'restore', status: 'failed', found: `nothing is changed; in the way: ${lost}`, remedy }];
  }
  const second = await job(target, options, 'Restore over what is there', { BACKUP, OVERWRITE: '1' });
  const overwritten: Finding = second.succeeded
    ? { subject: 'overwritten', status: 'ok', found: lost }
    : {
        subject: 'overwritten',
        status: 'warning',
        found: `perhaps ${lost}`,
        remedy: 'look at it before anything else',
      };
  return [overwritten, outcome(target, second)];
}

function outcome({ backup, system }: SnapshotTarget, end: JobEnd): Finding {
  const said = restoredBy(end.lastLine);
  if (!end.succeeded || said === undefined) return failed(end);
  const content = `${contentInWords(said.collections)}; ${counted(Object.keys(said.aliases).length, 'alias')}`;
  const found = `backup ${said.restored} from ${backup.place} is in ${system.id}, as its manifest says: ${content}`;
  return { subject: 'restore', status: 'ok', found };
}

function failed(end: JobEnd): Finding {
  const found = [end.reason, end.lastLine ?? 'it left no log'].filter(Boolean).join('; ');
  return { subject: 'restore', status: 'failed', found, remedy: 'mend what it says, then run the command again' };
}

async function job(
  { backup, cluster, signal, system }: SnapshotTarget,
  options: RestoreOptions,
  title: string,
  values: Readonly<Record<string, string>>,
): Promise<JobEnd> {
  const { cronJob, container } = backup.restore;
  const { deadlineSeconds } = backup;
  const { namespace } = system;
  let end: JobEnd | undefined;
  const work = async (say: (text: string) => void) => {
    const env = { container, values };
    end = await runJobOf({ api: cluster.api, namespace, cronJob, deadlineSeconds, env, signal, say });
    return `${title}: ${end.succeeded ? 'ended well' : 'ended'}`;
  };
  await runSteps([{ title, work }], showingFor(options));
  if (end === undefined) throw new Failure('the run ended before it was told to', 'run the command again');
  return end;
}
