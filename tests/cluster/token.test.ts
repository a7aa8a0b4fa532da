import assert from 'node:assert/strict';
import { PatchStrategy, type V1Deployment, type V1Pod } from '@kubernetes/client-node';
import type { SystemPlan } from '../../components/system';
import { Failure, Interrupted, Verdict } from '../../operate/base/failure';
import { fleetHome } from '../../operate/base/fleet-home';
import { restartWorkload, waitForRollout } from '../../operate/cluster/rollout';
import { stackCluster } from '../../operate/cluster/stack-cluster';
import { renewToken, type Watching } from '../../operate/commands/token/token';
import { keepsRunning } from '../../operate/local-cluster/kwok-config';
import { serverOf } from '../../operate/stack';
import {
  controlPlane,
  ensureNamespace,
  eventually,
  live,
  openTestStack,
  removeNamespace,
} from '../support/cluster/control-plane';
import { ContainerLog, type Remove, serveLogs, servePorts } from '../support/cluster/kubelet';
import { simulatedServer } from '../support/cluster/simulated-server';
import { obtainMemoryMcp } from '../support/contract/memory-mcp-build';
import { orSkip } from '../support/contract/missing';
import { Pod, planOf } from '../support/contract/server';

const namespace = 'token';
const anyStack = { name: 'token', config: { cluster: {} } as never };
const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'memory-mcp-bootstrap-on-demand', namespace } };
const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'memory-mcp-github-token', namespace } };
const settings = (source: string) => ({ namespace: { name: namespace }, token: { source } });

/** What the login of memory-mcp writes before anybody approves. */
const request = [
  ...['', '  Open this URL in your browser:', '    https://github.com/login/device', ''],
  ...['  Enter this code when prompted:', '    ABCD-1234', '', '  Waiting for authorization...'],
];

