import assert from 'node:assert/strict';
import { KubeConfig } from '@kubernetes/client-node';
import type { SystemPlan } from '../../components/kit/object';
import { stackCluster } from '../../operate/cluster/stack-cluster';
import { Failure } from '../../operate/failure';
import { fleetHome } from '../../operate/fleet-home';
import { serverOf } from '../../operate/stack';
import { verifySystem } from '../../operate/verify/verify';
import { obtainMemoryMcp } from '../contract/support/memory-mcp-build';
import { orSkip } from '../contract/support/missing';
import { Pod } from '../contract/support/server';
import { controlPlane, ensureNamespace, removeNamespace } from './support/control-plane';
import { type Remove, servePorts } from './support/kubelet';
import { simulatedServer } from './support/simulated-server';

const namespace = 'verify';

describe('fleet verify, through the API server', () => {
  let pod: Pod;
  let removePorts: Remove | undefined;

  before(async function () {
    const memoryMcp = await orSkip(this, obtainMemoryMcp);
    pod = await Pod.started({ memoryMcp }, { memoryMcp: { namespace: { name: namespace } } });
    await ensureNamespace(namespace);
  });
  after(async () => {
    await pod?.remove();
    await removePorts?.();
    await removeNamespace(namespace);
  });

  const look = (restart: boolean) => {
    const { cluster } = controlPlane();
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    return verifySystem(
      {
        stack: 'local',
        system: pod.plan as SystemPlan,
        cluster: () =>
          stackCluster(
            fleetHome(),
            { name: 'verify', config: { cluster: {} } as never },
            { kubeconfig: cluster.kubeconfig, context: config.getCurrentContext() },
          ),
      },
      { samples: 1, restart },
      undefined,
      'silent',
    );
  };

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
