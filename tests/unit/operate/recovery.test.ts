import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { backendUrl, removeDescriptions } from '../../../operate/engine/backend';
import { killOrphanedProviders } from '../../../operate/engine/orphans';
import { checkpointPath, pendingOperations } from '../../../operate/engine/pending-operations';
import { isStale, lockFolder, removeStaleLocks } from '../../../operate/engine/stale-locks';
import { folder, removeFolders, runs } from '../../support/unit/operate';

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

  it('are removed where they were half written, whoever was at it', () => {
    const backend = backendWithLocks();
    const place = lockFolder(backend, 'memory-fleet', 'local');
    writeFileSync(join(place, 'a.json.18ea13a8.tmp'), '');
    writeFileSync(join(place, 'b.json.18ea13a9.tmp'), JSON.stringify({ pid: 11, hostname: here }));
    writeFileSync(join(place, 'c.json.18ea13aa.tmp'), JSON.stringify({ pid: 12, hostname: here }));
    removeStaleLocks(backend, 'memory-fleet', 'local', (pid) => pid === 12);
    assert.deepEqual(readdirSync(place), ['c.json.18ea13aa.tmp']);
  });

  it('do not take a stranger with the same process id for an engine', () => {
    const backend = backendWithLocks({ pid: process.pid, hostname: here });
    assert.deepEqual(removeStaleLocks(backend, 'memory-fleet', 'local'), [process.pid]);
  });

  it('need not exist', () => {
    assert.deepEqual(removeStaleLocks(folder(), 'memory-fleet', 'local'), []);
  });
});

describe('the state of a killed engine', () => {
  afterEach(removeFolders);

  it('is written in one step: without descriptions beside the files, which are not', () => {
    assert.equal(backendUrl('/state/backend'), 'file:///state/backend?metadata=skip');
  });

  it('loses the descriptions that it has, which may be half written, and nothing else', () => {
    const backend = backendWithLocks({ pid: 11, hostname: 'another' });
    removeDescriptions(backend);
    assert.deepEqual(readdirSync(lockFolder(backend, 'memory-fleet', 'local')), ['0.json']);
  });

  it('need not exist', () => removeDescriptions('/no/such/backend'));
});

describe('providers of a killed engine', () => {
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    removeFolders();
  });

  /** A program of that path that does nothing for a minute. */
  function program(...path: string[]): string {
    const file = join(...path);
    mkdirSync(dirname(file), { recursive: true });
    copyFileSync('/bin/sleep', file);
    return file;
  }

  async function start(command: string, ...args: string[]): Promise<ChildProcess> {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    started.push(child);
    await once(child, 'spawn');
    return child;
  }

  it('are killed, and no other program is', async () => {
    const home = folder();
    const { pid } = await start(program(home, 'plugins', 'resource-x', 'pulumi-resource-x'), '60');
    const other = await start(program(folder(), 'plugins', 'resource-x', 'pulumi-resource-x'), '60');
    assert.deepEqual(await killOrphanedProviders(home), [pid]);
    assert.deepEqual(await killOrphanedProviders(home), [], 'they have ended');
    assert.ok(other.pid !== undefined && runs(other.pid));
  });

  it('are left alone while their engine runs', async () => {
    const home = folder();
    const provider = program(home, 'plugins', 'resource-x', 'pulumi-resource-x');
    const engine = join(home, 'pulumi');
    copyFileSync('/bin/sh', engine);
    const { stdout } = await start(engine, '-c', `"${provider}" 60 >&- & echo $!; wait`);
    const pid = Number(String((await once(stdout as NodeJS.ReadableStream, 'data'))[0]));
    assert.deepEqual(await killOrphanedProviders(home), []);
    process.kill(pid);
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
