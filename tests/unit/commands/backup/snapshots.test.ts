import assert from 'node:assert/strict';
import type { V1CronJob } from '@kubernetes/client-node';
import { jobFrom, withEnv } from '../../../../operate/cluster/job';
import {
  bytesInWords,
  contentInWords,
  dateOf,
  listedBy,
  madeBy,
  restoredBy,
  wouldOverwrite,
} from '../../../../operate/commands/backup/snapshots/answers';
import type { SampledPoints } from '../../../../operate/commands/backup/snapshots/compare';
import { snapshotDrillFindings } from '../../../../operate/commands/backup/snapshots/drill-findings';
import { snapshotFindings } from '../../../../operate/commands/backup/snapshots/freshness';
import { madeFindings } from '../../../../operate/commands/backup/snapshots/now';
import { listFindings } from '../../../../operate/commands/backup/snapshots/restore';

const made = {
  backup: '20260501T024300Z',
  target: 'volume',
  collections: { codebase: 1234, notes: 1 },
  points: 1235,
  bytes: 3 * 1024 ** 2,
  aliases: 1,
  removed: ['20260424T024300Z'],
  kept: 7,
  warnings: [],
};
const facts = {
  cronJob: 'qdrant-backup',
  name: 'collections',
  place: 'volume qdrant-snapshots',
  maxAgeSeconds: 36 * 3600,
};

describe('what the scripts of a backup say', () => {
  it('is read where it is what they say, and nothing else', () => {
    assert.equal(madeBy(JSON.stringify(made))?.points, 1235);
    assert.equal(madeBy('backup failed: no room'), undefined);
    assert.equal(madeBy(undefined), undefined);
    assert.equal(restoredBy(JSON.stringify(made)), undefined);
    assert.deepEqual(listedBy('{"target":"s3","backups":[]}'), []);
  });

  it('names what would be overwritten', () => {
    const line = 'restore failed: OVERWRITE=1 is not set, and this would be overwritten: collection a with 5 points';
    assert.equal(wouldOverwrite(line), 'collection a with 5 points');
    assert.equal(wouldOverwrite('restore failed: Qdrant is not there'), undefined);
  });

  it('is told in words', () => {
    assert.equal(contentInWords(made.collections), 'codebase with 1234 points, notes with 1 point');
    assert.equal(contentInWords({}), 'no collections');
    assert.deepEqual([0, 1023, 1024, 1.5 * 1024 ** 3].map(bytesInWords), ['0 B', '1023 B', '1.0 KiB', '1.5 GiB']);
    assert.equal(dateOf(made.backup).toISOString(), '2026-05-01T02:43:00.000Z');
  });
});

describe('the evidence of a backup of snapshots', () => {
  it('is what the run says of its manifest', () => {
    const end = { succeeded: true, lastLine: JSON.stringify(made) };
    assert.deepEqual(
      madeFindings(facts, end, madeBy(end.lastLine)).map(({ found, status }) => [status, found]),
      [
        ['ok', 'backup 20260501T024300Z is complete on volume qdrant-snapshots'],
        ['ok', 'codebase with 1234 points, notes with 1 point; 1 alias, 3.0 MiB'],
        ['ok', '7 kept, removed: 20260424T024300Z'],
      ],
    );
  });

  it('is not that it ended well', () => {
    const [finding] = madeFindings(facts, { succeeded: true, lastLine: 'good bye' }, undefined);
    assert.equal(finding?.status, 'failed');
    assert.match(finding?.found ?? '', /^no evidence: .* good bye$/);
  });

  it('comes with what failed, and with every warning', () => {
    const end = { succeeded: false, lastLine: 'backup failed: no room', reason: 'BackoffLimitExceeded' };
    assert.equal(madeFindings(facts, end, undefined)[0]?.found, 'BackoffLimitExceeded; backup failed: no room');
    const warned = { ...made, warnings: ['collection a was removed meanwhile'] };
    const findings = madeFindings(facts, { succeeded: true }, warned);
    assert.deepEqual(findings.at(-1)?.status, 'warning');
    assert.equal(findings.at(-1)?.found, 'collection a was removed meanwhile');
  });
});

