import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse, stringify } from 'yaml';
import { ConfigError } from '../../config/parse';
import { generatedFiles } from '../../operate/commands/generate/files';
import { stackFileSchema } from '../../operate/commands/generate/json-schema';
import { loadStack, stackNames } from '../../operate/stack-file';

const projectDir = join(__dirname, '..', '..');
const stacks = stackNames(projectDir);
const ajv = new Ajv({ strict: true, allErrors: true, keywords: ['patternErrorMessage'] });
const fits = ajv.compile(stackFileSchema());

describe('the generated files', () => {
  for (const [path, text] of generatedFiles(projectDir)) {
    it(`${path} is current (else: npm run generate)`, () => {
      assert.equal(readFileSync(join(projectDir, path), 'utf8'), text);
    });
  }
});

for (const stack of stacks) {
  describe(`the file of stack ${stack}`, () => {
    const text = readFileSync(join(projectDir, `Pulumi.${stack}.yaml`), 'utf8');

    it('names the schema for editors in its first line', () => {
      assert.equal(text.split('\n')[0], '# yaml-language-server: $schema=./config/stack.schema.json');
    });

    it('fits that schema', () => {
      assert.ok(fits(parse(text)), ajv.errorsText(fits.errors));
    });
  });
}

describe('the schema for editors and the program', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'stack-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What each of the two says to a stack file. */
  function verdicts(config: Record<string, unknown>): { readonly editor: boolean; readonly program: boolean } {
    const text = stringify({ config });
    writeFileSync(join(folder, 'Pulumi.test.yaml'), text);
    try {
      loadStack(folder, 'test');
      return { editor: fits(parse(text)), program: true };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return { editor: fits(parse(text)), program: false };
    }
  }

  const system = (settings: Record<string, unknown>) => ({ 'memory-fleet:memoryMcp': settings });
  const facts = (cluster: Record<string, unknown>) => ({ 'memory-fleet:cluster': cluster });

  const good: Record<string, Record<string, unknown>> = {
    'no keys at all': {},
    'a system with all its defaults': system({}),
    'keys of other namespaces': { 'kubernetes:context': 'x', 'pulumi:disable-default-providers': ['*'] },
    'an encrypted token that is read': {
      ...system({ token: { source: 'config' } }),
      'memory-fleet:secrets': { memoryMcp: { token: { secure: 'v1:abc' } } },
    },
    'a stated reason for no authentication': system({ authentication: { mode: 'none', reason: 'a network of one' } }),
    'a variant inside a variant': {
      ...facts({ externalSecrets: { store: 'vault' } }),
      ...system({ authentication: { mode: 'bearer', secret: { source: 'externalSecret', remoteKey: 'k' } } }),
    },
    'a list of maps': system({ git: { scopes: [{ scope: 'équipe/a', url: 'https://git.example.org/a' }] } }),
    'an image with its digest': system({ image: `ghcr.io/x/y:1.2.3@sha256:${'0'.repeat(64)}` }),
  };
  const bad: Record<string, Record<string, unknown>> = {
    'an unknown key of the project': { 'memory-fleet:memoryMpc': {} },
    'an unknown key of a system': system({ hostnam: 'x' }),
    'an unknown key of a variant': system({ token: { source: 'existing', remoteKey: 'k' } }),
    'nothing where a map belongs': { 'memory-fleet:memoryMcp': null },
    'a value outside a choice': facts({ networkPolicies: 'calico' }),
    'a number where text belongs': system({ resources: { cpu: 1 } }),
    'a number out of range': system({ startupBudgetSeconds: 5 }),
    'a URL where a host name belongs': system({ hostname: 'https://x.example.org' }),
    'an image that names no version': system({ image: 'ghcr.io/x/y:latest' }),
    'a token in plain text': {
      ...system({ token: { source: 'config' } }),
      'memory-fleet:secrets': { memoryMcp: { token: 'ghp_x' } },
    },
    'a secret that no system has': { 'memory-fleet:secrets': { memoryMcp: { tokn: { secure: 'v1:abc' } } } },
    'a variant that is not named': system({ token: { secretName: 'x' } }),
    'a variant that does not exist': system({ authentication: { mode: 'basic' } }),
    'a variant without what it needs': system({ authentication: { mode: 'none' } }),
    'labels that are none': facts({ dns: { labels: { 'not a key': 'x' } } }),
  };

  for (const [what, config] of Object.entries(good)) {
    it(`both accept ${what}`, () => assert.deepEqual(verdicts(config), { editor: true, program: true }));
  }
  for (const [what, config] of Object.entries(bad)) {
    it(`both refuse ${what}`, () => assert.deepEqual(verdicts(config), { editor: false, program: false }));
  }

  it('differ where several keys must fit together, which only the program judges', () => {
    assert.deepEqual(verdicts(system({ hostname: 'x.example.org' })), { editor: true, program: false });
  });
});
