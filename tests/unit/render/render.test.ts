import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStack } from '../../../components/stack';
import { renderCommand } from '../../../operate/commands/render/command';
import { type RenderOptions, render } from '../../../operate/commands/render/render';
import { loadStack } from '../../../operate/stack-file';
import { overlayDifferences } from '../../../render';

const checkout = join(__dirname, '..', '..', '..');

describe('the command `render`', () => {
  const { log } = console;
  let projectDir: string;
  let said: string[];

  beforeEach(() => {
    projectDir = mkdtempSync(join(tmpdir(), 'render-'));
    for (const stack of ['local', 'staging']) {
      copyFileSync(join(checkout, `Pulumi.${stack}.yaml`), join(projectDir, `Pulumi.${stack}.yaml`));
    }
    said = [];
    console.log = (line: string) => said.push(line);
  });
  afterEach(() => {
    console.log = log;
    rmSync(projectDir, { recursive: true });
  });

  const run = (options: RenderOptions) => render({ projectDir }, options);
  const overlay = (stack: string) => join(projectDir, 'deploy/k8s/overlays', stack);

  it('writes the overlay of every stack', async () => {
    await run({});
    assert.ok(existsSync(join(overlay('local'), 'memory-mcp/deployment-memory-mcp.yaml')));
    assert.ok(existsSync(join(overlay('staging'), 'memory-mcp/httproute-memory-mcp.yaml')));
    await run({ check: true });
  });

  it('writes only the stacks that are named', async () => {
    await run({ stack: ['local'] });
    assert.ok(!existsSync(overlay('staging')));
  });

  it('names in a check what is missing, stale or different, writes nothing, and fails', async () => {
    await run({});
    rmSync(join(overlay('local'), 'kustomization.yaml'));
    writeFileSync(join(overlay('staging'), 'memory-mcp/old.yaml'), '');
    said = [];
    await assert.rejects(run({ check: true }), /2 places are not as the stack files describe/);
    assert.deepEqual(said, [
      'deploy/k8s/overlays/local/kustomization.yaml is missing',
      'deploy/k8s/overlays/staging/memory-mcp/old.yaml is stale: nothing describes it any more',
    ]);
    assert.ok(!existsSync(join(overlay('local'), 'kustomization.yaml')));
  });

  it('leaves the overlay of a stack that is gone to a person, and says so', async () => {
    mkdirSync(overlay('gone'), { recursive: true });
    await run({});
    assert.ok(existsSync(overlay('gone')));
    await assert.rejects(run({ check: true }), /1 place is not as/);
    assert.match(said.at(-1) ?? '', /overlays\/gone belongs to no stack/);
  });

  it('throws if a stack is unknown, and names those that exist', async () => {
    await assert.rejects(run({ stack: ['lokal'] }), {
      message: 'there is no stack lokal',
      remedy: 'name one of: local, staging',
    });
  });

  it('throws if a stack file is not valid, before anything is written', async () => {
    writeFileSync(join(projectDir, 'Pulumi.zz.yaml'), 'config: {memory-fleet:memoryMcp: {hostnam: x}}');
    await assert.rejects(run({}), /Pulumi\.zz\.yaml: 1 problem\n {2}memoryMcp\.hostnam/);
    assert.ok(!existsSync(overlay('local')));
  });

  it('throws if a plan breaks a rule, because Argo CD would apply it without asking', async () => {
    writeFileSync(
      join(projectDir, 'Pulumi.zz.yaml'),
      'config: {memory-fleet:cluster: {production: true}, memory-fleet:memoryMcp: {}}',
    );
    await assert.rejects(run({ stack: ['zz'] }), /stack zz: the plan breaks/);
  });

  it('takes the names of stacks and `--check` from the command line', async () => {
    const given: RenderOptions[] = [];
    const command = renderCommand(async (options) => void given.push({ ...options }));
    await command.parseAsync(['--stack', 'a', 'b', '--check'], { from: 'user' });
    assert.deepEqual(given, [{ stack: ['a', 'b'], check: true }]);
  });

  it('lets the program ask how a plan differs from the overlay', async () => {
    await run({});
    const plan = describeStack(loadStack(projectDir, 'local'));
    assert.deepEqual(overlayDifferences(projectDir, 'local', plan), []);
    const file = join(projectDir, 'Pulumi.local.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('memoryMcp:\n', 'memoryMcp:\n    volume: {size: 2Gi}\n'));
    assert.deepEqual(overlayDifferences(projectDir, 'local', describeStack(loadStack(projectDir, 'local'))), [
      [
        'deploy/k8s/overlays/local/memory-mcp/persistentvolumeclaim-memory-mcp-data.yaml differs:',
        '    -       storage: 1Gi',
        '    +       storage: 2Gi',
      ].join('\n'),
    ]);
  });
});
