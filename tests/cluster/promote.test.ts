import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fleetHome, fleetHomeAt } from '../../operate/base/fleet-home';
import { stackCluster } from '../../operate/cluster/stack-cluster';
import { type PromoteOptions, promote } from '../../operate/commands/promote/promote';
import { withEngine } from '../../operate/engine/with-engine';
import { describedStack } from '../../operate/stack';
import { projectDir as checkout, controlPlane, live, removeNamespace } from '../support/cluster/control-plane';
import { printed } from '../support/unit/operate';

const namespace = 'promoted';
const source = (settings: string) => `config:\n  memory-fleet:memoryMcp:\n    namespace: { name: other }\n${settings}`;
const target = `config:\n  memory-fleet:memoryMcp:\n    namespace: { name: ${namespace} }\n`;

describe('fleet promote on a real control plane', () => {
  let projectDir: string;

  before(async () => {
    projectDir = mkdtempSync(join(tmpdir(), 'memory-fleet-promote-'));
    for (const part of [
      'index.ts',
      'package.json',
      'tsconfig.json',
      'Pulumi.yaml',
      'components',
      'config',
      'policies',
      'operate',
      'render',
    ]) {
      cpSync(join(checkout, part), join(projectDir, part), { recursive: true });
    }
    symlinkSync(join(checkout, 'node_modules'), join(projectDir, 'node_modules'));
    symlinkSync(join(checkout, 'tools'), join(projectDir, 'tools'));
    mkdirSync(join(projectDir, 'deploy/k8s/overlays'), { recursive: true });
    writeFileSync(join(projectDir, 'Pulumi.target.yaml'), target);
    const stack = describedStack(projectDir, 'target');
    const { cluster, tools } = controlPlane();
    const reached = await stackCluster(run().home, stack, { kubeconfig: cluster.kubeconfig });
    await withEngine({ run: run(), tools, stack, cluster: reached, onWait: () => undefined }, (open) => open.up());
  });
  after(async () => {
    await removeNamespace(namespace);
    rmSync(projectDir, { recursive: true, force: true });
  });

  const run = () => ({
    // Tools out of the usual cache, everything else in the folder of this run.
    home: { ...fleetHomeAt(controlPlane().folder), tools: fleetHome().tools },
    projectDir,
    signal: new AbortController().signal,
  });
  const call = (settings: string, more: Partial<PromoteOptions> = {}) => {
    writeFileSync(join(projectDir, 'Pulumi.source.yaml'), source(settings));
    const { kubeconfig } = controlPlane().cluster;
    return printed(() => promote(run(), { from: 'source', to: 'target', yes: true, kubeconfig, ...more }));
  };

  it("shows by the engine's own preview that only what was promoted would change, and changes nothing yet", async () => {
    const output = await call('    image: ghcr.io/butterflyskies/memory-mcp:0.17.2\n', { json: true });
    const { preview } = JSON.parse(output);
    assert.deepEqual(preview.steps, ['update Deployment memory-mcp-deployment']);
    const metadata = { name: 'memory-mcp', namespace };
    const deployment = await live({ apiVersion: 'apps/v1', kind: 'Deployment', metadata });
    assert.match(JSON.stringify(deployment?.spec), /memory-mcp:0\.17\.1/);
  });

  it('refuses what would lose data, by name', async () => {
    await assert.rejects(
      call('', { key: ['memoryMcp.namespace'] }),
      /PersistentVolumeClaim memory-mcp-volume: unable to replace .* protection/s,
    );
  });
});
