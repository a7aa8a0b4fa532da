import assert from 'node:assert/strict';
import {
  type SnapshotArgs,
  snapshotFacts,
  snapshotFlow,
  snapshotObjects,
} from '../../../components/kit/parts/snapshots';
import { snapshots, snapshotsConstraint } from '../../../components/kit/settings/snapshots';
import { volumeBackup } from '../../../components/kit/stores/volume/backup';
import { validateObject } from '../../support/schemas';

const schema = snapshots({ schedule: '3 3 * * *' });

function args(settings: object = {}, cluster: SnapshotArgs['cluster'] = { volumeSnapshots: {} }): SnapshotArgs {
  const parsed = schema.parse(settings);
  assert.ok(parsed);
  return {
    ...{
      name: 'pk-snapshots',
      key: 'snapshots',
      settings: parsed,
      cluster,
      toolsImage: 'registry.example.org/python:3',
    },
    metadata: (name) => ({ name, namespace: 'ns', labels: { app: 'pk' } }),
    ...{ podLabels: { app: 'pk', component: 'snapshots' }, labels: { app: 'pk' } },
    ...{ imagePullSecrets: [], runAs: { uid: 1, gid: 1 }, placement: {}, waivers: [], after: [] },
    stores: [volumeBackup({ toolsImage: 'registry.example.org/python:3', claimName: 'data', size: '1Gi' })],
    ...{ claims: ['vectors', 'data'], writers: [{ name: 'server', replicas: 1 }] },
  };
}

function environment(given: SnapshotArgs, key = 'snapshots'): Record<string, string | undefined> {
  const object = snapshotObjects(given)[key]?.object;
  assert.ok(object?.kind === 'CronJob');
  const [container] = object.spec?.jobTemplate.spec?.template.spec?.containers ?? [];
  return Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
}

function verbs(given: SnapshotArgs): string[] {
  const role = snapshotObjects(given).snapshotsRole?.object;
  assert.ok(role?.kind === 'Role');
  return (role.rules ?? []).map(({ resourceNames = [], resources, verbs: can }) =>
    `${can.join(',')} ${resources?.join()} ${resourceNames.join()}`.trim(),
  );
}

describe('snapshots of volumes', () => {
  it('are objects that the schemas take', async () => {
    for (const { object } of Object.values(snapshotObjects(args()))) await validateObject(object);
  });

  it('are made by an account that stops a server only where it is to', () => {
    assert.deepEqual(verbs(args()), ['get,list,create,delete volumesnapshots']);
    assert.deepEqual(verbs(args({ quiesce: true })), [
      'get,list,create,delete volumesnapshots',
      'get,patch deployments/scale server',
      'list pods',
    ]);
    assert.equal(environment(args()).WRITERS, '');
    assert.equal(environment(args({ quiesce: true })).WRITERS, 'server=1');
  });

  it('are of the class of the system, else of the cluster, else of the driver', () => {
    const cluster = { volumeSnapshots: { className: 'fast' } };
    assert.equal(environment(args({ className: 'own' }, cluster)).CLASS, 'own');
    assert.equal(environment(args({}, cluster)).CLASS, 'fast');
    assert.equal(environment(args()).CLASS, '');
    assert.equal(snapshotFacts(args({}, cluster)).className, 'fast');
    assert.ok(!('className' in snapshotFacts(args())));
  });

  it('are cut in the order of the claims, after the stores have counted', () => {
    assert.equal(environment(args()).CLAIMS, 'vectors data');
    const object = snapshotObjects(args()).snapshots?.object;
    assert.ok(object?.kind === 'CronJob');
    const { initContainers = [] } = object.spec?.jobTemplate.spec?.template.spec ?? {};
    assert.deepEqual(
      initContainers.map(({ name }) => name),
      ['look-volume'],
    );
  });

  it('talk to the API server', () => {
    const { direction, peer, port } = snapshotFlow(args(), 6443);
    assert.deepEqual([direction, peer, port], ['out', { kind: 'api-server' }, 6443]);
  });

  it('are refused where the cluster does not say that it makes them, or a run outlasts the next', () => {
    const holds = (cluster: SnapshotArgs['cluster']) => snapshotsConstraint(['x'], schema.parse({}), cluster).satisfied;
    assert.deepEqual([holds({}), holds({ volumeSnapshots: {} })], [false, true]);
    assert.equal(snapshotsConstraint(['x'], undefined, {}).satisfied, true);
    assert.equal(schema.safeParse({ schedule: '* * * * *' }).success, false);
  });
});
