import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { parse } from 'yaml';
import type { Operations } from '../../../../components/system/operations';
import { Failure } from '../../../../operate/base/failure';
import { commandRun } from '../../../../operate/base/run';
import { fileChange, writeChanges } from '../../../../operate/commands/client/changes';
import {
  type ClaudeOptions,
  claudeChanges,
  configureClaude,
  printEntry,
} from '../../../../operate/commands/client/client';
import { clients } from '../../../../operate/commands/client/clients';
import type { ClientServer } from '../../../../operate/commands/client/entries';
import { clientServers, type EntryChoice } from '../../../../operate/commands/client/server';
import { type DescribedStack, describedStack } from '../../../../operate/stack';
import { mainServer, systemWith } from '../../../support/objects';
import { folder, printed, removeFolders } from '../../../support/unit/operate';

const run = commandRun(new AbortController().signal);
const url = 'https://memories.example/mcp';
const projectDir = join(__dirname, '..', '..', '..', '..');

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

  it('has an entry and a section for each server, and takes away each', () => {
    const server = (name: string, transport: 'http' | 'sse') => ({
      entry: { name, transport, url: `https://engine.example/${name}` },
      guidance: `Use ${name}.`,
    });
    const servers = [server('memory', 'http'), server('code', 'sse')];
    const files = { configuration: join(directory, '.mcp.json'), instructions: join(directory, 'CLAUDE.md') };
    const text = '{\n  "mcpServers": {\n    "other": {"command": "x"}\n  }\n}\n';
    writeFileSync(files.configuration, text);
    writeChanges(claudeChanges(servers, files, { instructions: true }));
    assert.deepEqual(JSON.parse(file('.mcp.json')).mcpServers, {
      other: { command: 'x' },
      memory: { type: 'http', url: 'https://engine.example/memory' },
      code: { type: 'sse', url: 'https://engine.example/code' },
    });
    assert.match(file('CLAUDE.md'), /Use memory\.[\s\S]*Use code\./);
    writeChanges(claudeChanges(servers, files, { instructions: true, remove: true }));
    assert.equal(file('.mcp.json'), text);
    assert.ok(!existsSync(files.instructions));
  });

  it('needs an address that clients reach', async () => {
    await assert.rejects(claude({ stack: 'local', system: 'memory-mcp' }), /stack local has no host name/);
    await claude({ stack: 'local', system: 'memory-mcp', url: 'http://127.0.0.1:8080/mcp' });
    assert.deepEqual(JSON.parse(file('.mcp.json')).mcpServers.memory, {
      type: 'http',
      url: 'http://127.0.0.1:8080/mcp',
    });
  });
});

