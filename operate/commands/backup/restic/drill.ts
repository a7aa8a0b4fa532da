import type { ResticBackup } from '../../../../components/system/operations';
import { moment, timeInWords } from '../../../base/progress';
import type { JobEnd } from '../../../cluster/job';
import type { Finding } from '../../../report/report';
import type { DrillOptions } from '../command';
import type { BackupOutcome } from '../implementation';
import { runOnce } from '../run';
import type { Saved } from '../target';
import { countsInWords, type Loaded, loadedBy, whyFailed } from './answers';

/** Loads the newest backup into stores of its own, in a pod that nobody reaches, and counts what is there. */
export async function drill(saved: Saved<ResticBackup>, options: DrillOptions): Promise<BackupOutcome> {
  const end = await runOnce(saved, 'drill', 'Drill', options);
  const loaded = loadedBy(end.lastLine);
  return {
    findings: drillFindings(saved.backup, end, loaded, new Date()),
    facts: { answer: loaded ?? end.lastLine ?? null },
  };
}

/** What a drill has come to: it ends well only where everything is there that the backup counts. */
export function drillFindings(
  { name, place }: Pick<ResticBackup, 'name' | 'place'>,
  end: JobEnd,
  loaded: Loaded | undefined,
  now: Date,
): Finding[] {
  if (!end.succeeded || loaded === undefined) {
    const remedy = 'mend what it says, then drill again; until then nobody knows whether the backup can be restored';
    return [{ subject: `drill of ${name}`, status: 'failed', found: whyFailed(end), remedy }];
  }
  const age = timeInWords((now.getTime() - new Date(loaded.made).getTime()) / 1000);
  return [
    {
      subject: 'backup',
      status: 'ok',
      found: `loaded ${loaded.snapshot} of ${moment(loaded.made)}, ${age} old, from ${place}`,
    },
    { subject: name, status: 'ok', found: `everything that it counts is there: ${countsInWords(loaded.counts)}` },
  ];
}
