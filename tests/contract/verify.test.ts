import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { proxyPorts } from '../../components/kit/parts/auth-sidecar';
import type { SystemPlan } from '../../components/system';
import { Failure, Interrupted } from '../../operate/base/failure';
import { type Checks, verifySystem } from '../../operate/commands/verify/verify';
import { tokenVariable } from '../../operate/mcp/credentials';
import type { SystemPlace } from '../../operate/mcp/endpoint';
import type { Finding, Report } from '../../operate/report/report';
import { serverOf } from '../../operate/stack';
import { type Authority, madeAuthority, type Pems } from '../support/contract/authority';
import { openSession } from '../support/contract/client';
import { type FrontOptions, startedFront } from '../support/contract/front';
import { obtainMemoryMcp } from '../support/contract/memory-mcp-build';
import { orSkip } from '../support/contract/missing';
import { distributionProgram } from '../support/contract/program';
import { Pod } from '../support/contract/server';
import { withServer } from '../support/objects';
import { withEnvironment } from '../support/unit/operate';

const hostname = 'memories.example.org';
const token = 'correct-horse-battery-staple';
const notAsked = async () => assert.fail('the cluster is asked');
const clusterFacts = { gateway: { name: 'public', section: 'https', proxies: { namespace: 'gateways' } } };

interface Surroundings {
  readonly system: SystemPlan;
  readonly signal: AbortSignal | undefined;
  readonly cluster: SystemPlace['cluster'];
  /** The token that the operator gives. */
  readonly given: string;
}

