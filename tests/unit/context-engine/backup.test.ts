import assert from 'node:assert/strict';
import type { ICronJob } from 'kubernetes-models/batch/v1';
import type { IConfigMap, IPodSpec } from 'kubernetes-models/v1';
import { describeContextEngine } from '../../../components/context-engine/objects';
import { contextEngineSchema } from '../../../components/context-engine/settings';
import { clusterSchema } from '../../../config/cluster';
import { parse } from '../../../config/parse';
import { objectOf } from '../../support/objects';
import { validateObject } from '../../support/schemas';

const image = `example.org/context-engine:1@sha256:${'a'.repeat(64)}`;
const bucket = { kind: 's3', endpoint: 'https://s3.example.org', bucket: 'backups', prefix: 'fleet/qdrant' } as const;
const key = { source: 'existing', everyClientSendsIt: true } as const;

function described(backup: object = {}, more: object = {}, facts: object = {}) {
  const settings = parse(contextEngineSchema, { image, backup, layout: 'single-node', ...more }, 'contextEngine');
  const plan = describeContextEngine(settings, { ...parse(clusterSchema, facts, 'cluster'), name: 'lab' });
  const jobOf = (name: string) => objectOf<ICronJob>(plan.objects, name).spec;
  const podOf = (name: string) => jobOf(name)?.jobTemplate.spec?.template.spec as IPodSpec;
  const containersOf = (name: string) => [...(podOf(name).initContainers ?? []), ...podOf(name).containers];
  const envOf = (name: string, container: string) =>
    Object.fromEntries(
      (containersOf(name).find((each) => each.name === container)?.env ?? []).map((each) => [
        each.name,
        each.value ?? each.valueFrom,
      ]),
    );
  return { plan, jobOf, podOf, containersOf, envOf };
}

