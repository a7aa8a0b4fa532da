import assert from 'node:assert/strict';
import { KubeConfig } from '@kubernetes/client-node';
import type { SystemPlan } from '../../components/system';
import { Failure } from '../../operate/base/failure';
import { fleetHome } from '../../operate/base/fleet-home';
import { stackCluster } from '../../operate/cluster/stack-cluster';
import { verifySystem } from '../../operate/commands/verify/verify';
import { serverOf } from '../../operate/stack';
import { controlPlane, ensureNamespace, removeNamespace } from '../support/cluster/control-plane';
import { type Remove, servePorts } from '../support/cluster/kubelet';
import { simulatedServer } from '../support/cluster/simulated-server';
import { obtainMemoryMcp } from '../support/contract/memory-mcp-build';
import { orSkip } from '../support/contract/missing';
import { NoteServer, noteFacts } from '../support/contract/note-server';
import { Pod } from '../support/contract/server';
import { systemWith } from '../support/objects';

const namespace = 'verify';

describe('fleet verify, through the API server', () => {
  let pod: Pod;
  let removePorts: Remove | undefined;

  before(async function () {
    // On a machine without it, the server is built first.
    this.timeout(0);
    const memoryMcp = await orSkip(this, obtainMemoryMcp);
    pod = await Pod.started({ memoryMcp }, { memoryMcp: { namespace: { name: namespace } } });
    await ensureNamespace(namespace);
  });
  after(async () => {
    await pod?.remove();
    await removePorts?.();
    await removeNamespace(namespace);
  });

  const look = (restart: boolean) => clusterReader(pod.plan as SystemPlan, { restart });

  it('says that no pod is ready', async () => {
    await assert.rejects(look(false), (error: Failure) => {
      assert.match(error.message, /no pod of memory-mcp is ready in namespace verify/);
      return error instanceof Failure;
    });
  });

  it('reads what it has written, also after a restart', async () => {
    removePorts = await servePorts({ namespace }, { 8080: pod.port() });
    const labels = serverOf(pod.plan).podLabels;
    await simulatedServer(namespace, labels);
    const report = await untilReady(() => look(true));
    const bad = report.findings.filter(({ status }) => status !== 'ok' && status !== 'skipped');
    assert.deepEqual(bad, []);
    assert.equal(report.facts?.way, 'port-forward');
    const subjects = report.findings.map(({ subject }) => subject);
    assert.ok(subjects.includes('read gives it back after the restart'), subjects.join());
    assert.match(report.findings.find(({ subject }) => subject === 'restart')?.found ?? '', /is ready after \d+ s/);
  });
});

describe('fleet verify of several servers, through the API server', () => {
  const name = 'verify-servers';
  const labels = { app: 'notes' };
  let stream: NoteServer;
  let http: NoteServer;
  let removePorts: Remove | undefined;

  before(async () => {
    stream = await NoteServer.started({ transport: 'sse', takesAnyHost: true });
    http = await NoteServer.started({ transport: 'http' });
    await ensureNamespace(name);
    await simulatedServer(name, labels);
    const ports = { 8000: stream.port, 18000: stream.healthPort, 8002: http.port, 18002: http.healthPort };
    removePorts = await servePorts({ namespace: name }, ports);
  });
  after(async () => {
    await removePorts?.();
    await removeNamespace(name);
    await stream.stop();
    await http.stop();
  });

  it('asks each at its own ports, for its health once, and restarts it', async () => {
    const servers = [
      noteFacts('notes', stream, { podLabels: labels, takesAnyHost: true }),
      noteFacts('notes-http', http, { podLabels: labels, ports: { requests: 8002, health: 18002 } }),
    ] as const;
    const system = { ...systemWith({}), namespace: name, operations: { servers, backups: [] } };
    const { findings } = await untilReady(async () => {
      const report = await clusterReader(system, { restart: true });
      assert.ok(
        report.findings.every(({ subject }) => !subject.endsWith(': way')),
        JSON.stringify(report.findings),
      );
      return report;
    });
    const seen = (server: string) => [
      ...[`ok ${server}: /readyz`, `${server === 'notes' ? 'skipped' : 'ok'} ${server}: unknown host name`],
      ...[`skipped ${server}: without token`, `ok ${server}: MCP session`, `ok ${server}: tools`],
      ...[`ok ${server}: status answers`, `ok ${server}: restart`, `ok ${server}: status answers after the restart`],
    ];
    assert.deepEqual(
      findings.map(({ subject, status }) => `${status} ${subject}`),
      [...seen('notes'), ...seen('notes-http')],
    );
    assert.deepEqual([stream.asked, http.asked], [1, 1]);
  });
});

function clusterReader(system: SystemPlan, checks: { readonly restart: boolean }) {
  const { cluster } = controlPlane();
  const config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfig);
  const place = {
    stack: 'local',
    system,
    cluster: () =>
      stackCluster(
        fleetHome(),
        { name: 'verify', config: { cluster: {} } as never },
        { kubeconfig: cluster.kubeconfig, context: config.getCurrentContext() },
      ),
  };
  return verifySystem(place, { samples: 1, ...checks }, undefined, 'silent');
}

/** A Deployment that was made just now has no pod yet. */
async function untilReady<T>(look: () => Promise<T>, tries = 60): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (tries === 0 || !(error instanceof Failure)) throw error;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return untilReady(look, tries - 1);
  }
}
