import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { V1Deployment, V1PersistentVolumeClaim } from '@kubernetes/client-node';
import { Failure } from '../../../operate/base/failure';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { nothingChanged } from '../../../operate/engine';
import { killOrphanedProviders } from '../../../operate/engine/orphans';
import { checkpointPath, pendingOperations } from '../../../operate/engine/pending-operations';
import { lockFolder } from '../../../operate/engine/stale-locks';
import { healControlPlane, killApiServer } from './api-server';
import { controlPlane, eventually, openTestStack, removeNamespace } from './control-plane';
import { comparable, contentOf, uidsOf } from './namespace-content';
import { watchState } from './state-writes';

/** Stack local with most of what memory-mcp can be made of, so that there is much to interrupt. */
const settings = (namespace: string) => ({
  'memory-fleet:memoryMcp': {
    namespace: { name: namespace },
    git: { remoteUrl: 'https://github.com/example/memories' },
    token: { source: 'bootstrap' },
  },
});

/**
 * The tests of an `up` whose engine or API server is killed in the middle.
 *
 * @param moments of an `up`, as parts of the writes of its state
 */
export function interruptedUps(moments: readonly number[]): void {
  let undisturbed: { content: unknown; resources: readonly string[]; writes: number };
  let unrecorded = 0;
  // Each run has a namespace and a state of its own, so nothing has to be torn down between them.
  const namespaces: string[] = [];
  const open = (namespace: string) => openTestStack('local', namespace, settings(namespace));

  before(async () => {
    namespaces.push('kill-none');
    const writes = watchState(checkpointPath(...backendOf('kill-none')));
    await (await open('kill-none')).up();
    undisturbed = {
      content: comparable(await contentOf(controlPlane().cluster.kubeconfig, 'kill-none'), 'kill-none'),
      resources: resourcesOf('kill-none'),
      writes: writes.count(),
    };
    writes.stop();
  });
  after(async () => {
    await healControlPlane();
    await Promise.all(namespaces.map(removeNamespace));
  });

  for (const [index, moment] of moments.entries()) {
    it(`is finished by the next one: engine killed at moment ${index + 1}`, async () => {
      const namespace = `kill-engine-${index + 1}`;
      const failure = await interrupted(namespace, moment, () => process.kill(engineOf(namespace), 'SIGKILL'));
      assert.equal(failure?.message, 'the engine was killed in the middle of its work');
      assert.match(failure.remedy, /^run the command again/);
      assert.deepEqual(
        await killOrphanedProviders(fleetHomeAt(controlPlane().folder).pulumi),
        [],
        'no provider outlives its engine',
      );
      unrecorded += pendingOperations(...backendOf(namespace)).length;
      await finishes(namespace);
    });
  }

  it('was killed while it created objects, whose creation nobody recorded', () => {
    assert.ok(unrecorded > 0);
  });

  for (const [index, moment] of moments.entries()) {
    it(`is finished by the next one: API server killed at moment ${index + 1}`, async () => {
      const namespace = `kill-server-${index + 1}`;
      const failure = await interrupted(namespace, moment, async (over) => {
        killApiServer();
        // What only waits for the Deployment goes on when the server is back; everything else fails by then.
        await Promise.race([over, sleep(15_000)]);
        await healControlPlane();
      });
      if (failure) {
        assert.match(failure.message, /^the API server https:\/\/127\.0\.0\.1:\d+ does not answer: .+$/);
        assert.match(failure.remedy, /run the command again/);
      }
      await finishes(namespace);
    });
  }

  /** Starts an `up` and interrupts it at a moment. @returns what the operator was told, if it failed */
  async function interrupted(
    namespace: string,
    moment: number,
    interrupt: (over: Promise<unknown>) => unknown,
  ): Promise<Failure | undefined> {
    namespaces.push(namespace);
    const writes = watchState(checkpointPath(...backendOf(namespace)));
    const stack = await open(namespace);
    const run = stack.up().then(
      () => undefined,
      (error: unknown) => error,
    );
    const tooLate = run.then((error) => assert.fail(`over before its moment came: ${error ?? 'it succeeded'}`));
    await Promise.race([writes.reached(Math.round(moment * undisturbed.writes)), tooLate]);
    writes.stop();
    tooLate.catch(() => undefined);
    await interrupt(run);
    const error = await run;
    assert.ok(error === undefined || error instanceof Failure, String(error));
    return error;
  }

  async function finishes(namespace: string): Promise<void> {
    const survivors = uidsOf(await contentOf(controlPlane().cluster.kubeconfig, namespace));
    const stack = await open(namespace);
    await stack.up();

    // Controllers that lost their API server come back in their own time and write to some of the objects.
    const same = async () =>
      isDeepStrictEqual(
        comparable(await contentOf(controlPlane().cluster.kubeconfig, namespace), namespace),
        undisturbed.content,
      );
    await eventually('the same objects', same).catch(() => undefined);
    const content = await contentOf(controlPlane().cluster.kubeconfig, namespace);
    assert.deepEqual(comparable(content, namespace), undisturbed.content);
    assert.equal((content['Deployment/memory-mcp'] as V1Deployment).status?.availableReplicas, 1);
    assert.equal((content['PersistentVolumeClaim/memory-mcp-data'] as V1PersistentVolumeClaim).status?.phase, 'Bound');

    // What had been created was taken over, above all the volume, and not made a second time.
    const uids = uidsOf(content);
    for (const [name, uid] of Object.entries(survivors)) assert.equal(uids[name], uid, name);

    assert.deepEqual(resourcesOf(namespace), undisturbed.resources);
    assert.deepEqual(pendingOperations(...backendOf(namespace)), []);
    assert.deepEqual(locksOf(namespace), []);
    const { changes } = await stack.preview();
    assert.ok(nothingChanged(changes), JSON.stringify(changes));
  }

  function backendOf(namespace: string): readonly [backend: string, project: string, stack: string] {
    return [join(controlPlane().folder, 'state', namespace, 'backend'), 'memory-fleet', 'local'];
  }

  /** URNs of everything that the engine's state knows. */
  function resourcesOf(namespace: string): readonly string[] {
    const { checkpoint } = JSON.parse(readFileSync(checkpointPath(...backendOf(namespace)), 'utf8'));
    return checkpoint.latest.resources.map(({ urn }: { urn: string }) => urn).sort();
  }

  function locksOf(namespace: string): readonly string[] {
    const folder = lockFolder(...backendOf(namespace));
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  /** The process that holds the lock. */
  function engineOf(namespace: string): number {
    const [lock] = locksOf(namespace);
    assert.ok(lock, 'the engine was in the middle of its work');
    return JSON.parse(readFileSync(join(lockFolder(...backendOf(namespace)), lock), 'utf8')).pid;
  }
}