describe('the entry of another client', () => {
  it('is of one that is known, and Claude Code has a command of its own', async () => {
    const print = (client: string) => printEntry(run, { stack: 'goddess', client });
    await assert.rejects(print('claude'), ({ remedy }: Failure) => remedy.includes('`fleet client claude`'));
    await assert.rejects(print('emacs'), ({ remedy }: Failure) => !/\bclaude,/.test(remedy));
  });

  const header = { name: 'Authorization', prefix: 'Bearer ', variable: 'TOKEN' };
  const textFor = (client: string, ...servers: Partial<ClientServer>[]) =>
    clients[client]?.text(servers.map((each) => ({ name: 'memory', url, transport: 'http', ...each }))) ?? '';
  const entry = (client: string, ...servers: Partial<ClientServer>[]) => {
    const text = textFor(client, ...(servers.length > 0 ? servers : [{ header }]));
    return client === 'codex' ? JSON.parse(JSON.stringify(parseToml(text))) : parse(text);
  };
  const stream = { header, transport: 'sse', url: 'https://memories.example/sse' } as const;

  it('has the root and the field of the address that the client knows', () => {
    assert.equal(entry('cursor').mcpServers.memory.url, url);
    assert.equal(entry('vscode').servers.memory.url, url);
    assert.equal(entry('windsurf').mcpServers.memory.serverUrl, url);
    assert.equal(entry('continue').mcpServers[0].type, 'streamable-http');
    assert.deepEqual(entry('claude-desktop').mcpServers.memory.args.slice(0, 3), ['-y', 'mcp-remote', url]);
    assert.equal(entry('zed').context_servers.memory.url, url);
    assert.equal(entry('kiro').mcpServers.memory.url, url);
    assert.equal(entry('qodo').memory.url, url);
    assert.equal(entry('codex').mcp_servers.memory.url, url);
    assert.equal(entry('augment').mcpServers.memory.type, 'http');
    assert.equal(entry('amp')['amp.mcpServers'].memory.url, url);
    assert.equal(entry('cline').mcpServers.memory.type, 'streamableHttp');
    assert.equal(entry('roo').mcpServers.memory.type, 'streamable-http');
  });

  it('says that a server is a stream of events, or goes through a bridge where the client knows none', () => {
    for (const [client, root] of [
      ['vscode', 'servers'],
      ['augment', 'mcpServers'],
      ['cline', 'mcpServers'],
      ['roo', 'mcpServers'],
    ] as const) {
      assert.equal(entry(client, stream)[root].memory.type, 'sse', client);
    }
    assert.equal(entry('continue', stream).mcpServers[0].type, 'sse');
    for (const client of ['cursor', 'windsurf', 'amp'])
      assert.match(textFor(client, stream), /rl": "[^"]*\/sse"/, client);
    for (const client of ['zed', 'kiro', 'qodo', 'codex', 'claude-desktop']) {
      const args = JSON.stringify(entry(client, stream));
      assert.match(args, /"mcp-remote","https:\/\/memories.example\/sse","--transport","sse-only","--header"/, client);
    }
    assert.match(textFor('zed', { ...stream, url: 'http://10.0.0.7/sse' }), /--allow-http/);
    assert.doesNotMatch(textFor('zed', { ...stream, url: 'http://127.0.0.1:8000/sse' }), /--allow-http/);
  });

  it('has all servers in one document', () => {
    for (const client of Object.keys(clients).filter((name) => name !== 'qodo')) {
      const text = JSON.stringify(entry(client, { header }, { ...stream, name: 'code' }));
      assert.match(text, /memory.*code/, client);
    }
    const apart = textFor('qodo', {}, { name: 'code' })
      .split('\n\n')
      .map((text) => JSON.parse(text));
    assert.deepEqual(apart, [{ memory: { url } }, { code: { url } }]);
  });

  it('takes the key of a gateway where a client has a word of its own for tokens', () => {
    const key = { name: 'x-api-key', prefix: '', variable: 'KEY' };
    assert.deepEqual(entry('codex', { header: key }).mcp_servers.memory, {
      url,
      env_http_headers: { 'x-api-key': 'KEY' },
    });
    assert.deepEqual(entry('codex').mcp_servers.memory, { url, bearer_token_env_var: 'TOKEN' });
  });

  it('never holds a token, and asks for none where the server asks for none', () => {
    for (const client of Object.keys(clients)) {
      assert.match(JSON.stringify(entry(client)), /TOKEN|memory-token/, client);
      assert.doesNotMatch(JSON.stringify(entry(client, {})), /TOKEN|memory-token|eader/, client);
    }
  });
});

describe('the servers of a system', () => {
  const main = mainServer(systemWith({}, 'engine'));
  const server = (
    name: string,
    thing: string,
    transport: 'http' | 'sse',
    hostname: string | undefined = 'engine.example',
  ) => ({
    ...main,
    ...{ name, transport, client: { ...main.client, name: thing }, ...(hostname ? { hostname } : {}) },
    endpoint: { url: `https://engine.example/${name}`, inClusterUrl: '' },
  });
  const notes = [
    server('notes', 'memory', 'sse'),
    server('code', 'code', 'sse'),
    server('notes-http', 'memory', 'http'),
  ] as const;
  const stackOf = (servers: Operations['servers']): DescribedStack => ({
    ...described,
    plan: { ...described.plan, systems: [{ ...systemWith({}, 'engine'), operations: { servers, backups: [] } }] },
  });
  const described = describedStack(projectDir, 'goddess');
  const chosen = (
    transports: readonly ('http' | 'sse')[],
    choice: EntryChoice = {},
    servers: Operations['servers'] = notes,
  ) => clientServers(stackOf(servers), choice, transports).map(({ entry }) => [entry.name, entry.transport, entry.url]);

  it('are one entry for each thing, by the transport that the client prefers of those that there are', () => {
    const code = ['code', 'sse', 'https://engine.example/code'];
    assert.deepEqual(chosen(['http', 'sse']), [['memory', 'http', 'https://engine.example/notes-http'], code]);
    assert.deepEqual(chosen(['sse', 'http']), [['memory', 'sse', 'https://engine.example/notes'], code]);
    assert.deepEqual(chosen(['http']), [['memory', 'http', 'https://engine.example/notes-http'], code]);
    assert.deepEqual(chosen([]), [['memory', 'sse', 'https://engine.example/notes'], code]);
  });

  it('are only the named one', () => {
    assert.deepEqual(chosen(['http'], { server: 'notes' }), [['memory', 'sse', 'https://engine.example/notes']]);
    assert.throws(() => chosen(['http'], { server: 'index' }), /engine has no server index/);
  });

  it('are those that a client reaches', () => {
    const { hostname: _, ...inside } = notes[2];
    assert.deepEqual(chosen(['http'], {}, [inside, notes[1]]), [['code', 'sse', 'https://engine.example/code']]);
    assert.throws(() => chosen(['http'], {}, [inside]), /has no host name/);
  });

  it('take an address or a name only where they are one', () => {
    assert.throws(
      () => chosen(['http'], { url: 'http://127.0.0.1:8000/sse' }),
      new Failure('--url is for one server, and engine has several', 'choose by --server: notes, code, notes-http'),
    );
    assert.throws(() => chosen(['http'], { name: 'mine' }), /--name is for one server/);
    assert.deepEqual(chosen(['http'], { name: 'mine', server: 'code', url: 'http://127.0.0.1:1/sse' }), [
      ['mine', 'sse', 'http://127.0.0.1:1/sse'],
    ]);
  });
});