describe('the freshness of a backup of snapshots', () => {
  const now = new Date('2026-05-01T03:43:00Z');
  const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
  const answer = (said: object, isLast = true) => ({ said: JSON.stringify(said), isLast });
  const finding = (view: object) => snapshotFindings(facts, { deployed: true, ...view }, now)[0];

  it('counts from the last good run, and tells what it made', () => {
    assert.deepEqual(finding({ lastSuccess: ago(1), lastAnswer: answer(made) }), {
      subject: 'collections',
      status: 'ok',
      found:
        'last good run 1 h ago (at most 1 d 12 h wanted); backup 20260501T024300Z: codebase with 1234 points, ' +
        'notes with 1 point, 1 alias, 3.0 MiB; 7 backups kept; on volume qdrant-snapshots',
    });
  });

  it('says where the log is of another run, or gone', () => {
    const other = finding({ lastSuccess: ago(0), lastAnswer: answer(made, false) });
    assert.match(other?.found ?? '', /the newest that left a log is 20260501T024300Z of 2026-05-01 02:43:00 UTC/);
    const gone = finding({ lastSuccess: ago(1) });
    assert.deepEqual(
      [gone?.status, /its log is gone, see fleet backup restore --list/.test(gone?.found ?? '')],
      ['ok', true],
    );
  });

  it('is gone once the last good run is too old, or there was none', () => {
    assert.equal(finding({ lastSuccess: ago(37), lastAnswer: answer(made) })?.status, 'missing');
    assert.equal(finding({})?.status, 'missing');
  });

  it('is doubtful where the backup has no points', () => {
    const view = { lastSuccess: ago(1), lastAnswer: answer({ ...made, points: 0, collections: {} }) };
    assert.equal(finding(view)?.status, 'warning');
  });
});

describe('the list of backups', () => {
  it('has a line for each', () => {
    const [line] = listFindings([{ backup: made.backup, collections: { a: 2 }, aliases: 0, bytes: 10 }], facts.place);
    assert.deepEqual(line, { subject: made.backup, status: 'ok', found: 'a with 2 points; 0 aliases, 10 B' });
  });

  it('is missing where there is none', () => {
    assert.equal(listFindings([], facts.place)[0]?.status, 'missing');
  });
});

describe('a drill of snapshots', () => {
  const said = { restored: made.backup, collections: { codebase: 10 }, points: 10, aliases: { current: 'codebase' } };
  const content = { counts: { codebase: 10 }, aliases: { current: 'codebase' } };
  const samples: SampledPoints = { same: 3, changed: 0, gone: 0 };
  const all = { said, living: content, restored: content, samples, seconds: { restore: 2, compare: 0.5 } };
  const now = new Date('2026-05-01T03:43:00Z');
  const statuses = (more: object) =>
    Object.fromEntries(
      snapshotDrillFindings('volume x', { ...all, ...more }, now).map(({ subject, status }) => [subject, status]),
    );

  it('is good where the two are the same', () => {
    const findings = snapshotDrillFindings('volume x', all, now);
    assert.deepEqual(
      findings.map(({ found }) => found),
      [
        'restored 20260501T024300Z of 2026-05-01 02:43:00 UTC, 1 h old, from volume x; 10 points',
        '10 points on both sides',
        '1 on both sides',
        '3 points read on both sides: 3 the same, 0 changed and 0 gone since',
        '3 s: restore 2.0 s, compare 0.5 s',
      ],
    );
    assert.ok(findings.every(({ status }) => status === 'ok'));
  });

  it('is good where the system has gone on since', () => {
    const living = { counts: { codebase: 14 }, aliases: { current: 'codebase' } };
    const went = statuses({ living, samples: { same: 2, changed: 1, gone: 1 } });
    assert.deepEqual([went['collection codebase'], went.samples], ['ok', 'ok']);
  });

  it('warns of what is on one side only', () => {
    const living = { counts: { newer: 3 }, aliases: {} };
    const found = statuses({ living });
    assert.deepEqual(
      [found['collection codebase'], found['collection newer'], found.aliases],
      ['warning', 'warning', 'warning'],
    );
  });

  it('is not good where the restored Qdrant is not what the restore said', () => {
    const restored = { counts: { codebase: 9 }, aliases: {} };
    const found = statuses({ restored });
    assert.deepEqual([found['collection codebase'], found.aliases], ['failed', 'failed']);
  });

  it('is not good where nothing is as it was, and proves nothing without points', () => {
    assert.equal(statuses({ samples: { same: 0, changed: 2, gone: 1 } }).samples, 'failed');
    assert.equal(statuses({ samples: { same: 0, changed: 0, gone: 0 } }).samples, 'warning');
  });
});

describe('a job with other values than its template', () => {
  it('has them in the one container that is meant, once', () => {
    const containers = [
      {
        name: 'restore',
        env: [
          { name: 'BACKUP', value: 'latest' },
          { name: 'TARGET', value: 's3' },
        ],
      },
      { name: 'beside', env: [{ name: 'BACKUP', value: 'other' }] },
    ];
    const template = { spec: { containers } };
    const cronJob = { metadata: { name: 'x' }, spec: { jobTemplate: { spec: { template } } } } as unknown as V1CronJob;
    const env = { container: 'restore', values: { BACKUP: '20260501T024300Z', OVERWRITE: '1' } };
    const { spec } = withEnv(jobFrom(cronJob, 'ns', 'x-now'), { env });
    assert.deepEqual(
      spec.template?.spec?.containers.map((container) => container.env),
      [
        [
          { name: 'TARGET', value: 's3' },
          { name: 'BACKUP', value: '20260501T024300Z' },
          { name: 'OVERWRITE', value: '1' },
        ],
        [{ name: 'BACKUP', value: 'other' }],
      ],
    );
  });
});
