import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { needsOf } from '../../components/needs';
import { describeStack, parseStack } from '../../components/stack';
import { fleetHome, fleetHomeAt } from '../../operate/base/fleet-home';
import { get } from '../../operate/cluster/api';
import { type StartOptions, start } from '../../operate/commands/start/start';
import { missingOf } from '../../operate/needs/missing';
import { captured } from '../support/cluster/captured';
import { controlPlane, live, openTestStack, projectDir, removeNamespace } from '../support/cluster/control-plane';
import { PlayedPods } from '../support/cluster/played-pods';

describe('a first up on a cluster whose pods do not come up', () => {
  const namespace = 'first-up';
  let pods: PlayedPods;

  // No pod goes to a node, as a kubelet would hold those back whose Secrets, claims and images are not there.
  before(async () => {
    pods = await PlayedPods.connected();
    await pods.closeNodes(true);
  });
  after(async () => {
    await pods?.closeNodes(false);
    await removeNamespace(namespace);
  });

  it('ends while everything that somebody brings is missing, and says how it is brought', async () => {
    const contextEngine = {
      namespace: { name: namespace },
      image: 'registry.example.org/context-engine:1',
      layout: 'single-node',
      preset: 'standard',
      qdrant: { apiKey: { source: 'existing', everyClientSendsIt: true } },
      llamacpp: { model: { secretName: 'hugging-face' } },
      repositories: [
        { source: 'git', name: 'private', url: 'https://git.example.org/private.git', secretName: 'git' },
        { source: 'claim', name: 'checkout', claimName: 'checkout' },
        { source: 'upload', name: 'sketches' },
      ],
    };
    const stack = await openTestStack('lab', 'first-up', { 'memory-fleet:contextEngine': contextEngine });
    const begun = Date.now();
    const { outputs } = await stack.up();
    const seconds = (Date.now() - begun) / 1000;
    assert.ok(seconds < 90, `it took ${seconds} s`);
    assert.deepEqual(Object.keys(outputs.broughtByOthers?.value as object).sort(), [
      'API key of Qdrant of context-engine: Secret first-up/context-engine-qdrant',
      'credentials of repository private: Secret first-up/git',
      'password of the backups of context-engine (collections): Secret first-up/context-engine-backup',
      'token for the model of context-engine: Secret first-up/hugging-face',
      'upload of repository sketches',
      'volume of repository checkout: PersistentVolumeClaim first-up/checkout',
    ]);
    const plan = describeStack(parseStack({ contextEngine }, 'lab'));
    const absent = await Promise.all(
      needsOf(plan, 'lab').map((need) => missingOf((path) => get(pods.api, path), need)),
    );
    assert.equal(absent.filter((each) => each !== undefined).length, 6);
  });
});

describe('start on a cluster that exists', () => {
  after(async () => {
    await removeNamespace('memory-mcp');
    await removeNamespace('context-engine');
  });

  it('deploys what has a published image, and tells what is still to do', async () => {
    const { cluster, folder } = controlPlane();
    const home = fleetHomeAt(join(folder, 'start'));
    mkdirSync(home.root);
    for (const part of ['bin', 'tools'] as const) symlinkSync(fleetHome()[part], home[part]);
    const run = { home, projectDir, signal: new AbortController().signal };
    const started = async (more: StartOptions = {}) => {
      const { text } = await captured(async () => {
        await start(run, { kubeconfig: cluster.kubeconfig, yes: true, ...more });
        return 0;
      });
      return text;
    };
    const first = await started();
    assert.match(first, /^contextEngine is left out: nobody publishes its image, and none was named/m);
    assert.match(first, /^memoryMcp:$/m);
    assert.doesNotMatch(first, /context-engine|broughtByOthers|Still to do/);
    assert.equal(await live({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'context-engine' } }), undefined);
    const second = await started({ image: ['contextEngine=registry.internal/engine:7'] });
    assert.match(
      second,
      /^Still to do:\n {2}password of the backups of context-engine .*\n {4}openssl .* \| \S+\/kubectl --kubeconfig \S+ -n context-engine create secret/m,
    );
  });
});
