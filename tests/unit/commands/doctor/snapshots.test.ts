import assert from 'node:assert/strict';
import { type Examined, finding } from '../../../../operate/commands/doctor/check';
import { snapshots } from '../../../../operate/commands/doctor/checks/snapshots';
import { described } from '../../../support/good-plan';
import { systemWith } from '../../../support/objects';

const api = '/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses';
const backup = { kind: 'snapshots', name: 'snapshots', claims: ['data'] };
const storage = [
  {
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'csi.example.org',
  },
];

/** What the check says where the cluster has these classes; undefined = it knows no snapshots. */
async function said(classes: readonly object[] | undefined, className?: string): Promise<string> {
  const system = systemWith({ claim: described('v1', 'PersistentVolumeClaim', { spec: {} }) }, 's');
  const operations = { ...system.operations, backups: [{ ...backup, ...(className ? { className } : {}) }] };
  const examined = {
    stack: { plan: { systems: [{ ...system, operations }] } },
    look: {
      at: async (path: string) => (path === api && classes ? { items: classes } : undefined),
      list: async () => storage,
    },
  } as unknown as Examined;
  const [only] = await Promise.all(snapshots(examined).map(finding));
  return `${only?.subject}: ${only?.status}: ${only?.found}`;
}

const classOf = (name: string, driver: string, deletionPolicy: string, isDefault = false) => ({
  metadata: {
    name,
    annotations: isDefault ? { 'snapshot.storage.kubernetes.io/is-default-class': 'true' } : {},
  },
  driver,
  deletionPolicy,
});

describe('what doctor says of snapshots of volumes', () => {
  it('is that the cluster knows none', async () => {
    assert.match(await said(undefined), /^default VolumeSnapshotClass: missing: the cluster knows no snapshots/);
  });

  it('is that there is no such class, or no default', async () => {
    const there = [classOf('slow', 'csi.example.org', 'Retain')];
    assert.equal(await said(there), 'default VolumeSnapshotClass: missing: there is none');
    assert.equal(await said(there, 'fast'), 'VolumeSnapshotClass fast: missing: there is none');
    assert.match(await said(there, 'slow'), /^VolumeSnapshotClass slow: ok: slow of csi\.example\.org, keeps/);
  });

  it('is that the class is of another driver than the volumes', async () => {
    const found = await said([classOf('other', 'other.example.org', 'Retain', true)]);
    assert.match(found, /missing: other is not of csi\.example\.org, which makes the volumes$/);
  });

  it('is asked of each class with the volumes of those systems alone that use it', async () => {
    const other = { metadata: { name: 'far' }, provisioner: 'far.example.org' };
    const systems = [
      { className: 'fast', spec: {} },
      { className: 'remote', spec: { storageClassName: 'far' } },
    ].map(({ className, spec }) => {
      const claim = described('v1', 'PersistentVolumeClaim', { metadata: { name: 'data' }, spec });
      const system = systemWith({ claim }, className);
      return { ...system, operations: { ...system.operations, backups: [{ ...backup, className }] } };
    });
    const items = [classOf('fast', 'csi.example.org', 'Retain'), classOf('remote', 'far.example.org', 'Retain')];
    const look = { at: async () => ({ items }), list: async () => [...storage, other] };
    const examined = { stack: { plan: { systems } }, look } as unknown as Examined;
    const found = await Promise.all(snapshots(examined).map(finding));
    assert.deepEqual(
      found.map(({ status, subject }) => `${subject}: ${status}`),
      ['VolumeSnapshotClass fast: ok', 'VolumeSnapshotClass remote: ok'],
    );
  });

  it('is that snapshots go with their namespace', async () => {
    assert.match(
      await said([classOf('fast', 'csi.example.org', 'Delete', true)]),
      /warning: .*together with their namespace$/,
    );
  });
});
