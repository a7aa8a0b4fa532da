import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { generate } from 'selfsigned';
import { parse } from 'yaml';
import { fleetHome } from '../../operate/base/fleet-home';
import { obtainTools, toolPath } from '../../operate/toolchain';
import { judgeOfValues } from '../support/contract/values-judge';
import { type MadeUpCheckout, madeUpCheckout } from '../support/made-up';

// The commands of `fleet secrets` with the real engine, its own file backend and passphrase.

interface Values {
  readonly memoryMcp?: { readonly token?: string };
  readonly notebook?: Readonly<Record<string, { readonly modelKey?: string; readonly qdrantKey?: string }>>;
}

const projectDir = join(__dirname, '..', '..');
const openai = 'sk-proj-0f9d8c7b6a5';
const github = 'ghp_16C7e42F292c6912';

describe('secrets of a stack file', function () {
  this.timeout(120_000);
  let checkout: MadeUpCheckout;
  let folder: string;
  let pulumi: string;
  let env: Record<string, string>;

  before(async function () {
    this.timeout(0);
    pulumi = toolPath(await obtainTools({ home: fleetHome(), projectDir, names: ['pulumi'] }), 'pulumi');
    checkout = madeUpCheckout();
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-secrets-'));
    env = {
      PULUMI_HOME: join(folder, 'pulumi'),
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: 'correct horse',
      PULUMI_SKIP_UPDATE_CHECK: 'true',
    };
    const secrets = { source: 'config', entries: { modelKey: {}, qdrantKey: {} } };
    checkout.stack('notes', {
      memoryMcp: { token: { source: 'config' } },
      notebook: { instances: { private: { secrets }, work: { secrets } } },
    });
    await engine('stack', 'init', 'notes');
  });
  after(() => {
    checkout?.remove();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  function engine(...args: string[]) {
    return execa(pulumi, [...args, '--non-interactive'], { cwd: checkout.root, env });
  }

  async function fleet(args: readonly string[], input = '') {
    const command = [join(checkout.root, 'operate/fleet.js'), 'secrets', ...args];
    const { exitCode, stderr, stdout } = await execa(process.execPath, command, {
      ...{ cwd: checkout.root, env, input, reject: false },
    });
    return { exitCode, output: `${stdout}\n${stderr}` };
  }

  const stackFile = (name = 'notes') => join(checkout.root, `Pulumi.${name}.yaml`);

  /** What the engine decrypts. */
  async function values(): Promise<Values> {
    const { stdout } = await engine('config', 'get', 'memory-fleet:secrets', '--stack', 'notes');
    return JSON.parse(stdout) as Values;
  }

  it('are taken from a file, each where the stack reads it, and none of them is shown', async () => {
    const file = join(folder, '.env.secrets');
    writeFileSync(
      file,
      [
        '# keys',
        `export NOTEBOOK_PRIVATE_MODEL_KEY="${openai}" # of the team`,
        `MEMORY_MCP_TOKEN=${github}`,
        'NOTEBOOK_WORK_MODEL_KEYS=abcdef',
        '',
      ].join('\n'),
    );
    const { exitCode, output } = await fleet(['import', file, '--stack', 'notes']);
    assert.equal(exitCode, 1, output);
    assert.match(output, /NOTEBOOK_PRIVATE_MODEL_KEY .*set secrets\.notebook\.private\.modelKey/);
    assert.match(output, /NOTEBOOK_WORK_MODEL_KEYS .*no such value .*nearest name is NOTEBOOK_WORK_MODEL_KEY\b/s);
    assert.deepEqual(await values(), { memoryMcp: { token: github }, notebook: { private: { modelKey: openai } } });
    for (const value of [openai, github, 'abcdef']) {
      assert.ok(!output.includes(value), output);
      assert.ok(!readFileSync(stackFile(), 'utf8').includes(value));
    }
  });

  it('are refused where one is a placeholder or may be for several systems; nothing is written then', async () => {
    const before = readFileSync(stackFile(), 'utf8');
    const file = join(folder, 'wrong.env');
    writeFileSync(file, `MEMORY_MCP_TOKEN=${github}\nQDRANT_KEY=changeme-4711\nMODEL_KEY=\n`);
    const placeholder = await fleet(['import', file, '--stack', 'notes', '--system', 'notebook-work']);
    assert.equal(placeholder.exitCode, 2, placeholder.output);
    assert.match(placeholder.output, /MODEL_KEY: it is empty\n {2}QDRANT_KEY: it begins with "changeme"/);
    assert.ok(!placeholder.output.includes('4711'));
    writeFileSync(file, '# nothing yet\n');
    const empty = await fleet(['import', file, '--stack', 'notes']);
    assert.match(empty.output, /wrong\.env has no value/);
    writeFileSync(file, 'MODEL_KEY=abcdef\n');
    const unclear = await fleet(['import', file, '--stack', 'notes']);
    assert.equal(unclear.exitCode, 2, unclear.output);
    assert.match(unclear.output, /choose by --system: notebook-private, notebook-work/);
    const twice = join(folder, 'twice.env');
    writeFileSync(twice, 'MODEL_KEY=abcdef\nNOTEBOOK_WORK_MODEL_KEY=ghijkl\n');
    const names = await fleet(['import', twice, '--stack', 'notes', '--system', 'notebook-work']);
    assert.match(names.output, /MODEL_KEY and NOTEBOOK_WORK_MODEL_KEY are both secrets\.notebook\.work\.modelKey/);
    assert.equal(names.exitCode, 2);
    assert.equal(readFileSync(stackFile(), 'utf8'), before);
    writeFileSync(file, 'MODEL_KEY="first line\nlast line\n"\n');
    const chosen = await fleet(['import', file, '--stack', 'notes', '--system', 'notebook-work']);
    assert.equal(chosen.exitCode, 0, chosen.output);
    assert.equal((await values()).notebook?.work?.modelKey, 'first line\nlast line\n');
  });

  it('are made where chance may, once', async () => {
    const { exitCode, output } = await fleet(['generate', '--stack', 'notes']);
    assert.equal(exitCode, 0, output);
    const made = await values();
    const keys = ['private', 'work'].map((name) => made.notebook?.[name]?.qdrantKey ?? '');
    for (const key of keys) {
      assert.match(key, /^[0-9a-f]{64}$/);
      assert.ok(!output.includes(key));
    }
    assert.notEqual(keys[0], keys[1]);
    assert.deepEqual(made.memoryMcp, { token: github });
    const file = readFileSync(stackFile(), 'utf8');
    const again = await fleet(['generate', '--stack', 'notes']);
    assert.equal(again.exitCode, 0, again.output);
    assert.equal(readFileSync(stackFile(), 'utf8'), file);
  });

  it('are asked for where only somebody can give them', async () => {
    checkout.stack('lacking', { memoryMcp: { token: { source: 'config' } } });
    const { exitCode, output } = await fleet(['generate', '--stack', 'lacking']);
    assert.equal(exitCode, 1, output);
    assert.match(output, /missing .*secrets\.memoryMcp\.token .*nothing .*fleet secrets import/s);
  });

  it('say what is wrong where the engine refuses', async () => {
    checkout.stack('strange', {
      notebook: { instances: { one: { secrets: { source: 'config', entries: { qdrantKey: {} } } } } },
    });
    const { exitCode, output } = await fleet(['generate', '--stack', 'strange']);
    assert.equal(exitCode, 2, output);
    assert.match(output, /secrets\.notebook\.one\.qdrantKey cannot be set: .*no stack named 'strange' found/);
  });

  it('are sealed for the Secret that they are for, as the controller confirms', async () => {
    const { cert, private: privateKey } = await generate([{ name: 'commonName', value: 'x' }], { keySize: 2048 });
    const certificate = cert.replaceAll('\r', '');
    checkout.stack('sealed', {
      cluster: { sealedSecrets: { certificate } },
      memoryMcp: {},
      notebook: { instances: { private: { secrets: { source: 'sealed', entries: {} } } } },
    });
    const key = 'notebook.instances.private.secrets.entries.modelKey';
    const first = await fleet(['seal', key, '--stack', 'sealed'], `${openai}\n`);
    assert.equal(first.exitCode, 0, first.output);
    assert.match(first.output, /sealed for notebook-private\/notebook/);
    const second = await fleet(['seal', key, '--stack', 'sealed'], `${github}\n`);
    assert.match(second.output, /sealed anew .*raise its secretRevision/s);
    assert.ok(!(first.output + second.output).match(`${openai}|${github}`));
    const overlay = join(checkout.root, 'deploy/k8s/overlays/sealed/notebook-private/sealedsecret-notebook.yaml');
    const ask = await judgeOfValues(projectDir);
    const text = JSON.stringify(parse(readFileSync(overlay, 'utf8')));
    const [answer] = await ask([{ kind: 'sealedSecret', text, privateKey }]);
    const { data } = (answer ?? { value: {} }).value as { readonly data?: object };
    assert.deepEqual(data, { MODEL_KEY: github });
  });

  it('are not sealed for a key that takes none, nor where one is a placeholder', async () => {
    const wrong = await fleet(['seal', 'memoryMcp.token', '--stack', 'sealed'], openai);
    assert.equal(wrong.exitCode, 2, wrong.output);
    assert.match(wrong.output, /memoryMcp\.token/);
    const empty = await fleet(
      ['seal', 'notebook.instances.private.secrets.entries.modelKey', '--stack', 'sealed'],
      '\n',
    );
    assert.equal(empty.exitCode, 2, empty.output);
    assert.match(empty.output, /the value is no secret: it is empty/);
  });
});
