import assert from 'node:assert/strict';
import { join } from 'node:path';
import { KubeConfig, type KubernetesObject } from '@kubernetes/client-node';
import { readIfExists, writeAtomically } from '../../operate/base/files';
import { dataLosses } from '../../operate/preview/losses';
import { shortDiff } from '../../render/diff';
import { controlPlane, ensureNamespace, live, projectDir, removeNamespace } from '../support/cluster/control-plane';
import type { Answers, Sample } from '../support/cluster/impact-answers';
import { type BaseName, bases } from '../support/cluster/impact-bases';
import type { Change, Facts } from '../support/cluster/impact-change';
import { allChanges } from '../support/cluster/impact-changes';
import type { Impact } from '../support/cluster/impact-effect';
import { startLane } from '../support/cluster/impact-lane';
import { impactPage, type Row, renewal } from '../support/cluster/impact-page';
import { recordedData } from '../support/cluster/impact-stacks';

/** Stacks in the order of the page's rows. */
const names: readonly BaseName[] = [
  ...(['cilium', 'shared', 'bootstrap', 'envoy', 'sealed', 'handed-over'] as const),
  ...(['engine-ingress', 'engine-gateway', 'engine-node', 'engine-balanced'] as const),
];

/** Stacks by the process that works on them. Two processes keep two cores busy, with about the same work for each. */
const lanes: readonly (readonly BaseName[])[] = [
  ['engine-ingress', 'engine-node'],
  ['engine-gateway', 'engine-balanced', 'cilium', 'shared', 'bootstrap', 'envoy', 'sealed', 'handed-over'],
];

describe('what changing a key does', () => {
  const needs = [...new Set(names.flatMap((name) => bases[name].needs))];
  let facts: Facts;
  let changes: readonly Change[];
  let rows: readonly Row[] = [];
  let results: ReadonlyMap<BaseName, Answers> = new Map();
  // Another one in each run, unless an earlier run is to be repeated.
  const seed = Number(process.env.IMPACT_SEED ?? Date.now() % 1_000_000);
  const sample: Sample = { seed, size: Number(process.env.IMPACT_SAMPLE ?? 1) };

  before(async () => {
    const { kubeconfig } = controlPlane().cluster;
    const kubeSystem = await live({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } });
    facts = { uid: kubeSystem?.metadata?.uid ?? '', context: contextOf(kubeconfig) };
    changes = allChanges(facts);
    for (const namespace of needs) await ensureNamespace(namespace);
    for (const name of names) {
      for (const claim of bases[name].claims ?? []) await ensureClaim(`impact-${name}`, claim);
    }
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
    const ended = await Promise.allSettled(lanes.map((lane) => startLane({ ...site, facts, sample, names: lane })));
    const failures = ended.flatMap((lane) => (lane.status === 'rejected' ? [lane.reason.message] : []));
    assert.deepEqual(failures, []);
    results = new Map(ended.flatMap((lane) => (lane.status === 'fulfilled' ? [...lane.value] : [])));
    rows = names.flatMap((name) =>
      changes
        .filter(({ base }) => base === name)
        .map((change, index) => ({ change, impact: results.get(name)?.impacts[index] as Impact })),
    );
    assert.ok(rows.every(({ impact }) => impact !== undefined));
  });

  it('is the same for another change of the same kind', () => {
    const comparisons = [...results.values()].flatMap((result) => result.comparisons);
    assert.ok(comparisons.length > 0);
    for (const { asked, change, concluded } of comparisons) {
      assert.deepEqual(asked, concluded, `${change} (IMPACT_SEED=${seed})`);
    }
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
    assert.equal(rows.length, changes.length, 'not every change has an answer');
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

/** A claim with somebody's files. */
async function ensureClaim(namespace: string, name: string): Promise<void> {
  await ensureNamespace(namespace);
  const claim: KubernetesObject & { spec: object } = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace },
    spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } },
  };
  await controlPlane().objects.create(claim);
}

function contextOf(kubeconfig: string): string {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config.getCurrentContext();
}