describe('fleet verify, in front of the real memory-mcp', function () {
  this.timeout(120_000);
  let pod: Pod;
  let authority: Authority;
  let leaf: Pems;
  let folder: string;
  let ca: string;

  before(async function () {
    this.timeout(0);
    const haproxy = await orSkip(this, () => distributionProgram('haproxy'));
    const memoryMcp = await orSkip(this, obtainMemoryMcp);
    authority = await madeAuthority();
    leaf = await authority.issue(hostname);
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-verify-'));
    ca = join(folder, 'root.pem');
    writeFileSync(ca, authority.root.certificate);
    pod = await Pod.started(
      { memoryMcp, haproxy },
      {
        memoryMcp: { hostname, authentication: { mode: 'bearer' }, server: { sessionRateLimit: 0 } },
        cluster: clusterFacts,
        secrets: { 'memory-mcp-bearer/token': token },
      },
    );
  });
  after(async () => {
    await pod?.remove();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  /** Looks through a front; what it is not told, is as it should be. */
  async function look(
    front: Partial<FrontOptions> = {},
    checks: Partial<Checks> = {},
    { system = pod.plan as SystemPlan, signal, cluster = notAsked, given = token }: Partial<Surroundings> = {},
  ): Promise<Report> {
    const upstream = pod.port(proxyPorts.guarded);
    const { port, stop } = await startedFront({ leaf, chain: [authority.intermediate], upstream, ...front });
    try {
      return await withEnvironment({ [tokenVariable]: given }, () =>
        verifySystem(
          { stack: 'contract', system, cluster },
          { address: `127.0.0.1:${port}`, ca, samples: 2, ...checks },
          signal,
          'silent',
        ),
      );
    } finally {
      await stop();
    }
  }

  const finding = ({ findings }: Report, subject: string): Finding | undefined =>
    findings.find((each) => each.subject === subject);
  const bad = ({ findings }: Report) =>
    findings
      .filter(({ status }) => status !== 'ok' && status !== 'skipped')
      .map(({ subject, found }) => [subject, found]);

  /** Memories that a look has left. */
  async function left(): Promise<unknown> {
    const session = await openSession(pod.url(proxyPorts.guarded), token);
    const { memories } = await session.call('list', { scope: 'all' });
    await session.close();
    return memories;
  }

  it('finds everything good, says how fast it is, and leaves nothing', async () => {
    const report = await look({ hostname });
    assert.deepEqual(bad(report), []);
    assert.deepEqual(
      report.findings.map(({ subject }) => subject),
      [
        ...[`DNS ${hostname}`, 'TLS chain', 'TLS name', 'TLS validity', '/healthz', '/readyz', '/version'],
        ...[
          'unknown host name',
          'without token',
          'MCP session',
          'tools',
          'remember keeps a memory',
          'read gives it back',
        ],
        ...['recall finds it', 'move renames it', 'forget removes it'],
      ],
    );
    assert.match(finding(report, 'recall finds it')?.found ?? '', /^2 times, p50 [\d.]+ ms, p95 [\d.]+ ms$/);
    assert.match(finding(report, 'without token')?.found ?? '', /401/);
    assert.deepEqual(await left(), []);
  });

  it('tells what is wrong with the certificate, and goes no further', async () => {
    const ended = await look({ leaf: await authority.issue(hostname, -3) });
    assert.deepEqual(
      bad(ended).map(([subject]) => subject),
      ['TLS validity'],
    );
    assert.equal(finding(ended, 'server')?.status, 'skipped');
    const wrong = await look({ leaf: await authority.issue('other.example.org') });
    assert.deepEqual(bad(wrong), [['TLS name', `for other.example.org, not for ${hostname}`]]);
    const unknown = await look({}, { ca: undefined });
    assert.match(finding(unknown, 'TLS chain')?.remedy ?? '', /--ca/);
    const incomplete = await look({ chain: [] });
    assert.match(finding(incomplete, 'TLS chain')?.remedy ?? '', /intermediate/);
    const soon = await look({ leaf: await authority.issue(hostname, 5) });
    assert.equal(finding(soon, 'TLS validity')?.status, 'warning');
  });

  it('sees that whoever comes is let in', async () => {
    const report = await look({ upstream: pod.port(8080) });
    assert.deepEqual(bad(report), [['without token', 'answered with status 400']]);
  });

  it('says where the token comes from when it is not taken', async () => {
    const report = await look({}, {}, { given: 'another' });
    for (const subject of ['MCP session', '/readyz']) {
      const { status, remedy } = finding(report, subject) ?? {};
      assert.equal(status, 'failed', subject);
      assert.match(remedy ?? '', /^set FLEET_TOKEN to what the server takes, or unset it to use the Secret/);
    }
  });

  it('sees that another version runs than the image names', async () => {
    const system = withServer(pod.plan, { image: 'example.org/memory-mcp:9.9.9@sha256:00' });
    const report = await look({}, {}, { system });
    assert.deepEqual(bad(report), [['/version', '0.17.1, and the image is 9.9.9']]);
  });

  it('says which health paths the route does not forward', async () => {
    const paths = { ...serverOf(pod.plan).paths, routed: '/mcp' };
    const system = withServer(pod.plan, { paths });
    const cluster = () => Promise.reject(new Failure('there is no kubeconfig', 'name one by --kubeconfig'));
    const report = await look({}, {}, { system, cluster });
    assert.deepEqual(bad(report), []);
    assert.deepEqual(finding(report, '/readyz'), {
      subject: '/readyz',
      status: 'skipped',
      found: 'the route forwards /mcp only, and there is no kubeconfig',
      remedy: 'name one by --kubeconfig',
    });
  });

  it('sees that idle streams are cut, and after how long', async () => {
    const report = await look({ cutAfter: 1000 }, { long: 2 });
    assert.match(finding(report, 'idle stream')?.found ?? '', /^cut after 1 s/);
    assert.equal(finding(report, 'idle stream')?.status, 'failed');
    assert.equal(finding(await look({}, { long: 2 }), 'idle stream')?.found, 'open for 2 s');
  });

  it('sees that what was written is lost, and still leaves nothing', async () => {
    const probe = (id: string) => {
      const good = serverOf(pod.plan).probe(id);
      const [write] = good.write;
      assert.ok(write);
      const elsewhere = { ...write.call, arguments: { ...write.call.arguments, name: 'probe-moved' } };
      return { ...good, write: [{ ...write, call: elsewhere, problem: () => undefined }] };
    };
    const report = await look({}, {}, { system: withServer(pod.plan, { probe }) });
    assert.equal(finding(report, 'read gives it back')?.status, 'failed');
    assert.deepEqual(await left(), []);
  });

  it('leaves nothing when it is interrupted in the middle', async () => {
    const interrupt = new AbortController();
    setTimeout(() => interrupt.abort(), 3000);
    await assert.rejects(look({}, { long: 60 }, { signal: interrupt.signal }), Interrupted);
    assert.deepEqual(await left(), []);
  });
});
