import assert from 'node:assert/strict';
import { printReport, reportAsText } from '../../../operate/report/print';
import { countsInWords, isGood, type Report } from '../../../operate/report/report';
import { table } from '../../../operate/report/table';
import { printed } from '../../support/unit/operate';

const report = (...statuses: Report['findings'][number]['status'][]): Report => ({
  command: 'doctor',
  findings: statuses.map((status) => ({ subject: 's', status, found: 'f' })),
});

describe('a report', () => {
  it('is good while nothing is missing and nothing has failed', () => {
    assert.ok(isGood(report('ok', 'warning', 'skipped')));
    assert.ok(!isGood(report('ok', 'missing')));
    assert.ok(!isGood(report('ok', 'failed')));
  });

  it('counts what was found, the good first', () => {
    assert.equal(countsInWords(report('warning', 'ok', 'ok')), '2 ok, 1 warning');
  });

  it('has a line for each finding and no column that nobody needs', () => {
    assert.equal(reportAsText(report('ok')), 'status  what  found\nok      s     f');
  });
});

describe('a report of nothing', () => {
  it('says so', async () => {
    assert.equal(await printed(async () => printReport(report())), 'there is nothing here that this is about');
  });
});

describe('a table', () => {
  it('fits the width, long texts broken at words', () => {
    const text = table(
      ['what', 'remedy'],
      [['a short one', 'a remedy of many words that fit on no line of this width']],
      40,
    );
    const lines = text.split('\n');
    assert.ok(lines.every((line) => line.length <= 40));
    assert.match(text.replaceAll(/\s+/g, ' '), /a short one a remedy of many/);
  });

  it('breaks words that fit on no line, and cuts nothing off', () => {
    const word = 'metadata.annotations["volume.kubernetes.io/storage-provisioner"]';
    const text = table(['field', 'live'], [[word, 'a value']], 40);
    assert.ok(
      text.split('\n').every((line) => line.length <= 40),
      text,
    );
    const column = text
      .split('\n')
      .slice(1)
      .map((line) => line.split('  ')[0]);
    assert.equal(column.join(''), word);
  });

  it('keeps columns that are narrow as they are', () => {
    const [, row] = table(['a', 'b'], [['name', `${'long '.repeat(20)}end`]], 60).split('\n');
    assert.match(row ?? '', /^name {2}long long/);
  });
});
