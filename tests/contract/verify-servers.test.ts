import assert from 'node:assert/strict';
import type { ServerFacts } from '../../components/system/operations';
import { Failure } from '../../operate/base/failure';
import { type Checks, verifySystem } from '../../operate/commands/verify/verify';
import { tokenVariable } from '../../operate/mcp/credentials';
import type { Report } from '../../operate/report/report';
import { NoteServer, noteFacts } from '../support/contract/note-server';
import { systemWith } from '../support/objects';
import { withEnvironment } from '../support/unit/operate';

const token = 'correct-horse-battery-staple';
const bearer = { mode: 'bearer', secret: { name: 'notes-bearer', key: 'token' } } as const;

describe('fleet verify, of a system with several servers', () => {
  let stream: NoteServer;
  let http: NoteServer;
  let servers: readonly [ServerFacts, ...ServerFacts[]];

  before(async () => {
    stream = await NoteServer.started({ transport: 'sse', token });
    http = await NoteServer.started({ transport: 'http' });
    const hostname = '127.0.0.1';
    servers = [
      noteFacts('notes', stream, { hostname, access: bearer }),
      noteFacts('notes-http', http, { hostname, tools: ['store', 'search'] }),
    ];
  });
  after(async () => {
    await stream.stop();
    await http.stop();
  });

  const look = (checks: Partial<Checks> = {}, facts = servers): Promise<Report> =>
    withEnvironment({ [tokenVariable]: token }, () =>
      verifySystem(
        {
          stack: 'contract',
          system: { ...systemWith({}), operations: { servers: facts, backups: [] } },
          cluster: () => Promise.reject(new Failure('there is no kubeconfig', 'name one by --kubeconfig')),
        },
        { samples: 2, ...checks },
        undefined,
        'silent',
      ),
    );
  const lines = ({ findings }: Report) => findings.map(({ subject, status }) => `${status} ${subject}`);

  it('looks at each, and says of which one a finding is', async () => {
    const report = await look();
    assert.deepEqual(lines(report), [
      'ok DNS 127.0.0.1',
      ...['skipped notes: /readyz', 'ok notes: unknown host name', 'ok notes: without token', 'ok notes: MCP session'],
      ...['ok notes: tools', 'ok notes: status answers', 'ok DNS 127.0.0.1', 'skipped notes-http: /readyz'],
      ...['ok notes-http: unknown host name', 'skipped notes-http: without token', 'ok notes-http: MCP session'],
      ...['missing notes-http: tools', 'ok notes-http: status answers'],
    ]);
    const facts = report.facts?.servers as Record<string, { url: string; latenciesMs: object }>;
    assert.deepEqual(Object.keys(facts), ['notes', 'notes-http']);
    assert.equal(facts.notes?.url, stream.url);
    assert.deepEqual(Object.keys(facts.notes?.latenciesMs ?? {}), ['status answers']);
  });

  it('looks at one alone, as if there were no other', async () => {
    const report = await look({ server: 'notes' });
    assert.equal(report.findings[0]?.subject, 'DNS 127.0.0.1');
    assert.equal(report.findings.find(({ subject }) => subject === 'tools')?.found, '3, none missing');
    assert.equal(report.facts?.url, stream.url);
    await assert.rejects(
      look({ server: 'index' }),
      new Failure('thing has no server index', 'choose by --server: notes, notes-http'),
    );
  });

  it('writes nothing to a server that could not remove it', async () => {
    await look();
    assert.deepEqual([stream.notes, http.notes], [[], []]);
  });

  it('checks the name and certificate of a shared host once', async () => {
    const twins = [servers[0], { ...servers[0], name: 'twin' }] as const;
    const subjects = (await look({}, twins)).findings.map(({ subject }) => subject);
    assert.equal(subjects.filter((subject) => subject.includes('DNS')).length, 1);
    assert.ok(subjects.includes('twin: MCP session'));
  });

  it('goes on where there is no way to one of them, and fails where there is none to any', async () => {
    const { hostname: _, ...inside } = servers[1] as ServerFacts;
    const report = await look({}, [servers[0], inside]);
    assert.deepEqual(report.findings.at(-1), {
      subject: 'notes-http: way',
      status: 'failed',
      found: 'there is no kubeconfig',
      remedy: 'name one by --kubeconfig',
    });
    assert.ok(lines(report).includes('ok notes: status answers'));
    await assert.rejects(look({}, [inside, inside]), /there is no kubeconfig/);
  });

  it('sees how long a stream of events lasts', async () => {
    const [notes] = servers;
    const good = await look({ long: 1, server: 'notes' });
    assert.equal(good.findings.find(({ subject }) => subject === 'idle stream')?.found, 'open for 1 s');
    setTimeout(() => stream.cut(), 1000);
    const cut = await look({ long: 2 }, [notes]);
    assert.match(cut.findings.find(({ subject }) => subject === 'idle stream')?.found ?? '', /^cut after \d s/);
  });
});
