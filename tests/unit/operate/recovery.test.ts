import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { checkpointPath, pendingOperations } from '../../../operate/engine/pending';
import { isStale, lockFolder, removeStaleLocks } from '../../../operate/engine/stale-locks';
import { folder, removeFolders } from './support';

/** A backend with one lock a content, named by its place in the list. */
function backendWithLocks(...contents: unknown[]): string {
  const backend = folder();
  const place = lockFolder(backend, 'memory-fleet', 'local');
  mkdirSync(place, { recursive: true });
  for (const [index, content] of contents.entries()) {
    writeFileSync(join(place, `${index}.json`), typeof content === 'string' ? content : JSON.stringify(content));
    writeFileSync(join(place, `${index}.json.attrs`), '{}');
  }
  return backend;
}

const here = hostname();
const noEngine = () => false;

describe('locks of a killed engine', () => {
  afterEach(removeFolders);

  it('are stale only where the owner ran here and is no engine any more', () => {
    assert.equal(isStale({ pid: 1, hostname: here }, here, noEngine), true);
    assert.equal(
      isStale({ pid: 1, hostname: here }, here, () => true),
      false,
    );
    assert.equal(isStale({ pid: 1, hostname: 'another' }, here, noEngine), false);
  });

  it('are removed with what lies beside them; others stay', () => {
    const backend = backendWithLocks(
      { pid: 11, hostname: here },
      { pid: 12, hostname: here },
      { pid: 13, hostname: 'x' },
    );
    const removed = removeStaleLocks(backend, 'memory-fleet', 'local', (pid) => pid === 12);
    assert.deepEqual(removed, [11]);
    const left = readdirSync(lockFolder(backend, 'memory-fleet', 'local')).sort();
    assert.deepEqual(left, ['1.json', '1.json.attrs', '2.json', '2.json.attrs']);
  });

  it('count as held where they cannot be read', () => {
    const backend = backendWithLocks('{"pid":');
    assert.deepEqual(removeStaleLocks(backend, 'memory-fleet', 'local', noEngine), []);
  });

  it('do not take a stranger with the same process id for an engine', () => {
    const backend = backendWithLocks({ pid: process.pid, hostname: here });
    assert.deepEqual(removeStaleLocks(backend, 'memory-fleet', 'local'), [process.pid]);
  });

  it('need not exist', () => {
    assert.deepEqual(removeStaleLocks(folder(), 'memory-fleet', 'local'), []);
  });
});

describe('operations of a killed engine', () => {
  afterEach(removeFolders);

  const write = (latest: unknown) => {
    const backend = folder();
    const path = checkpointPath(backend, 'memory-fleet', 'local');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify({ version: 3, checkpoint: { stack: 's', latest } }));
    return backend;
  };

  it('are found in the state', () => {
    const backend = write({ pending_operations: [{ type: 'creating', resource: { urn: 'urn:a' } }] });
    assert.deepEqual(pendingOperations(backend, 'memory-fleet', 'local'), ['urn:a']);
  });

  it('are none in a state that ended well, or that does not exist', () => {
    assert.deepEqual(pendingOperations(write({ resources: [] }), 'memory-fleet', 'local'), []);
    assert.deepEqual(pendingOperations(write(undefined), 'memory-fleet', 'local'), []);
    assert.deepEqual(pendingOperations(folder(), 'memory-fleet', 'local'), []);
  });
});
