import assert from 'node:assert/strict';
import { type Checkout, mergedCheckout } from '../support/cluster/checkout';
import { ensureNamespace, live, removeNamespace } from '../support/cluster/control-plane';
import type { Mutation, Path, Raw } from '../support/mutations';
import { fileOf, goddess, type Judged, judge, lab } from '../support/random-changes';

// Others in each run, unless an earlier run is to be repeated.
const seed = Number(process.env.SOAK_SEED ?? Date.now() % 1_000_000);

describe(`random changes to a stack file, SOAK_SEED=${seed}`, () => {
  const base = fileOf(goddess);
  let judged: Judged;
  let checkout: Checkout;
  const data = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'memory-mcp' } },
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'memory-mcp-data', namespace: 'memory-mcp' } },
  ];
  const uids = () => Promise.all(data.map(async (object) => (await live(object))?.metadata?.uid));
  const open = (raw: Raw) =>
    checkout.open({
      ...Object.fromEntries(Object.keys(base).map((key) => [`memory-fleet:${key}`, undefined])),
      ...Object.fromEntries(Object.entries(raw).map(([key, value]) => [`memory-fleet:${key}`, value])),
    });

  before(async () => {
    checkout = await mergedCheckout('random-changes', 'goddess');
    await ensureNamespace('argocd');
    await (await open(base)).up();
  });
  after(async () => {
    await removeNamespace('memory-mcp');
    await removeNamespace('argocd');
  });

  it('are each valid, or refused with the key that was changed', function () {
    this.timeout(600_000);
    judged = judge(goddess, 2000, seed);
    assert.ok(judged.refused > 500 && judged.harmless.length > 200 && judged.dangerous.length > 50);
  });

  it('change what holds data of Context Engine only where they say so: namespace, classes, sizes and layout', function () {
    this.timeout(600_000);
    const said =
      /^contextEngine(\.(namespace|layout|qdrant|volumes)|$)|^cluster(\.(storageClass|sharedStorageClass)|$)/;
    const { dangerous } = judge(lab, 3000, seed);
    assert.ok(dangerous.length > 50);
    for (const { path } of dangerous) assert.match(path.join('.'), said);
  });

  it('leave the data alone in the plan, or are refused by the engine at preview, or only grow the volume', async function () {
    this.timeout(1_800_000);
    const before = await uids();
    for (const { path, raw } of distinct(judged.dangerous)) {
      const stack = await open(raw);
      const grows = path.join('.') === 'memoryMcp.volume.size' && valueAt(raw, path) === '2Gi';
      if (grows) assert.equal((await stack.preview({ lookAhead: true })).changes.replace, undefined);
      else
        await assert.rejects(
          stack.preview({ lookAhead: true }),
          /protect|can not be less|forbidden/i,
          JSON.stringify(path),
        );
    }
    assert.deepEqual(await uids(), before);
  });

  it('never replace or delete data where the plan leaves it alone, or are refused by the engine', async function () {
    this.timeout(1_800_000);
    for (const { raw } of distinct(judged.harmless)) {
      const touched: string[] = [];
      const preview = (await open(raw)).preview({
        lookAhead: true,
        onEvent: ({ resourcePreEvent }) => {
          const { op, urn } = resourcePreEvent?.metadata ?? {};
          if (urn && /:(Namespace|PersistentVolumeClaim)::/.test(urn) && !['same', 'refresh'].includes(op ?? '')) {
            touched.push(`${op} ${urn}`);
          }
        },
      });
      const refused = await preview.then(
        () => false,
        // Such as a delivery that becomes Argo CD's alone: the plan has the data still, and the engine would forget them.
        (error: Error) => /protect/.test(error.message) || assert.fail(error),
      );
      if (refused) continue;
      assert.deepEqual(touched, []);
    }
  });
});

function distinct(mutations: readonly Mutation[]): Mutation[] {
  return [...new Map(mutations.map((each) => [JSON.stringify(each.raw), each])).values()];
}

function valueAt(raw: Raw, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Raw | undefined)?.[key], raw);
}
