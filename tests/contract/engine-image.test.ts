import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { runOf, written } from '../support/contract/engine-scripts';
import { orSkip } from '../support/contract/missing';
import { Running } from '../support/contract/process';
import { requiredPython } from '../support/contract/python';
import { qdrantClient } from '../support/contract/python-package';

const image = join(__dirname, '..', '..', 'images', 'context-engine');

describe('what the image of Context Engine adds to Python', function () {
  this.timeout(120_000);
  let python: string;
  let library: string;
  let server: Server;
  /** What a client has shown, by the collection that it asked for. */
  const keys: Record<string, string | undefined> = {};

  before(async function () {
    this.timeout(0);
    python = await orSkip(this, requiredPython);
    library = await orSkip(this, qdrantClient);
    server = createServer((request, response) => {
      const [, collection] = /^\/collections\/(\w+)\/exists$/.exec(request.url ?? '') ?? [];
      if (collection) keys[collection] = request.headers['api-key'] as string | undefined;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ result: { exists: true }, status: 'ok', time: 0, version: '1.15.4' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const program = `
import os
from qdrant_client import QdrantClient
url = "http://127.0.0.1:${port}"
QdrantClient(url=url, timeout=60).collection_exists("bare")
QdrantClient(url=url, timeout=60, api_key=None).collection_exists("none")
QdrantClient(url=url, timeout=60, api_key="mine").collection_exists("own")
del os.environ["QDRANT_API_KEY"]
QdrantClient(url=url, timeout=60).collection_exists("keyless")
`;
    const run = await runOf(start(program, { QDRANT_API_KEY: 'sesame' }));
    assert.equal(run.code, 0, run.output);
  });
  after(() => server?.close());

  function start(program: string, env: Readonly<Record<string, string>> = {}): Running {
    return new Running(python, ['-c', program], {
      PYTHONPATH: `${image}:${library}`,
      PYTHONDONTWRITEBYTECODE: '1',
      ...env,
    });
  }

  it('lets a client that is given no key show the one of the environment', () => {
    // As upstream's watcher and its index maker make theirs, and its servers where they have none.
    assert.deepEqual([keys.bare, keys.none], ['sesame', 'sesame']);
  });

  it('lets a client that is given a key show that one', () => {
    assert.equal(keys.own, 'mine');
  });

  it('shows nothing where there is no key', () => {
    assert.ok('keyless' in keys);
    assert.equal(keys.keyless, undefined);
  });

  it('imports no client of Qdrant by itself', async () => {
    const run = await runOf(start('import sys; print("sitecustomize" in sys.modules, "qdrant_client" in sys.modules)'));
    assert.equal(run.output, 'True False');
  });

  it('lets the first process of a container end when it is told to, and leaves any other alone', async () => {
    // The module is loaded once more as if the process were the first one.
    const first = 'import os, sys, importlib; os.getpid = lambda: 1; importlib.reload(sys.modules["sitecustomize"])';
    const wait = 'print("waits", flush=True); import time; time.sleep(60)';
    for (const [program, expected] of [
      [`${first}\n${wait}`, { code: 143, signal: null }],
      [wait, { code: null, signal: 'SIGTERM' }],
    ] as const) {
      const process = start(program);
      await written(process, 'waits');
      const { code, signal } = await process.stop();
      assert.deepEqual({ code, signal }, expected);
    }
  });
});
