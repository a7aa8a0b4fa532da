import assert from 'node:assert/strict';
import type { Entry } from '../../../../components/system/drill';
import { type Comparison, compare, countsByGroup, sample } from '../../../../operate/commands/backup/git/drill/compare';

const backup = new Date('2026-05-01T12:00:00Z');
const dates = new Map([['memories', backup]]);

const entry = (name: string, given: Partial<Entry> = {}): Entry => ({
  name,
  group: 'scope global',
  updatedAt: new Date('2026-05-01T10:00:00Z'),
  facts: 'v1',
  store: 'memories',
  address: { name },
  ...given,
});

function names(comparison: Comparison): Record<string, string[]> {
  const kinds = Object.entries(comparison).map(
    ([kind, all]) => [kind, (all as Entry[]).map(({ name }) => name)] as const,
  );
  return Object.fromEntries(kinds.filter(([, all]) => all.length > 0));
}

describe('a backup held against the system', () => {
  it('is the same where the lists are, in whatever order', () => {
    const comparison = compare([entry('a'), entry('b')], [entry('b'), entry('a')], dates);
    assert.deepEqual(names(comparison), { same: ['a', 'b'] });
  });

  it('has lost what is older than it and not in it', () => {
    assert.deepEqual(names(compare([entry('a'), entry('b')], [entry('a')], dates)), { same: ['a'], lost: ['b'] });
  });

  it('differs in what is older than it and not equal', () => {
    assert.deepEqual(names(compare([entry('a')], [entry('a', { facts: 'v0' })], dates)), { differing: ['a'] });
  });

  it('cannot have what was written after it, new or changed', () => {
    const updatedAt = new Date('2026-05-01T12:00:01Z');
    const source = [entry('new', { updatedAt }), entry('changed', { updatedAt, facts: 'v2' })];
    assert.deepEqual(names(compare(source, [entry('changed')], dates)), { newer: ['new', 'changed'] });
  });

  it('must have what was written in the second of its commit, whose date is a whole second', () => {
    const source = [entry('a', { updatedAt: new Date('2026-05-01T12:00:00.999Z') })];
    assert.deepEqual(names(compare(source, [], dates)), { lost: ['a'] });
  });

  it('names what it has alone', () => {
    assert.deepEqual(names(compare([], [entry('gone')], dates)), { onlyInBackup: ['gone'] });
  });

  it('owes nothing that no store covers, and everything of a store that was never backed up', () => {
    const { store: _, ...uncovered } = entry('nowhere');
    const source = [uncovered, entry('other', { store: 'memories of scope work' })];
    assert.deepEqual(names(compare(source, [], dates)), { lost: ['other'], uncovered: ['nowhere'] });
  });
});

describe('a sample', () => {
  it('has as many different items as wanted, or all there are', () => {
    const items = ['a', 'b', 'c', 'd'];
    assert.deepEqual(
      sample(items, 2, () => 0),
      ['a', 'b'],
    );
    assert.deepEqual([...sample(items, 9)].sort(), items);
    assert.equal(new Set(sample(items, 3)).size, 3);
    assert.deepEqual(sample([], 3), []);
  });
});

describe('counts', () => {
  it('are by group, in order', () => {
    const entries = [
      entry('a', { group: 'scope b' }),
      entry('b', { group: 'scope a' }),
      entry('c', { group: 'scope b' }),
    ];
    assert.deepEqual(Object.entries(countsByGroup(entries)), [
      ['scope a', 1],
      ['scope b', 2],
    ]);
  });
});
