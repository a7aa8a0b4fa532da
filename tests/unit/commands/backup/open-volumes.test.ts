import assert from 'node:assert/strict';
import type { ResticBackup } from '../../../../components/system/operations';
import { openVolumes } from '../../../../operate/commands/backup/restic/open-volumes';
import type { Saved } from '../../../../operate/commands/backup/target';

const uses = (claimName: string) => ({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] });
const pod = (name: string, claim: string, more: { phase?: string; owner?: string } = {}) => ({
  metadata: { name, ownerReferences: [{ kind: more.owner ?? 'ReplicaSet' }] },
  spec: uses(claim),
  status: { phase: more.phase ?? 'Running' },
});

/** A backup of a system in namespace `notes`, whose restore writes into the claim `files`. */
function saved(pods: readonly object[]): Saved<ResticBackup> {
  const template = { spec: { jobTemplate: { spec: { template: { spec: uses('files') } } } } };
  const send = async (_method: string, path: string) => ({
    status: 200,
    body: JSON.stringify(path.endsWith('/cronjobs/files-restore') ? template : { items: pods }),
  });
  const servers = [{ workload: { kind: 'Deployment', name: 'notes' } }];
  return {
    backup: { cronJobs: { restore: 'files-restore' } },
    cluster: { api: { send } },
    system: { namespace: 'notes', operations: { servers } },
  } as unknown as Saved<ResticBackup>;
}

describe('a restore into the files of a volume', () => {
  it('is refused while a pod that is no Job has the volume, with the command that ends it', async () => {
    const found = await openVolumes(saved([pod('notes-1', 'files'), pod('notes-2', 'files', { phase: 'Pending' })]));
    assert.equal(found?.status, 'failed');
    assert.equal(found?.found, 'nothing is changed: what is restored is in use by notes-1, notes-2');
    assert.match(found?.remedy ?? '', /kubectl -n notes scale deployment\/notes --replicas 0; back to 1 afterwards/);
  });

  for (const [what, pods] of Object.entries({
    'there is none': [],
    'it has another volume': [pod('notes-1', 'others')],
    'it is of a Job, of which one runs at a time anyway': [pod('save', 'files', { owner: 'Job' })],
    'it has ended': [pod('a', 'files', { phase: 'Succeeded' }), pod('b', 'files', { phase: 'Failed' })],
  })) {
    it(`begins where ${what}`, async () => assert.equal(await openVolumes(saved(pods)), undefined));
  }
});
