import assert from 'node:assert/strict';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { readIfExists, writeAtomically } from '../../operate/files';
import { dataLosses } from '../../operate/gate/losses';
import { shortDiff } from '../../operate/render/diff';
import { controlPlane, ensureNamespace, live, projectDir, removeNamespace } from './support/control-plane';
import { type BaseName, bases } from './support/impact-bases';
import { allChanges, type Change, type Facts } from './support/impact-changes';
import type { Impact } from './support/impact-effect';
import { startLane } from './support/impact-lane';
import { impactPage, type Row, renewal } from './support/impact-page';
import { recordedData } from './support/impact-stacks';

/** Stacks by the process that works on them. Two processes keep two cores busy, with about the same work for each. */
const lanes: readonly (readonly BaseName[])[] = [['cilium'], ['shared', 'bootstrap', 'envoy', 'sealed', 'handed-over']];

describe('what changing a key does', () => {
  const names = lanes.flat();
  const needs = [...new Set(names.flatMap((name) => bases[name].needs))];
  let facts: Facts;
  let changes: readonly Change[];
  let rows: readonly Row[] = [];

  before(async () => {
    const { kubeconfig } = controlPlane().cluster;
    const kubeSystem = await live({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } });
    facts = { uid: kubeSystem?.metadata?.uid ?? '', context: contextOf(kubeconfig) };
    changes = allChanges(facts);
    for (const namespace of needs) await ensureNamespace(namespace);
  });
  after(async () => {
    for (const namespace of new Set([...names.map((name) => `impact-${name}`), ...needs])) {
      await removeNamespace(namespace);
    }
  });

  it('is said by the engine, on stacks that are up', async function () {
    this.timeout(1_800_000);
    const { cluster, folder, tools } = controlPlane();
    const site = { folder, tools, projectDir, kubeconfig: cluster.kubeconfig };
    // Both are waited for, so that none works on a control plane that is gone.
    const ended = await Promise.allSettled(lanes.map((lane) => startLane({ ...site, facts, names: lane })));
    const failures = ended.flatMap((lane) => (lane.status === 'rejected' ? [lane.reason.message] : []));
    assert.deepEqual(failures, []);
    const impacts = ended.flatMap((lane) => (lane.status === 'fulfilled' ? lane.value : []));
    const asked = names.flatMap((name) => changes.filter(({ base }) => base === name));
    assert.equal(impacts.length, asked.length);
    rows = asked.map((change, index) => ({ change, impact: impacts[index] as Impact }));
  });

  it('never is the loss of a volume or a namespace, unless the engine refuses it', () => {
    const accepted = rows.filter(({ impact }) => impact.effect !== 'refused');
    assert.ok(accepted.length > 0);
    assert.deepEqual(
      accepted.flatMap(({ impact }) => dataLosses(impact.steps)),
      [],
    );
  });

  it('has left every volume and namespace as `up` made it', async () => {
    const recorded = names.flatMap((name) => recordedData(name, controlPlane().folder));
    assert.ok(recorded.length > names.length);
    for (const { apiVersion = '', kind = '', metadata } of recorded) {
      const { name = '', namespace = '' } = metadata ?? {};
      const object = await live({ apiVersion, kind, metadata: { name, namespace } });
      assert.equal(object?.metadata?.uid, metadata?.uid, `${kind} ${namespace}/${name}`);
    }
  });

  it('stands in docs/impact.md', () => {
    assert.equal(rows.length, changes.length, 'the engine has not been asked of every change');
    const file = join(projectDir, 'docs', 'impact.md');
    const page = impactPage(rows);
    if (process.env.UPDATE_DOCS === '1') writeAtomically(file, page);
    const difference = shortDiff(readIfExists(file) ?? '', page, 40);
    assert.ok(
      difference.length === 0,
      ['docs/impact.md does not say what the engine says', ...difference, `If the engine is right: ${renewal}`].join(
        '\n',
      ),
    );
  });
});

function contextOf(kubeconfig: string): string {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config.getCurrentContext();
}
