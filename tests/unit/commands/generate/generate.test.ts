import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateCommand } from '../../../../operate/commands/generate/command';
import { type GenerateOptions, generate } from '../../../../operate/commands/generate/generate';

const checkout = join(__dirname, '..', '..', '..', '..');

describe('the command `generate`', () => {
  const { log } = console;
  let projectDir: string;
  let said: string[];

  beforeEach(() => {
    projectDir = mkdtempSync(join(tmpdir(), 'generate-'));
    copyFileSync(join(checkout, 'Pulumi.local.yaml'), join(projectDir, 'Pulumi.local.yaml'));
    said = [];
    console.log = (line: string) => said.push(line);
  });
  afterEach(() => {
    console.log = log;
    rmSync(projectDir, { recursive: true });
  });

  it('writes every file, and nothing the second time', async () => {
    await generate({ projectDir }, {});
    await generate({ projectDir }, {});
    assert.deepEqual(said, [
      'wrote config/stack.schema.json, docs/config.md, docs/flows.md',
      'every generated file is current',
    ]);
  });

  it('names in a check what is not current with the lines that differ, writes nothing, and fails', async () => {
    await generate({ projectDir }, {});
    writeFileSync(join(projectDir, 'docs/flows.md'), 'old\n');
    rmSync(join(projectDir, 'docs/config.md'));
    said = [];
    await assert.rejects(generate({ projectDir }, { check: true }), /not current: docs\/config\.md, docs\/flows\.md/);
    assert.match(said[1] ?? '', /^docs\/flows\.md\n {4}- old\n {4}\+ # Network flows/);
    assert.ok(!existsSync(join(projectDir, 'docs/config.md')));
  });

  it('throws if a stack file is not valid', async () => {
    writeFileSync(join(projectDir, 'Pulumi.zz.yaml'), 'config: {memory-fleet:memoryMcp: {hostnam: x}}');
    await assert.rejects(generate({ projectDir }, {}), /memoryMcp\.hostnam/);
  });

  it('takes `--check` from the command line', async () => {
    const given: GenerateOptions[] = [];
    await generateCommand(async (options) => void given.push({ ...options })).parseAsync(['--check'], { from: 'user' });
    assert.deepEqual(given, [{ check: true }]);
  });
});