describe('the backup of Context Engine', () => {
  it('is valid, wherever it goes', async () => {
    for (const target of [{ kind: 'volume' }, bucket]) {
      const { plan } = described({ target, drill: { schedule: '0 5 * * 0' } });
      for (const name of ['backupScripts', 'backup', 'backupRestore', 'backupDrill']) {
        await validateObject(plan.objects[name]?.object as never);
      }
    }
  });

  it('looks at the repository before it dumps, and saves last', () => {
    const names = (job: string) =>
      described()
        .containersOf(job)
        .map(({ name }) => name);
    assert.deepEqual(names('backup'), ['open', 'dump-qdrant', 'save']);
    assert.deepEqual(names('backupRestore'), ['fetch', 'look-qdrant', 'guard', 'load-qdrant', 'compare']);
    assert.deepEqual(names('backupDrill'), ['fetch', 'drill-qdrant', 'load-qdrant', 'compare']);
  });

  it('brings every script that its containers run, where they look for it', () => {
    const { containersOf, plan, podOf } = described();
    const { data = {} } = objectOf<IConfigMap>(plan.objects, 'backupScripts');
    for (const job of ['backup', 'backupRestore', 'backupDrill']) {
      const items = podOf(job).volumes?.find(({ name }) => name === 'scripts')?.configMap?.items ?? [];
      const mounted = new Map(items.map(({ key: from, path }) => [`/opt/backup/${path}`, data[from]]));
      const words = containersOf(job).flatMap(({ command = [], env = [] }) => [
        ...command,
        ...env.flatMap(({ value = '' }) => value.split(' ')),
      ]);
      const wanted = words.filter((word) => word.startsWith('/opt/backup/'));
      assert.ok(wanted.length > 3);
      for (const path of wanted) assert.ok(mounted.get(path), `${path} is mounted`);
    }
  });

  it('has its secrets from Secrets that need not be there, and in no container that does not open the repository', () => {
    const { containersOf, envOf } = described({ target: bucket });
    const optional = (name: string, entry: string) => ({ secretKeyRef: { name, key: entry, optional: true } });
    const env = envOf('backup', 'save');
    assert.deepEqual(env.RESTIC_PASSWORD, optional('context-engine-backup', 'password'));
    assert.deepEqual(env.AWS_ACCESS_KEY_ID, optional('context-engine-s3', 'access-key-id'));
    assert.deepEqual(env.AWS_SECRET_ACCESS_KEY, optional('context-engine-s3', 'secret-access-key'));
    assert.equal(env.RESTIC_REPOSITORY, 's3:https://s3.example.org/backups/fleet/qdrant');
    const holders = ['backup', 'backupRestore', 'backupDrill'].map((job) =>
      containersOf(job)
        .filter(({ env: all = [] }) => all.some(({ name }) => name === 'RESTIC_PASSWORD'))
        .map(({ name }) => name),
    );
    assert.deepEqual(holders, [['open', 'save'], ['fetch'], ['fetch']]);
  });

  it('keeps what the settings say', () => {
    const { envOf } = described({ keep: 3, keepWeekly: 8, check: { percent: 100 } });
    assert.equal(envOf('backup', 'save').KEEP, '--keep-last 3 --keep-weekly 8');
    assert.equal(envOf('backup', 'save').CHECK_PERCENT, '100');
    assert.equal(envOf('backup', 'save').BACKUP_HOST, 'lab/context-engine/context-engine');
  });

  it('tells a drill no key of the living Qdrant, and no way to it', () => {
    const { envOf, jobOf } = described({}, { qdrant: { apiKey: key } });
    assert.equal(envOf('backupDrill', 'load-qdrant').QDRANT_URL, 'http://127.0.0.1:6333');
    assert.equal(envOf('backupDrill', 'load-qdrant').QDRANT_API_KEY, undefined);
    assert.ok(envOf('backup', 'dump-qdrant').QDRANT_API_KEY);
    const labels = jobOf('backupDrill')?.jobTemplate.spec?.template.metadata?.labels ?? {};
    assert.equal(labels['memory-fleet.dev/uses-qdrant'], undefined);
    assert.notEqual(labels.component, 'qdrant');
  });

  it('runs a restore on demand only, once, from the newest, over nothing', () => {
    const { envOf, jobOf } = described();
    assert.deepEqual(
      [jobOf('backupRestore')?.suspend, jobOf('backupRestore')?.jobTemplate.spec?.backoffLimit],
      [true, 0],
    );
    assert.equal(envOf('backupRestore', 'fetch').BACKUP, 'latest');
    assert.equal(envOf('backupRestore', 'guard').OVERWRITE, '0');
  });

  it('is tried out on demand, or by a schedule, which then has an alert', () => {
    assert.equal(described().jobOf('backupDrill')?.suspend, true);
    const scheduled = described({ drill: { schedule: '0 5 * * 0' } }, {}, { monitoring: {} });
    assert.deepEqual(
      [scheduled.jobOf('backupDrill')?.suspend, scheduled.jobOf('backupDrill')?.schedule],
      [false, '0 5 * * 0'],
    );
    const alertsOf = ({ plan }: ReturnType<typeof described>) => JSON.stringify(plan.objects.alerts);
    assert.match(alertsOf(scheduled), /ContextEngineDrillTooOld/);
    assert.doesNotMatch(alertsOf(described({}, {}, { monitoring: {} })), /ContextEngineDrillTooOld/);
  });

  it('keeps its repository on a protected volume of its own, or makes none', () => {
    const { plan, podOf } = described({ target: { kind: 'volume', size: '9Gi' } });
    assert.equal(plan.objects.backupRepository?.holdsData, true);
    const claims = (podOf('backup').volumes ?? []).flatMap(
      ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
    );
    assert.deepEqual(claims, ['context-engine-backup']);
    assert.equal(described({ target: bucket }).plan.objects.backupRepository, undefined);
  });

  it('marks the claims that it dumps for what else copies claims, and not those that nothing else has', () => {
    const { plan } = described({}, {}, { backupTools: ['velero', 'k8up'] });
    const marked = Object.values(plan.objects).flatMap(({ object }) =>
      object.kind === 'PersistentVolumeClaim' &&
      object.metadata.labels?.['velero.io/exclude-from-backup'] === 'true' &&
      object.metadata.annotations?.['k8up.io/backup'] === 'false'
        ? [object.metadata.name]
        : [],
    );
    assert.deepEqual(marked.sort(), ['qdrant-snapshots', 'qdrant-storage-qdrant-0']);
  });

  it('names the jobs that the commands look for', () => {
    const { plan } = described();
    const [facts] = plan.operations.backups;
    assert.ok(facts?.kind === 'restic');
    const { backup, drill, restore } = facts.cronJobs;
    assert.equal(plan.objects.backup?.object.metadata.name, backup);
    assert.equal(plan.objects.backupRestore?.object.metadata.name, restore);
    assert.equal(plan.objects.backupDrill?.object.metadata.name, drill);
  });
});
