import assert from 'node:assert/strict';
import type { V1CronJob } from '@kubernetes/client-node';
import type { ResticBackup } from '../../../../components/system/operations';
import { jobFrom, withEnv } from '../../../../operate/cluster/job';
import {
  bytesInWords,
  countsInWords,
  loadedBy,
  madeBy,
  whyFailed,
  wouldOverwrite,
} from '../../../../operate/commands/backup/restic/answers';
import { drillFindings } from '../../../../operate/commands/backup/restic/drill';
import { madeFindings } from '../../../../operate/commands/backup/restic/now';
import { listFindings } from '../../../../operate/commands/backup/restic/restore';
import { backupFindings, drillFinding } from '../../../../operate/commands/backup/restic/status';

const facts: ResticBackup = {
  kind: 'restic',
  name: 'collections',
  place: 'volume backups',
  host: 'lab/ns/engine',
  cronJobs: { backup: 'b', restore: 'r', drill: 'd' },
  deadlineSeconds: 60,
  maxAgeSeconds: 36 * 3600,
  needs: [],
};
const counts = { qdrant: { codebase: 12, 'alias current of codebase': 0 } };
const made = {
  action: 'backup',
  ok: true,
  time: '2026-05-01T02:43:00Z',
  place: '/repository',
  snapshot: '4f1d2c3b',
  counts,
  bytes: 2048,
  added: 1024,
  kept: 3,
  warnings: [] as string[],
} as const;
const line = JSON.stringify(made);
const hour = 3600_000;
const now = new Date('2026-05-02T02:43:00Z');

describe('what a backup by restic says', () => {
  it('is read, and nothing else is taken for it', () => {
    assert.equal(madeBy(line)?.snapshot, '4f1d2c3b');
    for (const other of [undefined, '', 'done', '{"ok":true}', line.replace('"ok":true', '"ok":false')]) {
      assert.equal(madeBy(other), undefined);
      assert.equal(loadedBy(other), undefined);
    }
  });

  it('is told in words', () => {
    assert.equal(countsInWords(counts), 'qdrant: codebase with 12, alias current of codebase');
    assert.equal(countsInWords({ qdrant: {} }), 'qdrant: nothing');
    assert.deepEqual([0, 1023, 1024, 1024 ** 3 * 1.5].map(bytesInWords), ['0 B', '1023 B', '1.0 KiB', '1.5 GiB']);
  });

  it('is no success by itself: the run has to say what it saved', () => {
    const silent = madeFindings(facts, { succeeded: true, lastLine: 'done' }, undefined);
    assert.deepEqual(
      silent.map(({ status }) => status),
      ['failed'],
    );
    const good = madeFindings(facts, { succeeded: true, lastLine: line }, { ...made, warnings: ['it is new'] });
    assert.deepEqual(
      good.map(({ status }) => status),
      ['ok', 'ok', 'ok', 'warning'],
    );
    assert.match(good[0]?.found ?? '', /^backup 4f1d2c3b is complete and checked, on volume backups$/);
  });

  it('is why it failed, in its own words and those of the cluster', () => {
    const lastLine = '{"action":"backup","ok":false,"why":"there is no password"}';
    assert.equal(whyFailed({ lastLine, reason: 'BackoffLimitExceeded' }), 'BackoffLimitExceeded; there is no password');
    assert.equal(whyFailed({ reason: 'DeadlineExceeded' }), 'DeadlineExceeded; it left no log');
    assert.equal(wouldOverwrite(lastLine), undefined);
    assert.deepEqual(wouldOverwrite('{"ok":false,"why":"x","overwrites":{"qdrant":{"a":1}}}'), { qdrant: { a: 1 } });
  });
});

