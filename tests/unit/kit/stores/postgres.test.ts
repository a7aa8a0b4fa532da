import assert from 'node:assert/strict';
import { postgresBackup } from '../../../../components/kit/stores/postgres/backup';
import { postgresFlows } from '../../../../components/kit/stores/postgres/flows';
import { type PostgresArgs, postgresObjects, postgresUser } from '../../../../components/kit/stores/postgres/objects';
import { postgresSettings } from '../../../../components/kit/stores/postgres/settings';
import { parse } from '../../../../config/parse';
import { validateObject } from '../../../support/schemas';

const source = { source: 'config', secretName: 'sql', secretKey: 'password', secretRevision: 3 } as const;
const args: PostgresArgs = {
  name: 'postgres',
  metadata: (name, labels) => ({ name, namespace: 'ns', labels }),
  selector: { app: 'notes', component: 'postgres' },
  podLabels: { app: 'notes', component: 'postgres' },
  image: 'docker.io/library/postgres:17.2-alpine',
  imagePullSecrets: [],
  resources: { cpu: '250m', memory: '256Mi', memoryLimit: '1Gi' },
  serviceAccountName: 'notes',
  storage: { claimName: 'data-postgres-0', size: '5Gi' },
  database: 'notes',
  user: 'writer',
  password: { source, key: 'password' },
  maxConnections: 100,
  init: { '001.sql': 'CREATE TABLE notes (id int)' },
  after: ['serviceAccount'],
};
const workload = (change: Partial<PostgresArgs> = {}) => {
  const { postgres } = postgresObjects({ ...args, ...change });
  assert.ok(postgres?.object.kind === 'StatefulSet');
  const template = postgres.object.spec?.template;
  return { described: postgres, template, pod: template?.spec, container: template?.spec?.containers[0] };
};

describe('PostgreSQL as a store of any system', () => {
  it('is a StatefulSet with two Services, its claim, and the SQL that it is made with', async () => {
    const objects = postgresObjects(args);
    await Promise.all(Object.values(objects).map(({ object }) => validateObject(object)));
    assert.deepEqual(
      Object.entries(objects).map(([name, { object }]) => `${name} ${object.kind} ${object.metadata.name}`),
      [
        'postgresStorage PersistentVolumeClaim data-postgres-0',
        'postgresInit ConfigMap postgres-init',
        'postgresHeadless Service postgres-headless',
        'postgresService Service postgres',
        'postgres StatefulSet postgres',
      ],
    );
    const others = ['serviceAccount', 'password'];
    for (const key of objects.postgres?.after ?? []) assert.ok(others.includes(key) || objects[key], key);
  });

  it('runs as the user of its image: by the tag, or as it is told', () => {
    for (const [image, flavour, uid] of [
      ['docker.io/library/postgres:17.2-alpine', undefined, 70],
      ['docker.io/library/postgres:17.2-alpine3.21@sha256:0', undefined, 70],
      ['docker.io/library/postgres:17.2', undefined, 999],
      ['docker.io/pgvector/pgvector:pg16', undefined, 999],
      ['example.org/mirror-alpine/postgres:17', undefined, 999],
      ['example.org/postgres:17', 'alpine', 70],
      ['example.org/postgres:17-alpine', 'debian', 999],
    ] as const) {
      assert.deepEqual(postgresUser(image, flavour), { uid, gid: uid }, image);
    }
  });

  it('has its password from a file, and starts anew with another one', () => {
    const { container, pod, template } = workload();
    assert.ok(!JSON.stringify(container?.env).includes('secretKeyRef'));
    const mounted = pod?.volumes?.find(({ name }) => name === 'password')?.secret;
    assert.deepEqual([mounted?.secretName, mounted?.optional], ['sql', undefined]);
    assert.equal(template?.metadata?.annotations?.['memory-fleet.dev/password-revision'], '3');
    const given = { source: { ...source, source: 'existing' as const }, key: 'password' };
    assert.deepEqual(
      workload({ password: given }).pod?.initContainers?.map(({ name }) => name),
      ['gate'],
    );
  });

  it('takes a quarter of its memory for its buffers, and as many connections as it is told', () => {
    const { command = [] } = workload({ maxConnections: 250 }).container ?? {};
    assert.deepEqual(command.slice(4), ['postgres', '-c', 'max_connections=250', '-c', 'shared_buffers=262144kB']);
    const settings = parse(
      postgresSettings({
        image: args.image,
        size: '5Gi',
        resources: { cpu: '250m', memory: '256Mi', memoryLimit: '1Gi' },
      }),
      { maxConnections: 60 },
      'postgres',
    );
    assert.deepEqual([settings.image, settings.maxConnections, settings.storage.size], [args.image, 60, '5Gi']);
  });

  it('is reached by its clients alone, both ends of the way', () => {
    const flows = postgresFlows({ name: 'postgres', pods: args.selector, clients: { uses: 'it' }, purpose: 'rows' });
    assert.deepEqual(
      flows.map(({ direction, name, port }) => [name, direction, port]),
      [
        ['postgres-out', 'out', 5432],
        ['postgres-in', 'in', 5432],
      ],
    );
  });

  it('is tried out on an empty database that its own pod alone reaches, as the user of the image', () => {
    const { scratch } = postgresBackup({ ...args, host: 'postgres', password: source, storageSize: '5Gi' });
    assert.ok(!scratch.env.some(({ name }) => name === 'PGPASSWORD'));
    const [container] = scratch.containers;
    assert.equal(container?.securityContext?.runAsUser, 70);
    assert.ok(container?.args?.includes('listen_addresses=127.0.0.1'));
    assert.ok(!JSON.stringify(scratch).includes('persistentVolumeClaim'));
  });
});
