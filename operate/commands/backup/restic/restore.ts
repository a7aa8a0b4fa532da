import type { ResticBackup } from '../../../../components/system/operations';
import { type Consent, confirm } from '../../../base/ask';
import { moment } from '../../../base/progress';
import type { JobEnd } from '../../../cluster/job';
import type { Finding } from '../../../report/report';
import type { RestoreOptions } from '../command';
import type { BackupOutcome, RecoveryOptions } from '../implementation';
import { runOnce } from '../run';
import type { Saved } from '../target';
import { countsInWords, type Listed, listedBy, loadedBy, whyFailed, wouldOverwrite } from './answers';
import { openVolumes } from './open-volumes';

/** Brings a backup back into the system, or lists the backups there are. */
export async function restore(saved: Saved<ResticBackup>, options: RestoreOptions): Promise<BackupOutcome> {
  return { findings: options.list ? await list(saved, options) : await restored(saved, options) };
}

async function list(saved: Saved<ResticBackup>, options: RestoreOptions): Promise<Finding[]> {
  const end = await runOnce(saved, 'restore', 'List the backups', options, { ACTION: 'list' });
  const backups = listedBy(end.lastLine);
  if (!end.succeeded || backups === undefined) return [failed(end)];
  return listFindings(backups, saved.backup);
}

/** A line for each backup, the newest first. Those of other systems and clusters in the repository are named as such. */
export function listFindings(backups: Listed, { host, place }: Pick<ResticBackup, 'host' | 'place'>): Finding[] {
  if (backups.length === 0) {
    return [{ subject: 'backups', status: 'missing', found: `none on ${place}`, remedy: 'fleet backup now' }];
  }
  return [...backups].reverse().map(({ hostname, short_id, tags = [], time }) => {
    const whose = hostname === host ? '' : hostname === `${host}/empty` ? ', nothing in it' : `, of ${hostname}`;
    return { subject: short_id, status: 'ok', found: `${moment(time)}; ${tags.join(', ')}${whose}` };
  });
}

/** Nothing begins while somebody uses a volume that is written into. The first run overwrites nothing, and says what it would; only with consent there is a second one that does. */
export async function restored(saved: Saved<ResticBackup>, options: RecoveryOptions): Promise<Finding[]> {
  const { backup: BACKUP } = options;
  const open = await openVolumes(saved);
  if (open !== undefined) return [open];
  const first = await runOnce(saved, 'restore', 'Restore', options, { BACKUP, OVERWRITE: '0' });
  const lost = wouldOverwrite(first.lastLine);
  if (lost === undefined) return [outcome(saved, first)];
  const words = countsInWords(lost);
  const consent: Consent = { yes: options.yes ?? false, signal: saved.signal };
  if (!(await confirm(`This is overwritten in ${saved.system.id}: ${words}. Go on?`, consent))) {
    const remedy = 'say yes, or add --yes, to overwrite it';
    return [{ subject: 'restore', status: 'failed', found: `nothing is changed; in the way: ${words}`, remedy }];
  }
  const second = await runOnce(saved, 'restore', 'Restore over what is there', options, { BACKUP, OVERWRITE: '1' });
  const overwritten: Finding = second.succeeded
    ? { subject: 'overwritten', status: 'ok', found: words }
    : {
        subject: 'overwritten',
        status: 'warning',
        found: `perhaps ${words}`,
        remedy: 'look at it before anything else',
      };
  return [overwritten, outcome(saved, second)];
}

function outcome({ backup, system }: Saved<ResticBackup>, end: JobEnd): Finding {
  const said = loadedBy(end.lastLine);
  if (!end.succeeded || said === undefined) return failed(end);
  const found = `backup ${said.snapshot} of ${moment(said.made)} from ${backup.place} is in ${system.id}: ${countsInWords(said.counts)}`;
  return { subject: 'restore', status: 'ok', found };
}

function failed(end: JobEnd): Finding {
  const remedy = 'mend what it says, then run the command again';
  return { subject: 'restore', status: 'failed', found: whyFailed(end), remedy };
}
