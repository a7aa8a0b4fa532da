import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ICronJob } from 'kubernetes-models/batch/v1';
import type { IConfigMap, IPodSpec } from 'kubernetes-models/v1';
import {
  type BackupTarget,
  backupFacts,
  backupObjects,
  type QdrantBackupArgs,
} from '../../../components/context-engine/backup';
import { drillPodObject } from '../../../operate/commands/backup/snapshots/drill-pod';
import { objectOf } from '../../support/objects';
import { backupArgs, bucket } from '../../support/qdrant-backup';
import { validateObject } from '../../support/schemas';

const scripts = join(__dirname, '..', '..', '..', 'components', 'context-engine', 'qdrant');

function described(target?: BackupTarget, more?: Partial<QdrantBackupArgs>) {
  const objects = backupObjects(backupArgs(target, more));
  const podOf = (name: string) => objectOf<ICronJob>(objects, name).spec?.jobTemplate.spec?.template.spec as IPodSpec;
  const envOf = (name: string) =>
    Object.fromEntries(
      (podOf(name).containers[0]?.env ?? []).map(({ name: key, value, valueFrom }) => [key, value ?? valueFrom]),
    );
  return { objects, podOf, envOf, facts: backupFacts(backupArgs(target, more)) };
}

describe('the backup of Qdrant', () => {
  it('is valid, wherever it goes', async () => {
    for (const target of [undefined, bucket]) {
      for (const { object } of Object.values(described(target).objects)) await validateObject(object);
    }
  });

  it('brings every script there is, each under its own name', () => {
    const { data = {} } = objectOf<IConfigMap>(described().objects, 'qdrantBackupScripts');
    const files = readdirSync(scripts).filter((name) => name.endsWith('.py'));
    assert.deepEqual(Object.keys(data).sort(), files.sort());
    for (const file of files) assert.equal(data[file], readFileSync(join(scripts, file), 'utf8'));
  });

  it('ends by itself before its deadline, so that it can tidy up', () => {
    assert.equal(described().envOf('qdrantBackup').DEADLINE_SECONDS, '3570');
  });

  it('runs on the node of Qdrant where it mounts its volume, and anywhere else where it does not', () => {
    const { affinity, volumes } = described().podOf('qdrantBackup');
    assert.deepEqual(affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution, [
      {
        topologyKey: 'kubernetes.io/hostname',
        labelSelector: { matchLabels: { 'memory-fleet.dev/uses-snapshots': 'true' } },
      },
    ]);
    assert.ok(volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === 'qdrant-snapshots'));
    const away = described(bucket).podOf('qdrantBackup');
    assert.equal(away.affinity, undefined);
    assert.ok(!away.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim));
  });

  it('has its keys from Secrets', () => {
    const qdrant = { ...backupArgs().qdrant, apiKey: { name: 'qdrant-key', key: 'api-key' } };
    const env = described(bucket, { qdrant }).envOf('qdrantBackup');
    assert.deepEqual(env.QDRANT_API_KEY, { secretKeyRef: { name: 'qdrant-key', key: 'api-key' } });
    assert.deepEqual(env.S3_ACCESS_KEY_ID, { secretKeyRef: { name: 'context-engine-s3', key: 'access-key-id' } });
    assert.equal(described().envOf('qdrantBackup').QDRANT_API_KEY, undefined);
  });

  it('is restored on demand only, from the newest, over nothing', () => {
    const { spec } = objectOf<ICronJob>(described().objects, 'qdrantRestore');
    assert.deepEqual([spec?.suspend, spec?.jobTemplate.spec?.backoffLimit], [true, 0]);
    const { ACTION, BACKUP, OVERWRITE } = described().envOf('qdrantRestore');
    assert.deepEqual([ACTION, BACKUP, OVERWRITE], ['restore', 'latest', '0']);
  });

  it('names the containers and jobs that the commands look for', () => {
    const { facts, objects, podOf } = described();
    assert.equal(objects.qdrantBackup?.object.metadata.name, facts.cronJob);
    assert.equal(objects.qdrantRestore?.object.metadata.name, facts.restore.cronJob);
    assert.equal(podOf('qdrantRestore').containers[0]?.name, facts.restore.container);
    assert.ok(facts.drill.pod.containers.some(({ name }) => name === facts.drill.container));
  });
});

describe('a drill of the backup of Qdrant', () => {
  const drillOf = (target?: BackupTarget) => described(target).facts.drill;

  it('is a valid pod that ends by itself', async () => {
    const system = { namespace: 'context-engine' } as Parameters<typeof drillPodObject>[0];
    for (const target of [undefined, bucket]) {
      const pod = drillPodObject(system, drillOf(target), 'context-engine-drill-1', 60);
      await validateObject(pod);
      assert.equal(pod.spec.activeDeadlineSeconds, 60);
      assert.equal(pod.spec.restartPolicy, 'Never');
    }
  });

  it('restores into the Qdrant beside it, without the key of the living one', () => {
    const qdrant = { ...backupArgs().qdrant, apiKey: { name: 'qdrant-key', key: 'api-key' } };
    const { pod } = described(undefined, { qdrant }).facts.drill;
    const env = pod.containers.find(({ name }) => name === 'restore')?.env ?? [];
    assert.equal(env.find(({ name }) => name === 'QDRANT_URL')?.value, 'http://127.0.0.1:6333');
    assert.equal(env.find(({ name }) => name === 'TRANSFER')?.value, 'upload');
    assert.ok(pod.containers.every((each) => each.env?.every(({ name }) => !/API_KEY/.test(name))));
  });

  it('may read the backups and change none, and keeps nothing of its own', () => {
    const { pod } = drillOf();
    const mounts = pod.containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
    assert.deepEqual(
      mounts.filter(({ name }) => name === 'snapshots').map(({ readOnly }) => readOnly),
      [true],
    );
    const kept = (pod.volumes ?? []).filter(({ configMap, emptyDir }) => !emptyDir && !configMap);
    assert.deepEqual(
      kept.map(({ name }) => name),
      ['snapshots'],
    );
  });

  it('is not what the Service of Qdrant sends requests to', () => {
    const { facts } = described();
    assert.notDeepEqual({ ...facts.drill.labels, ...facts.server.podLabels }, facts.drill.labels);
  });
});
