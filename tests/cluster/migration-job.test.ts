import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Deployment, V1Job, V1Pod } from '@kubernetes/client-node';
import { execa } from 'execa';
import { nothingChanged, type OpenStack } from '../../operate/engine';
import { toolPath } from '../../operate/toolchain';
import {
  controlPlane,
  eventually,
  live,
  openTestStack,
  projectDir,
  removeNamespace,
} from '../support/cluster/control-plane';
import { encrypted } from '../support/cluster/encrypted';
import { PlayedPods } from '../support/cluster/played-pods';

const namespace = 'rae-memory';
const consumers = ['rae-memory-api', 'rae-memory-celery-worker', 'rae-memory-beat'];
/** Pods of each: of the API as many as its autoscaler has at least. */
const replicas = [2, 1, 1];
const said = 'alembic upgrade head ended with 1: the reason is above, and nothing has changed';

describe('a new version of RAE and its migration, on a control plane', function () {
  this.timeout(300_000);
  let pods: PlayedPods;
  let secrets: unknown;

  before(async () => {
    pods = await PlayedPods.connected();
    const { folder, tools } = controlPlane();
    const [state, stack] = [join(folder, 'state', 'migration-job'), await version(1)];
    for (const entry of ['postgresPassword', 'redisPassword', 'jwtSecret', 'apiMasterKey']) {
      secrets = await encrypted(stack, { folder, tools, stateDir: state }, `rae.${entry}`, `Wq7-${entry}-0123456789`);
    }
  });
  after(async () => {
    await pods?.closeNodes(false);
    await removeNamespace(namespace);
  });

  /** The stack with an image of this number; the plan brings every Secret that a start needs. */
  const version = (number: number): Promise<OpenStack> =>
    openTestStack('local', 'migration-job', {
      'memory-fleet:memoryMcp': undefined,
      'memory-fleet:rae': {
        image: `registry.example.org/rae-memory:${number}`,
        preset: 'dev',
        api: { autoscaling: { enabled: true, minReplicas: 2 } },
        authentication: { mode: 'none', reason: 'a test on a control plane without users' },
        secrets: { source: 'config' },
      },
      ...(secrets === undefined ? {} : { 'memory-fleet:secrets': secrets }),
    });
  const jobs = async () => {
    const { items } = await controlPlane().objects.list<V1Job>('batch/v1', 'Job', namespace);
    return items.filter(({ metadata }) => metadata?.name?.startsWith('rae-memory-migration-'));
  };
  const imageOf = ({ spec }: V1Job) => spec?.template.spec?.containers[0]?.image;
  const job = async (number: number) => (await jobs()).find((each) => imageOf(each)?.endsWith(`:${number}`));
  const deployments = () =>
    Promise.all(
      consumers.map(async (name) => {
        const found = await live<V1Deployment>({
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name, namespace },
        });
        assert.ok(found, name);
        return found;
      }),
    );

  it('has ended before anything is made that needs what it makes', async () => {
    await (await version(1)).up();
    const ended = (await job(1))?.status?.completionTime;
    assert.ok(ended);
    for (const { metadata } of await deployments())
      assert.ok(new Date(metadata?.creationTimestamp ?? 0) >= new Date(ended), metadata?.name);
    await serves(1);
  });

  it('is the same to the engine a second time', async () => {
    const { changes } = await (await version(1)).up();
    assert.ok(nothingChanged(changes), JSON.stringify(changes));
  });

  it('ends `up` with its last words where it fails, and the version of before is untouched and serves', async () => {
    const before = await deployments();
    const stack = await version(2);
    await pods.closeNodes(true);
    const up = assert.rejects(stack.up(), (error: Error) => {
      assert.match(error.message, /rae-memory-migration-[0-9a-z]+/);
      assert.ok(error.message.includes(said), error.message);
      return true;
    });
    await fails('rae-memory:2');
    // The other Job of this version is well: the engine ends what it has begun.
    await pods.closeNodes(false);
    await up;
    for (const [index, { metadata, spec }] of (await deployments()).entries()) {
      assert.equal(metadata?.generation, before[index]?.metadata?.generation, metadata?.name);
      assert.deepEqual(spec, before[index]?.spec);
    }
    await serves(1);
  });

  it('goes on once the cause is mended and its Job is deleted', async () => {
    const failed = await job(2);
    await controlPlane().objects.delete({ ...failed, apiVersion: 'batch/v1', kind: 'Job' } as V1Job);
    await eventually('the failed Job is gone', async () => (await job(2)) === undefined);
    await (await version(2)).up({ refresh: true });
    assert.equal((await job(2))?.status?.succeeded, 1);
    await serves(2);
  });

  it('is a Job of its own for each version, and the one of before goes', async () => {
    await (await version(3)).up();
    assert.equal((await job(3))?.status?.succeeded, 1);
    await eventually('the Jobs of before are gone', async () => (await jobs()).length === 1);
  });

  it('is gone back from by the commands of the runbook', async () => {
    const [stop = '', _restore, again = '', , start = ''] = runbook();
    const migrated = await job(3);
    await kubectl(stop);
    await eventually('nothing writes', async () => (await deployments()).every(({ status }) => !status?.replicas));
    await kubectl(again);
    await (await version(2)).up({ refresh: true });
    assert.equal((await job(2))?.status?.succeeded, 1);
    assert.notEqual((await job(3))?.metadata?.uid, migrated?.metadata?.uid);
    await kubectl(start);
    await serves(2);
  });

  /** Waits until as many pods as are wanted serve with an image of this number. */
  const serves = (number: number) =>
    eventually(`version ${number} serves`, async () =>
      (await deployments()).every(
        ({ spec, status }, index) =>
          spec?.template.spec?.containers[0]?.image?.endsWith(`:${number}`) === true &&
          status?.availableReplicas === replicas[index] &&
          status?.updatedReplicas === replicas[index],
      ),
    );

  /** The commands by which the runbook goes back with the data. */
  function runbook(): readonly string[] {
    const text = readFileSync(join(projectDir, 'docs', 'runbook.md'), 'utf8');
    const section = text.slice(text.indexOf('### RAE: upgrade and rollback'));
    const [, block = ''] = /```sh\n([^`]*)```/.exec(section) ?? [];
    const commands = block.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const programs = commands.map((line) => line.split(' ')[0]);
    assert.deepEqual(programs, ['kubectl', 'npx', 'kubectl', 'pulumi', 'kubectl', 'npx']);
    return commands;
  }

  async function kubectl(command: string): Promise<void> {
    const { cluster, folder, tools } = controlPlane();
    const env = { KUBECONFIG: cluster.kubeconfig, KUBECACHEDIR: join(folder, 'kubectl') };
    await execa(toolPath(tools, 'kubectl'), command.split(' ').slice(1), { env });
  }

  /** Has the Job of an image fail for good, with last words in its pod as a kubelet reports them. */
  async function fails(image: string): Promise<void> {
    const has = ({ metadata, spec }: V1Pod) =>
      metadata?.labels?.['app.kubernetes.io/component'] === 'migration' &&
      spec?.containers.some((each) => each.name === 'migrate' && each.image?.endsWith(image)) === true;
    const pod = await pods.found(async () => namespace, has);
    const [owner] = pod.metadata?.ownerReferences ?? [];
    // Kubernetes waits longer and longer between two tries.
    await pods.limitTries(namespace, owner?.name ?? '', 0);
    const failed = { status: 'False', reason: 'PodFailed', lastTransitionTime: new Date().toISOString() };
    const conditions = [
      { type: 'PodScheduled', status: 'True' },
      { type: 'Initialized', status: 'True' },
      { type: 'ContainersReady', ...failed },
      { type: 'Ready', ...failed },
    ];
    const terminated = { exitCode: 1, reason: 'Error', message: said };
    const container = { name: 'migrate', image, imageID: '', ready: false, restartCount: 0, state: { terminated } };
    await pods.report(pod, { phase: 'Failed', conditions, containerStatuses: [container] });
  }
});
