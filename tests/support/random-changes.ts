import assert from 'node:assert/strict';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describeStack, parseStack } from '../../components/stack';
import { ConfigError } from '../../config/parse';
import { readStackFile } from '../../operate/stack-file';
import { checkPlan } from '../../policies/check';
import { dataOf, isNamed, type Mutation, mutation, type Path, type Pools, type Raw } from './mutations';

/** Random changes to the file of a stack. */
export interface RandomChanges {
  readonly stack: string;
  /** Keys that a change may set, each with values that are right, wrong, or right and dangerous. */
  readonly pools: Pools;
  /** Maps that a key which does not exist is put into. */
  readonly maps: readonly Path[];
}

export const goddess: RandomChanges = {
  stack: 'goddess',
  maps: [[], ['cluster'], ['memoryMcp'], ['memoryMcp', 'authentication'], ['cluster', 'gateway']],
  pools: {
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
  },
};

export const lab: RandomChanges = {
  stack: 'lab',
  maps: [[], ['cluster'], ['contextEngine'], ['contextEngine', 'exposure'], ['contextEngine', 'qdrant']],
  pools: {
    'cluster.storageClass': ['fast', 'Bad Class'],
    'cluster.sharedStorageClass': [undefined, 'cephfs', 3],
    'cluster.ingress': [undefined, {}, 'nginx'],
    'cluster.ingress.className': ['internal', ''],
    'cluster.production': [true, 'yes'],
    'contextEngine.namespace.name': ['elsewhere', 'Not_A_Name'],
    'contextEngine.namespace.shared': [true, 'no'],
    'contextEngine.image': [undefined, 'registry.example.org/x:latest', 3],
    'contextEngine.preset': ['core', 'minimal', 'standard', 'everything'],
    'contextEngine.layout': ['single-node', 'many'],
    'contextEngine.qdrant.image': ['docker.io/qdrant/qdrant:v1.16.0-unprivileged', 'docker.io/qdrant/qdrant:v1.16.0'],
    'contextEngine.qdrant.apiKey': [undefined, { source: 'existing' }, { source: 'config' }, 'key'],
    'contextEngine.qdrant.storage.size': ['100Gi', '50 GB'],
    'contextEngine.qdrant.storage.storageClass': ['other', 7],
    'contextEngine.memory.sse': [false, 'no'],
    'contextEngine.indexer.http': [false, 1],
    'contextEngine.indexer.autoscaling.maxReplicas': [1, 3, 0],
    'contextEngine.engine.collection': ['other', 'my-collection', 'Not A Name'],
    'contextEngine.engine.index.chunkLines': [60, 1],
    'contextEngine.llamacpp.enabled': [false, 'off'],
    'contextEngine.llamacpp.gpu': [{}, { count: 0 }],
    'contextEngine.repositories': [
      [],
      [{ source: 'git', name: 'scripts', url: 'https://git.example.org/x' }],
      [{ source: 'git', name: 'a', url: 'https://u:p@git.example.org/x' }],
      [{ source: 'ftp', name: 'a' }],
    ],
    'contextEngine.volumes.models.size': ['40Gi', 'big'],
    'contextEngine.exposure': [undefined, { kind: 'none' }, { kind: 'nodePort', sourceRanges: ['10.0.0.0/8'] }],
    'contextEngine.exposure.sseHostnames': [undefined, { memory: 'context.lab.example.org' }],
    'contextEngine.authentication': [undefined, { mode: 'none' }, { mode: 'gateway' }],
    'contextEngine.quota': [{ pods: 100 }, { pods: 0 }],
    'contextEngine.backup.target': [{ kind: 's3' }, { kind: 'tape' }],
    'contextEngine.backup.keep': [3, 0],
  },
};

/** What the file of a stack says. */
export function fileOf({ stack }: RandomChanges): Raw {
  return readStackFile(join(__dirname, '..', '..', `Pulumi.${stack}.yaml`));
}

/** What became of random changes: valid ones, by whether the objects that hold data are other ones, and refused ones. */
export interface Judged {
  readonly harmless: readonly Mutation[];
  readonly dangerous: readonly Mutation[];
  readonly refused: number;
}

/**
 * Draws changes and has the configuration and the rules judge each.
 * @throws AssertionError where one is refused by anything but a message that names the key that was changed
 */
export function judge(changes: RandomChanges, numRuns: number, seed: number): Judged {
  const base = fileOf(changes);
  const data = dataOf(describeStack(parseStack(base, changes.stack)));
  const harmless: Mutation[] = [];
  const dangerous: Mutation[] = [];
  let refused = 0;
  for (const drawn of fc.sample(mutation(base, changes.pools, changes.maps), { numRuns, seed })) {
    try {
      const plan = describeStack(parseStack(drawn.raw, changes.stack));
      if (checkPlan(plan).violations.length > 0) refused += 1;
      else (isDeepStrictEqual(dataOf(plan), data) ? harmless : dangerous).push(drawn);
    } catch (error) {
      assert.ok(error instanceof ConfigError, String(error));
      refused += 1;
      assert.ok(isNamed(error, drawn.path, drawn.meant), `seed ${seed}: ${drawn.path.join('.')}: ${error.message}`);
    }
  }
  return { harmless, dangerous, refused };
}
