import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { fileChange, writeChanges } from '../../../operate/client/changes';
import { type ClaudeOptions, configureClaude } from '../../../operate/client/client';
import { clientEntries } from '../../../operate/client/entries';
import { commandRun } from '../../../operate/commands/run';
import { folder, printed, removeFolders } from '../operate/support';

const run = commandRun(new AbortController().signal);
const url = 'https://memories.example/mcp';

describe('fleet client claude', () => {
  let directory: string;
  beforeEach(() => {
    directory = folder();
  });
  afterEach(removeFolders);

  const claude = (more: Partial<ClaudeOptions> = {}) =>
    printed(() => configureClaude(run, { stack: 'goddess', scope: 'project', directory, instructions: true, ...more }));
  const file = (name: string) => readFileSync(join(directory, name), 'utf8');

  it("writes the server's entry and what its tools are for", async () => {
    await claude();
    assert.deepEqual(JSON.parse(file('.mcp.json')), {
      mcpServers: {
        memory: {
          type: 'http',
          url: 'https://memories.svc.echoes/mcp',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the client fills it in
          headers: { Authorization: 'Bearer ${MEMORY_MCP_TOKEN}' },
        },
      },
    });
    assert.match(file('CLAUDE.md'), /`write_memory` \| `remember`/);
  });

  it('says which variable holds the token, which no file does, and what a private CA needs', async () => {
    const output = await claude();
    assert.match(output, /Set MEMORY_MCP_TOKEN/);
    assert.match(output, /NODE_EXTRA_CA_CERTS/);
  });

  it('changes nothing when everything is as wanted', async () => {
    await claude();
    const before = readdirSync(directory);
    assert.match(await claude(), /nothing changed/);
    assert.deepEqual(readdirSync(directory), before);
  });

  it('only shows the changes in a dry run', async () => {
    assert.match(await claude({ dryRun: true }), /\+ {4}"memory": \{/);
    assert.deepEqual(readdirSync(directory), []);
  });

  it('keeps a copy of what was there, its permissions, and a link a link', async () => {
    const real = join(folder(), 'real.json');
    writeFileSync(real, '{"theme": "dark"}\n');
    chmodSync(real, 0o600);
    symlinkSync(real, join(directory, '.mcp.json'));
    const output = await claude({ instructions: false });
    const [, backup] = /kept what was there as (.*)/.exec(output) ?? [];
    assert.equal(readFileSync(backup ?? '', 'utf8'), '{"theme": "dark"}\n');
    assert.equal(JSON.parse(readFileSync(real, 'utf8')).theme, 'dark');
    assert.equal(statSync(real).mode & 0o777, 0o600);
    assert.equal(JSON.parse(file('.mcp.json')).mcpServers.memory.type, 'http');
  });

  it('takes away what it wrote, and nothing else', async () => {
    const text = '{\n  "mcpServers": {\n    "other": {"command": "x"}\n  }\n}\n';
    writeFileSync(join(directory, '.mcp.json'), text);
    writeFileSync(join(directory, 'CLAUDE.md'), '# Mine\n');
    await claude();
    await claude({ remove: true });
    assert.equal(file('.mcp.json'), text);
    assert.equal(file('CLAUDE.md'), '# Mine\n');
    assert.match(await claude({ remove: true }), /there is nothing to remove/);
  });

  it('takes away the instructions that it made itself', async () => {
    await claude();
    await claude({ remove: true });
    assert.ok(!existsSync(join(directory, 'CLAUDE.md')));
  });

  it('replaces an entry for something else only when told to', async () => {
    writeFileSync(join(directory, '.mcp.json'), '{"mcpServers": {"memory": {"command": "mine"}}}');
    await assert.rejects(claude(), /has an entry memory for something else, not for https/);
    assert.ok(!existsSync(join(directory, 'CLAUDE.md')), 'nothing half done');
    await claude({ replace: true });
    assert.match(file('.mcp.json'), /memories\.svc\.echoes/);
    await claude({ name: 'second', url });
    assert.deepEqual(Object.keys(JSON.parse(file('.mcp.json')).mcpServers), ['memory', 'second']);
  });

  it('leaves a half-written configuration alone, and the instructions too', async () => {
    writeFileSync(join(directory, '.mcp.json'), '{"mcpServers": {');
    await assert.rejects(claude(), /is no JSON/);
    assert.deepEqual(readdirSync(directory), ['.mcp.json']);
  });

  it('does not overwrite what somebody else wrote meanwhile', () => {
    const path = join(directory, '.mcp.json');
    writeFileSync(path, '{}');
    const change = fileChange(path, () => '{"mine": 1}');
    writeFileSync(path, '{"theirs": 1}');
    assert.throws(() => writeChanges([change]), /was changed while this command worked on it/);
    assert.equal(file('.mcp.json'), '{"theirs": 1}');
  });

  it('needs an address that clients reach', async () => {
    await assert.rejects(claude({ stack: 'local' }), /stack local has no host name/);
    await claude({ stack: 'local', url: 'http://127.0.0.1:8080/mcp' });
    assert.deepEqual(JSON.parse(file('.mcp.json')).mcpServers.memory, {
      type: 'http',
      url: 'http://127.0.0.1:8080/mcp',
    });
  });
});

describe('the entry of another client', () => {
  const header = { name: 'Authorization', prefix: 'Bearer ', variable: 'TOKEN' };
  const entry = (client: string, server: object = { header }) => {
    const made = clientEntries[client]?.({ name: 'memory', url, ...server });
    return parse(made?.text ?? '');
  };

  it('has the root and the field of the address that the client knows', () => {
    assert.equal(entry('cursor').mcpServers.memory.url, url);
    assert.equal(entry('vscode').servers.memory.url, url);
    assert.equal(entry('windsurf').mcpServers.memory.serverUrl, url);
    assert.equal(entry('continue').mcpServers[0].type, 'streamable-http');
    assert.deepEqual(entry('claude-desktop').mcpServers.memory.args.slice(0, 3), ['-y', 'mcp-remote', url]);
  });

  it('never holds a token, and asks for none where the server asks for none', () => {
    for (const client of Object.keys(clientEntries)) {
      assert.match(JSON.stringify(entry(client)), /TOKEN|memory-token/, client);
      assert.doesNotMatch(JSON.stringify(entry(client, {})), /TOKEN|memory-token|eader/, client);
    }
  });
});
