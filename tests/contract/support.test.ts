import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeMadeModel } from '../support/contract/made-model';
import { Missing, orSkip } from '../support/contract/missing';
import { localText, translate } from '../support/contract/pod';

const machine = {
  paths: { '/data': '/tmp/here/data', '/etc/app': '/tmp/here/config', '/tmp': '/tmp/here/tmp' },
  ports: { 8080: 40123 },
  secrets: { 'mine/token': 'value' },
};

describe('a container of the plan, run as a process', () => {
  it('keeps its arguments and its environment, save for paths and the address that it binds to', () => {
    const { args, env } = translate(
      {
        name: 'c',
        args: ['serve', '--allowed-host', 'a.example', '--file=/data/x'],
        env: [
          { name: 'BIND', value: '0.0.0.0:8080' },
          { name: 'REPO', value: '/data/repo' },
          { name: 'URL', value: 'https://example.org/data/x' },
          { name: 'OTHER', value: '/database' },
          { name: 'EMPTY' },
        ],
      },
      machine,
    );
    assert.deepEqual(args, ['serve', '--allowed-host', 'a.example', '--file=/tmp/here/data/x']);
    assert.deepEqual(env, {
      BIND: '127.0.0.1:40123',
      REPO: '/tmp/here/data/repo',
      URL: 'https://example.org/data/x',
      OTHER: '/database',
      EMPTY: '',
    });
  });

  it('finds the paths within its files', () => {
    assert.equal(
      localText('path = "/data/scopes/a"\nurl = "https://h/data"', machine),
      'path = "/tmp/here/data/scopes/a"\nurl = "https://h/data"',
    );
  });

  it('gets the values of its Secrets, and none where an optional one is missing', () => {
    const variable = (name: string, optional: boolean) => ({
      name: 'TOKEN',
      valueFrom: { secretKeyRef: { name, key: 'token', optional } },
    });
    assert.deepEqual(translate({ name: 'c', env: [variable('mine', false)] }, machine).env, { TOKEN: 'value' });
    assert.deepEqual(translate({ name: 'c', env: [variable('none', true)] }, machine).env, {});
    assert.throws(
      () => translate({ name: 'c', env: [variable('none', false)] }, machine),
      /CreateContainerConfigError/,
    );
  });

  it('never listens at a port that a test did not give it', () => {
    assert.throws(() => localText('0.0.0.0:9999', machine), /port 9999 of the pod is not mapped/);
  });
});

describe('the made model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-model-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string) => {
    writeMadeModel(join(folder, name), 1);
    const cache = join(folder, name, 'hub', 'models--BAAI--bge-small-en-v1.5');
    return join(cache, 'snapshots', readFileSync(join(cache, 'refs', 'main'), 'utf8'));
  };
  const weights = (snapshot: string) => readFileSync(join(snapshot, 'model.safetensors'));

  it('lies as the cache of a download would, with a file that says what it holds', () => {
    const file = weights(write('a'));
    const length = Number(file.readBigUInt64LE());
    const header = JSON.parse(file.subarray(8, 8 + length).toString()) as Record<string, { data_offsets: number[] }>;
    const end = Math.max(...Object.values(header).map(({ data_offsets }) => data_offsets[1] ?? 0));
    assert.equal(8 + length + end, file.length);
  });

  it('is the same every time', () => {
    assert.ok(weights(write('b')).equals(weights(write('c'))));
  });
});

describe('what a machine lacks', () => {
  const skipped = {};
  const context = {
    skip() {
      throw skipped;
    },
  } as unknown as Mocha.Context;

  it('skips what needs it, and says why and what helps', async () => {
    const missing = async () => {
      throw new Missing('a tool is not on PATH', 'install it');
    };
    const lines: string[] = [];
    const tell = (line: string) => lines.push(line);
    for (let i = 0; i < 2; i++) await assert.rejects(orSkip(context, missing, tell), (error) => error === skipped);
    assert.deepEqual(lines, ['    SKIPPED: a tool is not on PATH; remedy: install it'], 'said once');
  });

  it('is something else than a defect, which fails', async () => {
    const broken = async () => {
      throw new Error('broken');
    };
    await assert.rejects(orSkip(context, broken), /broken/);
    assert.equal(await orSkip(context, () => 7), 7);
  });
});
