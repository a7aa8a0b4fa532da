import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describePlan } from '../../components/plan';
import { ConfigError, parseConfig } from '../../config/parse';
import { readStackFile } from '../../operate/stack-file';
import { checkPlan } from '../../policies/check';
import { ensureNamespace, live, openTestStack, projectDir, removeNamespace } from '../support/cluster/control-plane';
import { dataOf, isNamed, mutation, type Path, type Pools, type Raw } from '../support/mutations';

/** Keys that a mutation may set, each with values that are right, wrong, or right and dangerous. */
const pools: Pools = {
  'cluster.storageClass': ['standard', 'Bad Class', 7],
  'cluster.domain': ['corp.local', 'not a domain'],
  'cluster.production': [false, 'yes'],
  'cluster.networkPolicies': ['kubernetes', 'calico'],
  'cluster.gateway': [undefined, {}, { name: 'other', implementation: 'cilium' }],
  'cluster.gateway.section': ['http', ''],
  'cluster.argocd': [undefined, {}, 'on'],
  'cluster.argocd.mode': ['observe', 'argocd', 'none'],
  'memoryMcp.namespace.name': ['elsewhere', 'Not_A_Name'],
  'memoryMcp.namespace.shared': [true, 'no'],
  'memoryMcp.image': ['ghcr.io/butterflyskies/memory-mcp:0.17.2', 'ghcr.io/butterflyskies/memory-mcp:latest', 3],
  'memoryMcp.imageUnpinnedReason': [undefined, 'no'],
  'memoryMcp.hostname': [undefined, 'other.svc.echoes', 'https://memories'],
  'memoryMcp.path': ['/mcp', '/other'],
  'memoryMcp.authentication': [undefined, { mode: 'none' }, { mode: 'none', reason: 'only I can reach it' }],
  'memoryMcp.authentication.mode': ['gateway', 'password'],
  'memoryMcp.volume.size': ['2Gi', '512Mi', '1 GB', 1],
  'memoryMcp.volume.storageClass': ['standard', 'ceph-block', 'Bad Class'],
  'memoryMcp.git.remoteUrl': ['https://github.com/a/b', 'git@github.com:a/b', 'https://u:p@github.com/a/b'],
  'memoryMcp.git.requireRemoteSync': [true, 1],
  'memoryMcp.token.source': ['existing', 'config', 'externalSecret', 'vault'],
  'memoryMcp.server.maxSessions': [1, 0, 1.5, '10'],
  'memoryMcp.server.allowedHosts': [['a.example'], ['A B'], 'a.example'],
  'memoryMcp.startupBudgetSeconds': [1200, 1],
  'memoryMcp.resources.memoryLimit': ['2Gi', '2 gigs'],
  'memoryMcp.resources.cpu': ['1', 'much'],
};

/** Maps that a key which does not exist is put into. */
const maps: readonly Path[] = [[], ['cluster'], ['memoryMcp'], ['memoryMcp', 'authentication'], ['cluster', 'gateway']];

describe('200 random changes to the file of stack goddess', () => {
  const base = readStackFile(`${projectDir}/Pulumi.goddess.yaml`);
  const baseData = dataOf(describePlan(parseConfig(base, 'goddess')));
  const mutations = fc.sample(mutation(base, pools, maps), { numRuns: 200, seed: 20_261_121 });
  const dangerous: { path: Path; raw: Raw }[] = [];
  const harmless: { path: Path; raw: Raw }[] = [];
  const uids = async () =>
    Promise.all(
      [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'memory-mcp' } },
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'memory-mcp-data', namespace: 'memory-mcp' },
        },
      ].map(async (object) => (await live(object))?.metadata?.uid),
    );
  const open = (raw: Raw) =>
    openTestStack('goddess', 'mutations', {
      ...Object.fromEntries(Object.keys(base).map((key) => [`memory-fleet:${key}`, undefined])),
      ...Object.fromEntries(Object.entries(raw).map(([key, value]) => [`memory-fleet:${key}`, value])),
    });

  before(async () => {
    await ensureNamespace('argocd');
    await (await open(base)).up();
  });
  after(async () => {
    await removeNamespace('memory-mcp');
    await removeNamespace('argocd');
  });

  it('are each valid, or refused with the key that was changed', () => {
    let refused = 0;
    for (const { path, meant = path, raw } of mutations) {
      try {
        const config = parseConfig(raw, 'goddess');
        const { violations } = checkPlan(describePlan(config));
        if (violations.length > 0) refused += 1;
        else (isDeepStrictEqual(dataOf(describePlan(config)), baseData) ? harmless : dangerous).push({ path, raw });
      } catch (error) {
        assert.ok(error instanceof ConfigError, String(error));
        refused += 1;
        assert.ok(isNamed(error, path, meant), `${path.join('.')}: ${error.message}`);
      }
    }
    assert.ok(
      refused > 50 && harmless.length > 20 && dangerous.length > 5,
      `${refused} ${harmless.length} ${dangerous.length}`,
    );
  });

  it('leave the data alone in the plan, or are refused by the engine at preview, or only grow the volume', async () => {
    const before = await uids();
    const distinct = [...new Map(dangerous.map((entry) => [JSON.stringify(entry.raw), entry])).values()];
    for (const { path, raw } of distinct) {
      const stack = await open(raw);
      const grows = path.join('.') === 'memoryMcp.volume.size' && valueAt(raw, path) === '2Gi';
      if (grows) assert.equal((await stack.preview()).changes.replace, undefined);
      else await assert.rejects(stack.preview(), /protect|can not be less|forbidden/i, JSON.stringify(path));
    }
    assert.deepEqual(await uids(), before);
  });

  it('never replace or delete data where the plan leaves it alone', async () => {
    const distinct = [...new Map(harmless.map((entry) => [JSON.stringify(entry.raw), entry])).values()].slice(0, 12);
    for (const { raw } of distinct) {
      const touched: string[] = [];
      await (await open(raw)).preview({
        onEvent: ({ resourcePreEvent }) => {
          const { op, urn } = resourcePreEvent?.metadata ?? {};
          if (urn && /:(Namespace|PersistentVolumeClaim)::/.test(urn) && !['same', 'refresh'].includes(op ?? '')) {
            touched.push(`${op} ${urn}`);
          }
        },
      });
      assert.deepEqual(touched, []);
    }
  });
});

function valueAt(raw: Raw, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Raw | undefined)?.[key], raw);
}
