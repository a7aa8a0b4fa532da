import assert from 'node:assert/strict';
import type { BackupStore } from '../../../../components/system/operations';
import { Failure } from '../../../../operate/base/failure';
import { timeInWords } from '../../../../operate/base/progress';
import { scheduleFinding } from '../../../../operate/commands/backup/freshness';
import { evidenceFinding, runFinding } from '../../../../operate/commands/backup/git/evidence';
import { storeFinding } from '../../../../operate/commands/backup/git/freshness';
import type { StoreHead } from '../../../../operate/commands/backup/git/heads';

const url = 'https://git.example.org/memories.git';
const store: BackupStore = { name: 'memories', kind: 'git', url, branch: 'main', folder: 'repo' };
const date = new Date('2026-05-01T12:00:00Z');
const at = (commit: string): StoreHead => ({ store, head: { commit: commit.repeat(40), date } });
const nothing: StoreHead = { store };
const unreadable: StoreHead = { store, unreadable: new Failure('no route to it', 'mend the network') };
const good = { succeeded: true, lastLine: '{"status":"sync complete"}' };
const bad = { succeeded: false, lastLine: 'backup failed: sync: refused', reason: 'BackoffLimitExceeded' };

describe('the evidence of a backup', () => {
  it('is the new commit of the remote', () => {
    const { found, status } = evidenceFinding(at('a'), at('b'), good);
    assert.equal(status, 'ok');
    assert.match(found, /^new: bbbbbbbbbb of 2026-05-01 12:00:00 UTC \(before: aaaaaaaaaa\) at https:.*branch main/);
    assert.match(evidenceFinding(nothing, at('b'), good).found, /\(before: nothing\)/);
  });

  it('is the same commit where the run ended well, because there was nothing new', () => {
    const { found, status } = evidenceFinding(at('a'), at('a'), good);
    assert.equal(status, 'ok');
    assert.match(found, /^nothing new since 2026-05-01 12:00:00 UTC: aaaaaaaaaa/);
  });

  it('is not the same commit where the run failed', () => {
    assert.equal(evidenceFinding(at('a'), at('a'), bad).status, 'failed');
  });

  it('is not a run that ended well, where nobody can see the remote or it has nothing', () => {
    assert.deepEqual(evidenceFinding(at('a'), unreadable, good), {
      subject: 'memories',
      status: 'failed',
      found: 'no evidence: no route to it',
      remedy: 'mend the network',
    });
    assert.equal(evidenceFinding(nothing, nothing, good).status, 'missing');
  });

  it('comes with what the server answered, or why the run failed', () => {
    assert.equal(runFinding('backup', good).found, 'the server answered {"status":"sync complete"}');
    assert.equal(runFinding('backup', bad).found, 'BackoffLimitExceeded; backup failed: sync: refused');
    assert.equal(runFinding('backup', bad).status, 'failed');
  });
});

describe('the freshness of a backup', () => {
  const hour = 3600;
  const now = new Date('2026-05-02T12:00:00Z');
  const ago = (seconds: number) => ({ deployed: true, lastSuccess: new Date(now.getTime() - seconds * 1000) });
  const finding = (head: StoreHead, seconds?: number) =>
    storeFinding(head, seconds === undefined ? { deployed: true } : ago(seconds), 3 * hour, now);

  it('counts from the last good run, however old the newest commit is', () => {
    const { found, status } = finding(at('a'), hour);
    assert.equal(status, 'ok');
    assert.match(found, /^last good run 1 h ago \(at most 3 h wanted\); newest commit aaaaaaaaaa of 2026-05-01/);
  });

  it('is gone once the last good run is older than wanted, or there was none', () => {
    assert.equal(finding(at('a'), 3 * hour + 1).status, 'missing');
    assert.equal(finding(at('a')).status, 'missing');
    assert.equal(finding(unreadable, 4 * hour).status, 'missing');
  });

  it('is doubtful where nobody can see the remote', () => {
    const { found, status } = finding(unreadable, hour);
    assert.equal(status, 'warning');
    assert.match(found, /^last good run 1 h ago.*; no route to it$/);
  });

  it('is nothing where the remote has nothing, whatever the runs say', () => {
    assert.equal(finding(nothing, hour).status, 'missing');
  });

  const view = { deployed: true, suspended: false, schedule: '17 * * * *' };

  it('needs a CronJob that is there, runs, and succeeds', () => {
    assert.deepEqual(scheduleFinding('ns', 'backup', view), {
      subject: 'CronJob backup',
      status: 'ok',
      found: 'runs at 17 * * * * UTC',
    });
    assert.equal(scheduleFinding('ns', 'backup', { deployed: false }).status, 'missing');
    const suspended = scheduleFinding('ns', 'backup', { ...view, suspended: true });
    assert.equal(suspended.status, 'warning');
    assert.equal(suspended.remedy, `kubectl -n ns patch cronjob backup -p '{"spec":{"suspend":false}}'`);
    const failed = scheduleFinding('ns', 'backup', { ...view, running: true, lastFailure: 'backup failed: sync' });
    assert.equal(failed.status, 'warning');
    assert.match(failed.found, /is running; the last run failed: backup failed: sync$/);
  });
});

describe('a length of time in words', () => {
  it('has its two largest units', () => {
    assert.equal(timeInWords(0.2), '0 s');
    assert.equal(timeInWords(59), '59 s');
    assert.equal(timeInWords(3600), '1 h');
    assert.equal(timeInWords(2 * 3600 + 5 * 60 + 9), '2 h 5 min');
    assert.equal(timeInWords(3 * 86_400 + 4 * 3600), '3 d 4 h');
  });
});
