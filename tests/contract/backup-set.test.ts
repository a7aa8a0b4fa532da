import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupArgs } from '../../components/kit/parts/backup/args';
import { backupPod, drillPod, restorePod } from '../../components/kit/parts/backup/pods';
import { scriptsOf } from '../../components/kit/parts/backup/scripts';
import type { StoreBackup } from '../../components/kit/parts/backup/store';
import { backup } from '../../components/kit/settings/backup';
import { qdrantBackup } from '../../components/kit/stores/qdrant/backup';
import { volumeBackup } from '../../components/kit/stores/volume/backup';
import { parseStack } from '../../components/stack';
import { FakeQdrant } from '../support/contract/fake-qdrant';
import { jobPrograms, runJob } from '../support/contract/job-pod';
import { orSkip } from '../support/contract/missing';

const toolsImage = 'registry.example.org/tools:1';
const { cluster } = parseStack({}, 'contract');
const vectors = qdrantBackup({
  ...{ toolsImage, cluster, url: 'http://qdrant:6333', image: 'qdrant:1', storageSize: '1Gi' },
  resources: { cpu: '1', memory: '1Gi', memoryLimit: '1Gi' },
});
const files = volumeBackup({ toolsImage, claimName: 'data', size: '1Gi' });

/** A system with these stores. */
function pods(...stores: [StoreBackup, ...StoreBackup[]]) {
  const args: BackupArgs = {
    ...{ name: 'backup', key: 'backup', content: 'knowledge', host: 'cluster/ns/system', claimName: 'backup' },
    settings: backup({ system: 'pk', secret: ['pk', 'password'], schedule: '3 3 * * *', size: '1Gi' }).parse({}),
    metadata: (name) => ({ name, namespace: 'ns' }),
    podLabels: { backup: {}, restore: {}, drill: {} },
    ...{ serviceAccountName: 'pk', imagePullSecrets: [], runAs: { uid: 1, gid: 1 }, placement: {}, waivers: [] },
    ...{ after: [], stores, workSize: '1Gi' },
  };
  return {
    configMaps: { backup: scriptsOf(stores) },
    ...{ backup: backupPod(args), restore: restorePod(args), drill: drillPod(args) },
  };
}

describe('a set of several stores', function () {
  this.timeout(120_000);
  let qdrant: FakeQdrant;
  let scratch: FakeQdrant;
  let data: string;
  let repository: string;

  before(async function () {
    this.timeout(600_000);
    await orSkip(this, jobPrograms);
    qdrant = await FakeQdrant.started();
    scratch = await FakeQdrant.started();
    [data, repository] = ['data', 'repository'].map((name) =>
      mkdtempSync(join(tmpdir(), `memory-fleet-set-${name}-`)),
    ) as [string, string];
    qdrant.fill('documents', 7);
    writeFileSync(join(data, 'repositories.json'), '{"one":{}}');
  });
  after(async () => {
    await qdrant?.stop();
    await scratch?.stop();
    for (const folder of [data, repository]) if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const run = (
    of: ReturnType<typeof pods>,
    purpose: 'backup' | 'restore' | 'drill',
    env: Record<string, string> = {},
  ) =>
    runJob(of[purpose], {
      configMaps: of.configMaps,
      volumes: { '/repository': repository, ...(purpose === 'drill' ? {} : { '/volume': data }) },
      secrets: { 'pk-backup/password': 'a good one' },
      addresses: { 'http://qdrant:6333': qdrant.url, 'http://127.0.0.1:6333': scratch.url },
      env,
    });
  const both = pods(vectors, files);
  const counts = { qdrant: { documents: 7 }, volume: { files: 1 } };

  it('is dumped in the order of the stores, and is one backup with the counts of all', async () => {
    assert.deepEqual(
      both.backup.initContainers?.map(({ name }) => name),
      ['open', 'dump-qdrant', 'dump-volume'],
    );
    const made = await run(both, 'backup');
    assert.equal(made.said?.ok, true, made.output);
    assert.deepEqual(made.said?.counts, counts);
  });

  it('is tried out as a whole', async () => {
    const tried = await run(both, 'drill');
    assert.deepEqual([tried.said?.ok, tried.said?.counts], [true, counts], tried.output);
  });

  it('comes back as a whole', async () => {
    qdrant.lose();
    rmSync(join(data, 'repositories.json'));
    const back = await run(both, 'restore');
    assert.deepEqual([back.said?.ok, back.said?.counts], [true, counts], back.output);
  });

  it('leaves out a store that the system has no more, and names one that the backup does not have', async () => {
    const back = await run(pods(vectors), 'restore', { OVERWRITE: '1' });
    assert.deepEqual(back.said?.counts, { qdrant: { documents: 7 } }, back.output);
    const alone = await run(pods(vectors), 'backup');
    assert.deepEqual(alone.said?.counts, { qdrant: { documents: 7 } }, alone.output);
    const lacking = await run(both, 'restore');
    assert.match(lacking.said?.why ?? '', /^backup \w+ has nothing of store volume$/);
  });
});
