import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ICronJob } from 'kubernetes-models/batch/v1';
import { memoryMcpSchema } from '../../components/memory-mcp/settings';
import { runChild } from '../../operate/base/child';
import { openSession } from '../support/contract/client';
import { initialize, send } from '../support/contract/http';
import { madeModel } from '../support/contract/made-model';
import { obtainMemoryMcp } from '../support/contract/memory-mcp-build';
import { orSkip } from '../support/contract/missing';
import { containerOf } from '../support/contract/pod';
import { passes } from '../support/contract/probe';
import { Pod, planOf } from '../support/contract/server';

const gateway = { name: 'gw', namespace: 'infra', section: 'https', proxies: { namespace: 'gateways' } };

/** Every option of the server, none with its default. */
const everyOption = {
  maxSessions: 50,
  sessionRateLimit: 90,
  sessionRateWindowSeconds: 30,
  idleTimeoutSeconds: 3600,
  maxSessionLifetimeSeconds: 7200,
  embedTimeoutSeconds: 120,
  embedQueueSize: 16,
  healthStaleSeconds: 600,
  recallLogBusyTimeoutSeconds: 9,
  logFilter: 'memory_mcp=debug,warn',
  allowedHosts: ['other.example'],
  otlp: { endpoint: 'http://127.0.0.1:9' },
};

describe('the real memory-mcp, run as the plan says', function () {
  this.timeout(120_000);
  let memoryMcp: string;

  before(async function () {
    this.timeout(0);
    memoryMcp = await orSkip(this, obtainMemoryMcp);
  });

  describe('without settings', () => {
    let pod: Pod;
    before(async () => {
      pod = await Pod.started({ memoryMcp });
    });
    after(() => pod?.remove());

    it('is the version that the plan names', async () => {
      const { body } = await send({ port: pod.port(), path: '/version' });
      const tag = pod.container().image?.split(/[:@]/)[1];
      assert.equal((JSON.parse(body) as { version: string }).version, tag);
    });

    it("passes the plan's probes", async () => {
      const { startupProbe, readinessProbe, livenessProbe } = pod.container();
      for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
        assert.ok(await passes(probe, pod.container(), pod.machine(pod.container())));
      }
    });

    it('is ready without a token and without a remote, and says that it has no token', async () => {
      assert.match(pod.process().output, /no token found in env var, file, or keyring/);
      const { status, body } = await send({ port: pod.port(), path: '/readyz' });
      assert.equal(status, 200, body);
      assert.equal((JSON.parse(body) as { status: string }).status, 'ready');
    });

    it('has a sync that answers, and says that it has no remote', async () => {
      const session = await openSession(pod.url());
      assert.equal((await session.call('sync')).pull, 'no-remote');
      await session.close();
    });

    it('accepts every host by which the plan makes it reachable', async () => {
      const hosts = (pod.container().args ?? []).filter((_, i, args) => args[i - 1] === '--allowed-host');
      assert.ok(hosts.includes(new URL(pod.plan.outputs.inClusterUrl).hostname));
      for (const host of hosts) {
        const { status, headers, body } = await initialize(pod.port(), { host: `${host}:8080` });
        assert.equal(status, 200, `${host}: ${body}`);
        assert.ok(headers['mcp-session-id']);
      }
    });

    it('refuses every other host, and says so', async () => {
      const { status, body } = await initialize(pod.port(), { host: 'evil.example' });
      assert.deepEqual({ status, body }, { status: 403, body: 'Forbidden: Host header is not allowed' });
    });

    it('answers for its health whatever the host, as the kubelet asks by address', async () => {
      for (const path of ['/healthz', '/readyz', '/version']) {
        const { status } = await send({ port: pod.port(), path, headers: { host: '10.0.0.7:8080' } });
        assert.equal(status, 200, path);
      }
    });

    it('writes to its volumes only, because the rest of its file system is read-only', () => {
      assert.deepEqual(readdirSync(join(pod.folder, 'home')), []);
      assert.deepEqual(readdirSync(madeModel()), ['hub']);
      assert.deepEqual(readdirSync(pod.volume('data')), ['repo']);
    });
  });

  describe('with every setting', () => {
    let pod: Pod;
    before(async () => {
      pod = await Pod.started(
        { memoryMcp },
        {
          memoryMcp: {
            hostname: 'memories.example',
            path: '/mcp',
            git: { branch: 'main', scopes: [{ scope: 'work/a', url: 'https://localhost:9/a', branch: 'trunk' }] },
            server: everyOption,
          },
          cluster: { gateway, domain: 'corp.local' },
        },
      );
    });
    after(() => pod?.remove());

    it('has a value for every option that there is', () => {
      const options = memoryMcpSchema.parse({ server: everyOption }).server;
      const known = memoryMcpSchema.shape.server.unwrap().shape;
      assert.deepEqual(Object.keys(options).sort(), Object.keys(known).sort());
    });

    it("understands them all, and passes the plan's probes", async () => {
      const { startupProbe, readinessProbe, livenessProbe } = pod.container();
      for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
        assert.ok(await passes(probe, pod.container(), pod.machine(pod.container())));
      }
      assert.match(pod.process().output, / DEBUG /, 'the log filter holds');
    });

    it('accepts the host name of the route and the further ones', async () => {
      for (const host of ['memories.example', 'other.example', 'memory-mcp.memory-mcp.svc.corp.local:8080']) {
        const { status, body } = await initialize(pod.port(), { host });
        assert.equal(status, 200, `${host}: ${body}`);
      }
    });

    it('keeps the memories of a scope with a remote of its own in a folder of the volume', async () => {
      const session = await openSession(pod.url());
      await session.call('remember', { name: 'note', scope: 'work/a', content: 'elsewhere' });
      await session.close();
      assert.deepEqual(readdirSync(join(pod.volume('data'), 'scopes')), ['work%2Fa']);
      assert.deepEqual(readdirSync(join(pod.folder, 'home')), []);
    });
  });

  it('starts although it must sync and has no token yet, because the first `up` comes before the token', async () => {
    const git = { remoteUrl: 'https://localhost:9/memories', requireRemoteSync: true };
    const pod = await Pod.started({ memoryMcp }, { memoryMcp: { git } });
    assert.match(pod.process().output, /initial pull failed/);
    const { status, body } = await send({ port: pod.port(), path: '/readyz' });
    assert.equal(status, 503);
    assert.match(body, /"sync":\{"status":"down"/);
    await pod.remove();
  });

  it('knows the options of the login that the plan starts on demand', async () => {
    const { plan } = planOf({ token: { source: 'bootstrap' } });
    const { bootstrapJob } = plan.objects as { bootstrapJob?: { object: { spec?: ICronJob['spec'] } } };
    const { args = [] } = containerOf(bootstrapJob?.object.spec?.jobTemplate.spec?.template.spec, 'login');
    assert.ok(args.includes('k8s-secret'));
    // Help is given once all that stands before it is understood, and the login itself would call the world.
    const { exitCode, stderr } = await runChild(memoryMcp, [...args, '--help'], { env: {} });
    assert.equal(exitCode, 0, stderr);
    const wrong = await runChild(memoryMcp, [...args, '--no-such-option', '--help'], { env: {} });
    assert.notEqual(wrong.exitCode, 0);
  });

  it('refuses to start where traces must be exported and nobody takes them', async () => {
    const otlp = { endpoint: 'http://127.0.0.1:9', required: true };
    const pod = await Pod.created({ memoryMcp }, { memoryMcp: { server: { otlp } } });
    await assert.rejects(pod.start(), /OTLP collector unreachable/);
    await pod.remove();
  });
});
