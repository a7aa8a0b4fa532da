import assert from 'node:assert/strict';
import { parseStack } from '../../../components/stack';
import { checkPlan } from '../../../policies/check';
import { describedInstance, facts, image } from '../../support/unit/personal-knowledge';

const cluster = { ...facts, volumeSnapshots: { className: 'fast' } };
const all = { snapshots: { quiesce: true }, graph: { kind: 'falkordb' }, postgres: { enabled: true } };

function environment(settings: object): Record<string, string | undefined> {
  const object = describedInstance(settings, 'private', cluster).objects.snapshots?.object;
  assert.ok(object?.kind === 'CronJob');
  const [container] = object.spec?.jobTemplate.spec?.template.spec?.containers ?? [];
  return Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
}

describe('snapshots of the volumes of an instance', () => {
  it('are of every store that there is, the list of repositories first', () => {
    assert.equal(environment(all).CLAIMS, 'pk-mcp-data data-chromadb-0 data-falkordb-0 data-postgres-0');
    const without = { ...all, graph: { kind: 'none' }, postgres: { enabled: false } };
    assert.equal(environment(without).CLAIMS, 'pk-mcp-data data-chromadb-0');
    assert.match(environment({ ...all, graph: { kind: 'neo4j' } }).CLAIMS ?? '', / data-neo4j-0 /);
    assert.equal(environment(all).WRITERS, 'pk-mcp-service=1');
    assert.equal(environment(all).CLASS, 'fast');
  });

  it('name claims that the plan makes', () => {
    const { objects } = describedInstance(all, 'private', cluster);
    const made = Object.values(objects).flatMap(({ object }) =>
      object.kind === 'PersistentVolumeClaim' ? [object.metadata.name] : [],
    );
    for (const claim of environment(all).CLAIMS?.split(' ') ?? []) assert.ok(made.includes(claim), claim);
  });

  it('keep to every rule, with room for their pod in the quota', () => {
    const quota = { memoryLimit: '17Gi' };
    const plan = describedInstance({ ...all, quota }, 'private', cluster);
    const { cluster: parsed } = parseStack({ cluster }, 'test');
    assert.deepEqual(checkPlan({ cluster: { ...parsed, name: 'test' }, systems: [plan] }).violations, []);
    assert.deepEqual(
      plan.operations.backups.map(({ kind }) => kind),
      ['restic', 'snapshots'],
    );
  });

  it('have an alert and a flow to the API server, and neither where none are made', () => {
    const about = (settings: object) => {
      const { flows, objects } = describedInstance(settings, 'private', cluster);
      const rules = JSON.stringify(Object.values(objects).filter(({ object }) => object.kind === 'PrometheusRule'));
      return [
        rules.includes('PKMCPSnapshotsBackupTooOld'),
        flows.some(({ name, peer }) => name === 'snapshots-to-api-server' && peer.kind === 'api-server'),
        'snapshots' in objects,
      ];
    };
    assert.deepEqual(about(all), [true, true, true]);
    assert.deepEqual(about({}), [false, false, false]);
  });

  it('are refused on a cluster that does not say that it makes them', () => {
    const instances = { private: { image, snapshots: {} } };
    assert.throws(
      () => parseStack({ cluster: facts, personalKnowledge: { instances } }, 'test'),
      /instances\.private\.snapshots: found \{\}, expected none, or cluster\.volumeSnapshots set/,
    );
  });
});
