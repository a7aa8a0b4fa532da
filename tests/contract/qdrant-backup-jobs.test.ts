import assert from 'node:assert/strict';
import type { ICronJob } from 'kubernetes-models/batch/v1';
import type { IContainer } from 'kubernetes-models/v1';
import { backupFacts, backupObjects, type QdrantBackupArgs } from '../../components/context-engine/backup';
import { listedBy, madeBy, restoredBy, wouldOverwrite } from '../../operate/commands/backup/snapshots/answers';
import { contentOf, samplePoints } from '../../operate/commands/backup/snapshots/compare';
import { qdrantAt } from '../../operate/qdrant/client';
import { FakeQdrant } from '../support/contract/fake-qdrant';
import { FakeS3 } from '../support/contract/fake-s3';
import { alias, fakePlace, fill } from '../support/contract/qdrant-place';
import { runContainer } from '../support/contract/qdrant-scripts';
import { objectOf } from '../support/objects';
import { backupArgs, bucket } from '../support/qdrant-backup';

describe('the jobs of the plan', function () {
  this.timeout(60_000);
  const open: { stop: () => Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.stop();
  });

  const containerOf = (args: QdrantBackupArgs, key: 'qdrantBackup' | 'qdrantRestore') => {
    const { spec } = objectOf<ICronJob>(backupObjects(args), key);
    return spec?.jobTemplate.spec?.template.spec?.containers[0] as IContainer;
  };
  const drillContainer = (args: QdrantBackupArgs) => {
    const { container, pod } = backupFacts(args).drill;
    return pod.containers.find(({ name }) => name === container) as IContainer;
  };

  for (const target of [{ kind: 'volume' } as const, bucket]) {
    it(`back up to ${target.kind}, restore, and fill the Qdrant of a drill, which the drill finds to be the same`, async () => {
      const [fake, other, s3] = [await FakeQdrant.started(), await FakeQdrant.started(), await FakeS3.started()];
      open.push(fake, other, s3);
      const place = await fakePlace(fake);
      await fill(place, 'codebase', 30);
      await alias(place, 'current', 'codebase');
      fake.apiKey = 'from api-key';
      const qdrant = { ...backupArgs().qdrant, apiKey: { name: 'qdrant-key', key: 'api-key' } };
      const args = backupArgs(target, { qdrant });
      const here = {
        QDRANT_URL: fake.url,
        ...(target.kind === 'volume' ? { SNAPSHOTS_DIR: fake.folder } : s3.settings),
      };
      const made = await runContainer(containerOf(args, 'qdrantBackup'), here);
      assert.equal(made.code, 0, made.output);
      assert.equal(madeBy(made.lastLine)?.points, 30);

      const refused = await runContainer(containerOf(args, 'qdrantRestore'), here);
      assert.equal(wouldOverwrite(refused.lastLine), 'collection codebase with 30 points');
      const listed = await runContainer(containerOf(args, 'qdrantRestore'), { ...here, ACTION: 'list' });
      assert.equal(listedBy(listed.lastLine)?.length, 1, listed.output);

      const drilled = await runContainer(drillContainer(args), { ...here, QDRANT_URL: other.url });
      const said = restoredBy(drilled.lastLine);
      assert.ok(said, drilled.output);
      const [living, restored] = [qdrantAt(fake.url, fake.apiKey), qdrantAt(other.url)];
      const content = { living: await contentOf(living), restored: await contentOf(restored) };
      assert.deepEqual(content.restored, content.living);
      assert.deepEqual(await samplePoints(living, restored, content, 10), { same: 10, changed: 0, gone: 0 });

      fake.apiKey = undefined;
      await fill(place, 'codebase', 3, 'changed');
      fake.collections.get('codebase')?.points.delete('4');
      const later = await samplePoints(qdrantAt(fake.url), restored, content, 10);
      assert.deepEqual(later, { same: 6, changed: 3, gone: 1 });
    });
  }
});