describe('the status of backups by restic', () => {
  const at = (hours: number, said = line) => ({
    deployed: true,
    lastSuccess: new Date(now.getTime() - hours * hour),
    lastAnswer: { said, isLast: true },
  });

  it('counts from the last good run', () => {
    assert.equal(backupFindings(facts, at(35), now)[0]?.status, 'ok');
    assert.equal(backupFindings(facts, at(37), now)[0]?.status, 'missing');
    assert.equal(backupFindings(facts, { deployed: true }, now)[0]?.status, 'missing');
    assert.match(
      backupFindings(facts, at(1), now)[0]?.found ?? '',
      /; backup 4f1d2c3b: qdrant: codebase with 12, .* 3 kept; /,
    );
  });

  it('passes on what the backup has warned of', () => {
    const warned = JSON.stringify({ ...made, warnings: ['there is nothing in any store'] });
    const [, warning] = backupFindings(facts, at(1, warned), now);
    assert.deepEqual([warning?.status, warning?.found], ['warning', 'there is nothing in any store']);
  });

  it('asks for a drill where one is scheduled, and reminds of it elsewhere', () => {
    const scheduled = { ...facts, drillMaxAgeSeconds: 24 * 3600 };
    const drilled = (hours: number) => ({ deployed: true, lastSuccess: new Date(now.getTime() - hours * hour) });
    assert.equal(drillFinding(facts, { deployed: true }, now).status, 'warning');
    assert.equal(drillFinding(facts, drilled(1000), now).status, 'ok');
    assert.equal(drillFinding(scheduled, { deployed: true }, now).status, 'missing');
    assert.equal(drillFinding(scheduled, drilled(23), now).status, 'ok');
    assert.equal(drillFinding(scheduled, drilled(25), now).status, 'missing');
    const failed = drillFinding(scheduled, { ...drilled(1), lastFailure: 'codebase is missing' }, now);
    assert.deepEqual([failed.status, /codebase is missing/.test(failed.found)], ['warning', true]);
  });
});

describe('a list of backups by restic', () => {
  const backup = {
    short_id: 'aaaaaaaa',
    // As restic writes it.
    time: '2026-05-01T02:43:00.314934563Z',
    hostname: 'lab/ns/engine',
    tags: ['qdrant: 12 in 2'],
  };

  it('has the newest first, and names those that have nothing or are of others', () => {
    const empty = { ...backup, short_id: 'bbbbbbbb', hostname: 'lab/ns/engine/empty' };
    const other = { ...backup, short_id: 'cccccccc', hostname: 'staging/ns/engine' };
    const found = listFindings([backup, empty, other], facts);
    assert.deepEqual(
      found.map(({ subject }) => subject),
      ['cccccccc', 'bbbbbbbb', 'aaaaaaaa'],
    );
    assert.match(found[0]?.found ?? '', /of staging\/ns\/engine$/);
    assert.match(found[1]?.found ?? '', /nothing in it$/);
    assert.equal(found[2]?.found, '2026-05-01 02:43:00 UTC; qdrant: 12 in 2');
    assert.equal(listFindings([], facts)[0]?.status, 'missing');
  });
});

describe('a drill by restic', () => {
  const loaded = { action: 'drill', ok: true, snapshot: '4f1d2c3b', made: '2026-05-01T02:43:00Z', counts } as const;

  it('is good only where its run ended well and says what it loaded', () => {
    assert.deepEqual(
      drillFindings(facts, { succeeded: true }, loaded, now).map(({ status }) => status),
      ['ok', 'ok'],
    );
    assert.equal(drillFindings(facts, { succeeded: true }, undefined, now)[0]?.status, 'failed');
    assert.equal(drillFindings(facts, { succeeded: false }, loaded, now)[0]?.status, 'failed');
  });
});

describe('a run on demand', () => {
  it('has its own values in every container that has them, and no other', () => {
    const env = [{ name: 'BACKUP', value: 'latest' }];
    const spec = {
      containers: [{ name: 'b', env: [{ name: 'X', value: '1' }] }],
      initContainers: [{ name: 'a', env }],
    };
    const cronJob = { spec: { jobTemplate: { spec: { template: { spec } } } } } as V1CronJob;
    const job = withEnv(jobFrom(cronJob, 'ns', 'run'), { env: { BACKUP: '4f1d2c3b' } });
    assert.deepEqual(job.spec.template?.spec?.initContainers?.[0]?.env, [{ name: 'BACKUP', value: '4f1d2c3b' }]);
    assert.deepEqual(job.spec.template?.spec?.containers[0]?.env, [{ name: 'X', value: '1' }]);
  });
});