describe('fleet token', () => {
  let server: Pod;
  let log: ContainerLog;
  let removeLog: Remove;
  let removePorts: Remove | undefined;

  before(async function () {
    // On a machine without it, the server is built first.
    this.timeout(0);
    const memoryMcp = await orSkip(this, obtainMemoryMcp);
    const options = { ...settings('bootstrap'), server: { sessionRateLimit: 0 } };
    server = await Pod.started({ memoryMcp }, { memoryMcp: options });
    await ensureNamespace(namespace);
    removePorts = await servePorts({ namespace }, { 8080: server.port() });
    const { objects } = controlPlane();
    const labels = serverOf(server.plan).podLabels;
    await simulatedServer(namespace, labels);
    await objects.create(template(1860) as never);
  });
  after(async () => {
    await server?.remove();
    await removePorts?.();
    await removeNamespace(namespace);
  });
  beforeEach(async () => {
    log = new ContainerLog();
    removeLog = await serveLogs({ namespace, containers: ['login'] }, log);
    await eventually('no login is left', async () => (await live(job)) === undefined);
  });
  afterEach(() => removeLog());

  /** The CronJob of the plan, whose pods end when a test says so and need nothing that is not there. */
  function template(deadlineSeconds: number) {
    return {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'memory-mcp-bootstrap', namespace },
      spec: {
        schedule: '0 0 31 2 *',
        suspend: true,
        jobTemplate: {
          spec: {
            activeDeadlineSeconds: deadlineSeconds,
            backoffLimit: 0,
            template: {
              metadata: { annotations: { [keepsRunning]: 'true' } },
              spec: { restartPolicy: 'Never', containers: [{ name: 'login', image: 'example.org/none:1' }] },
            },
          },
        },
      },
    };
  }

  const renew = (watching: Watching = {}, { source = 'bootstrap', roll = false } = {}) => {
    const { cluster } = controlPlane();
    const system = planOf(settings(source)).plan as SystemPlan;
    const reached = () => stackCluster(fleetHome(), anyStack, { kubeconfig: cluster.kubeconfig });
    return renewToken({ stack: 'token', system, cluster: reached }, { roll }, { showing: 'silent', ...watching });
  };

  /** Plays the end of a login: what it writes, then how its pod ends. */
  async function end(phase: 'Succeeded' | 'Failed', ...lines: readonly string[]): Promise<void> {
    const { objects } = controlPlane();
    let pod: V1Pod | undefined;
    await eventually('the pod runs', async () => {
      const { items } = await objects.list<V1Pod>('v1', 'Pod', namespace);
      pod = items.find(({ metadata }) => metadata?.labels?.['job-name'] === job.metadata.name);
      return pod?.status?.phase === 'Running';
    });
    log.write(...lines);
    const { cluster } = controlPlane();
    const { api } = await stackCluster(fleetHome(), anyStack, cluster);
    const path = `/api/v1/namespaces/${namespace}/pods/${pod?.metadata?.name}/status`;
    await api.send('PATCH', path, { body: { status: { phase } }, contentType: 'application/merge-patch+json' });
  }

  async function write(value: string): Promise<void> {
    const written = { ...secret, data: { token: Buffer.from(value).toString('base64') } };
    const { objects } = controlPlane();
    if (await live(secret)) {
      await objects.patch(written, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
    } else {
      await objects.create(written);
    }
  }

  const isGone = () => eventually('the login is removed', async () => (await live(job)) === undefined);
  /** Starts a login, as far as that it has shown its URL and code. */
  const asked = async (work: (watching: Watching) => Promise<unknown>) => {
    let seen: unknown;
    const done = work({ onRequest: (found) => (seen = found) });
    done.catch(() => undefined);
    await eventually('the login runs', async () => (await live(job)) !== undefined);
    log.write(...request);
    await eventually('URL and code are shown', async () => seen !== undefined);
    assert.deepEqual(seen, { url: 'https://github.com/login/device', code: 'ABCD-1234' });
    return { done };
  };

  it('shows URL and code, and works with the token that was approved', async () => {
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'memory-mcp', namespace } };
    let report: Awaited<ReturnType<typeof renew>> | undefined;
    const { done } = await asked(async (watching) => {
      report = await renew(watching);
    });
    await write('first');
    await end('Succeeded', 'Authentication successful.');
    await done;
    assert.deepEqual(
      report?.findings.filter(({ status }) => status !== 'ok' && status !== 'skipped'),
      [],
    );
    assert.match(report?.findings[0]?.found ?? '', /^written, version \d+$/);
    const restarted = (await live<V1Deployment>(deployment))?.spec?.template.metadata?.annotations;
    assert.ok(restarted?.['kubectl.kubernetes.io/restartedAt']);
    await isGone();
  });

  it('replaces a token, and proves that it is another one', async () => {
    await write('old');
    let report: Awaited<ReturnType<typeof renew>> | undefined;
    const { done } = await asked(async (watching) => {
      report = await renew(watching);
    });
    await write('new');
    await end('Succeeded', 'Authentication successful.');
    await done;
    assert.match(report?.findings[0]?.found ?? '', /^replaced, version \d+ → \d+$/);
  });

  it('says that the code has expired, and what to do', async () => {
    const { done } = await asked((watching) => renew(watching));
    const failed = assert.rejects(done, (error: Verdict) => {
      assert.match(error.message, /the code has expired before anybody approved it/);
      assert.match(error.remedy, /fleet token -s token/);
      return error instanceof Verdict;
    });
    await end('Failed', 'Error: OAuth error: Device code expired after 900 seconds');
    await failed;
    await isGone();
  });

  it('says that nobody came, when the time of the login is up', async () => {
    const { objects } = controlPlane();
    await objects.patch(template(3), undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
    await assert.rejects(renew(), /no token: nobody approved the login in time/);
    await objects.patch(template(1860), undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
    await isGone();
  });

  it('leaves nothing when it is interrupted, and refuses a second one meanwhile', async () => {
    const interrupt = new AbortController();
    const first = assert.rejects(renew({ signal: interrupt.signal }), Interrupted);
    await eventually('the login runs', async () => (await live(job)) !== undefined);
    await assert.rejects(renew(), (error: Failure) => {
      assert.match(error.message, /a login is under way already: Job token\/memory-mcp-bootstrap-on-demand/);
      return error instanceof Failure;
    });
    assert.ok(await live(job), 'the second one has removed the login of the first');
    interrupt.abort();
    await first;
    await isGone();
  });

  it('says what to do where the token comes from elsewhere, and restarts with a Secret that is there', async () => {
    await assert.rejects(renew({}, { source: 'existing' }), (error: Failure) => {
      assert.match(error.remedy, /memory-mcp-github-token \(key token\).*--roll/);
      return error instanceof Failure;
    });
    await write('own');
    const report = await renew({}, { source: 'existing', roll: true });
    assert.match(report.findings[0]?.found ?? '', /^is there, version \d+$/);
    assert.match(report.findings[1]?.found ?? '', /^rolled out in \d+ s$/);
  });
});

describe('a server that was restarted', () => {
  const workload = { kind: 'Deployment', name: 'memory-mcp', namespace: 'memory-mcp' } as const;
  const deployment = { apiVersion: 'apps/v1', kind: workload.kind, metadata: workload };

  after(() => removeNamespace(workload.namespace));

  it('is left alone by the next update of its stack', async () => {
    const stack = await openTestStack('local', 'restarted');
    await stack.up();
    const { api } = await stackCluster(fleetHome(), anyStack, controlPlane().cluster);
    await restartWorkload(api, workload);
    await waitForRollout(api, workload, { seconds: 60 });
    const before = await live<V1Deployment>(deployment);
    const { changes } = await stack.up();
    assert.deepEqual(Object.keys(changes), ['same'], JSON.stringify(changes));
    const after = await live<V1Deployment>(deployment);
    const annotation = 'kubectl.kubernetes.io/restartedAt';
    assert.equal(after?.metadata?.generation, before?.metadata?.generation);
    assert.ok(after?.spec?.template.metadata?.annotations?.[annotation]);
  });
});
