import assert from 'node:assert/strict';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describePlan } from '../../../components/plan';
import { ConfigError, parseConfig } from '../../../config/parse';
import { readStackFile } from '../../../operate/stack-file';
import { checkPlan } from '../../../policies/check';
import { dataOf, isNamed, mutation, type Pools } from '../../support/mutations';

const pools: Pools = {
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
};

describe('300 random changes to the file of stack lab', () => {
  const base = readStackFile(join(__dirname, '..', '..', '..', 'Pulumi.lab.yaml'));
  const baseData = dataOf(describePlan(parseConfig(base, 'lab')));
  const maps = [[], ['cluster'], ['contextEngine'], ['contextEngine', 'exposure'], ['contextEngine', 'qdrant']];
  const mutations = fc.sample(mutation(base, pools, maps), { numRuns: 300, seed: 20_261_121 });

  it('are each valid, or refused with the key that was changed', () => {
    let [valid, refused] = [0, 0];
    for (const { path, meant, raw } of mutations) {
      try {
        checkPlan(describePlan(parseConfig(raw, 'lab')));
        valid += 1;
      } catch (error) {
        assert.ok(error instanceof ConfigError, String(error));
        assert.ok(isNamed(error, path, meant), `${path.join('.')}: ${error.message}`);
        refused += 1;
      }
    }
    assert.ok(valid > 50 && refused > 50, `${valid} ${refused}`);
  });

  it('change what holds data only where they say so: namespace, classes, sizes and layout', () => {
    const said =
      /^contextEngine(\.(namespace|layout|qdrant|volumes)|$)|^cluster(\.(storageClass|sharedStorageClass)|$)/;
    for (const { path, raw } of mutations) {
      const config = (() => {
        try {
          return parseConfig(raw, 'lab');
        } catch {
          return undefined;
        }
      })();
      if (!config || isDeepStrictEqual(dataOf(describePlan(config)), baseData)) continue;
      assert.match(path.join('.'), said);
    }
  });
});
