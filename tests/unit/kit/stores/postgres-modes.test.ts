import assert from 'node:assert/strict';
import { postgresClient, postgresTls } from '../../../../components/kit/stores/postgres/client';
import { postgresModeFlows } from '../../../../components/kit/stores/postgres/flows';
import { postgresConstraints } from '../../../../components/kit/stores/postgres/modes';
import { clusterSchema } from '../../../../config/cluster';
import { parse } from '../../../../config/parse';
import { postgresModes } from '../../../support/stores';

const resources = { cpu: '250m', memory: '256Mi', memoryLimit: '1Gi' };
const schema = postgresModes({
  ...{
    image: 'docker.io/pgvector/pgvector:pg17',
    operandImage: 'ghcr.io/cloudnative-pg/postgresql:17.6-standard-bookworm',
  },
  ...{ size: '20Gi', resources, database: 'notes', user: 'writer' },
});
const settingsOf = (value: unknown) => parse(schema, value, 'postgres');
const password = {
  source: { source: 'config', secretName: 'notes', secretKey: 'password', secretRevision: 0 } as const,
  key: 'secrets',
};
const cluster = clusterSchema.parse({ cloudNativePg: { barmanPlugin: true }, monitoring: {} });
const clientOf = (value: unknown) =>
  postgresClient({ settings: settingsOf(value), name: 'sql', database: 'notes', user: 'writer', password, cluster });
const faults = (value: unknown, facts: Pick<typeof cluster, 'cloudNativePg'> = cluster) =>
  postgresConstraints(['notes', 'postgres'], settingsOf(value), facts)
    .filter(({ satisfied }) => !satisfied)
    .map(({ expected, path }) => `${path.join('.')}: ${expected}`);

const elsewhere = { mode: 'external', host: 'db.example.org', ca: { configMap: 'db-ca' } } as const;
const operated = { mode: 'cloudnative-pg' } as const;

describe('the PostgreSQL of a system', () => {
  it('is one thing to its users, whoever runs it', () => {
    const what = (value: unknown) => {
      const { connections, database, direct, host, port, sslmode, user } = clientOf(value);
      return [`${user}@${host}:${port}/${database}`, `${direct.host}:${direct.port}`, sslmode, connections];
    };
    assert.deepEqual(what({ mode: 'embedded' }), ['writer@sql:5432/notes', 'sql:5432', 'disable', 92]);
    assert.deepEqual(what({ ...elsewhere, port: 6432, database: 'n2', user: 'w2', maxConnections: 40 }), [
      'w2@db.example.org:6432/n2',
      'db.example.org:6432',
      'verify-full',
      40,
    ]);
    assert.deepEqual(what(operated), ['writer@sql-rw:5432/notes', 'sql-rw:5432', 'verify-ca', 92]);
    const pooled = { ...operated, pooler: { instances: 2, poolSize: 20, maxClients: 300 } };
    assert.deepEqual(what(pooled), ['writer@sql-pooler:5432/notes', 'sql-rw:5432', 'verify-ca', 600]);
  });

  it('shows the password of its own Secret, or of the one that the operator makes', () => {
    assert.equal(clientOf(elsewhere).password, password);
    const { secretKey, secretName } = clientOf(operated).password.source;
    assert.deepEqual([secretName, secretKey], ['sql-app', 'password']);
  });

  it('is held against the authority that is named, by what libpq and asyncpg read', () => {
    const { env, volumes } = postgresTls(clientOf(elsewhere));
    assert.deepEqual(env, [
      { name: 'PGSSLMODE', value: 'verify-full' },
      { name: 'PGSSLROOTCERT', value: '/etc/memory-fleet/postgres-ca/ca.crt' },
    ]);
    assert.equal(volumes[0]?.configMap?.name, 'db-ca');
    assert.equal(postgresTls(clientOf(operated)).volumes[0]?.secret?.secretName, 'sql-ca');
    assert.deepEqual(postgresTls(clientOf({ mode: 'embedded' })).volumes, []);
  });

  it('is refused where nothing could make it, or nobody could hold it against anything', () => {
    assert.deepEqual([faults({ mode: 'embedded' }), faults(elsewhere), faults(operated)], [[], [], []]);
    assert.match(faults(operated, {}).join(), /^notes.postgres.mode: another mode, or cluster.cloudNativePg set/);
    assert.match(faults({ ...elsewhere, ca: undefined }).join(), /^notes.postgres.ca: a map with configMap/);
    assert.match(
      faults({ ...elsewhere, sslmode: 'require' }).join(),
      /^notes.postgres.ca: nothing, or another sslmode/,
    );
    const backup = { endpoint: 'https://s3.example.org', bucket: 'notes', secretName: 's3' };
    assert.deepEqual(faults({ ...operated, backup }), []);
    const noPlugin = clusterSchema.parse({ cloudNativePg: {} });
    assert.match(faults({ ...operated, backup }, noPlugin).join(), /^notes.postgres.backup: .*barmanPlugin true/);
    const daily = { ...operated, backup: { ...backup, maxAgeSeconds: 86_399 } };
    assert.match(faults(daily).join(), /^notes.postgres.backup.maxAgeSeconds: at least 86400, or a closer schedule/);
    const pooler = { instances: 3, poolSize: 31 };
    assert.match(faults({ ...operated, pooler }).join(), /^notes.postgres.pooler.poolSize: at most 30: /);
  });

  const flowsOf = (value: unknown) =>
    postgresModeFlows({
      ...{ settings: settingsOf(value), client: clientOf(value), store: 'sql', cluster },
      ...{ name: 'sql', pods: { app: 'server' }, purpose: 'rows' },
      ...{ clients: { uses: 'clients' }, sessions: { uses: 'sessions' } },
    });

  it('is reached at one place: its pod, or a host, and no pod is opened for that', () => {
    assert.deepEqual(
      flowsOf({ mode: 'embedded' }).map(({ direction, port }) => [direction, port]),
      [
        ['out', 5432],
        ['in', 5432],
      ],
    );
    const [out, ...more] = flowsOf({ ...elsewhere, port: 6432 });
    assert.deepEqual([out?.peer, out?.port, out?.direct], [{ kind: 'hosts', names: ['db.example.org'] }, 6432, true]);
    assert.deepEqual(more, []);
  });

  it('of the operator: everything that its pods need, and nobody else', () => {
    const said = (value: unknown) =>
      flowsOf(value).map(({ direction, peer, pods, port }) => {
        const of = (labels: Readonly<Record<string, string>>) => Object.values(labels).join('+');
        const other = peer.kind === 'pods' ? [peer.namespace ?? [], of(peer.labels)].flat().join('/') : peer.kind;
        return `${of(pods)} ${direction} ${other} ${port}`;
      });
    // By a label of our own besides the operator's, which the pods of the pooler have too.
    const alone = [
      'sessions out server+sql 5432',
      'server+sql in sessions 5432',
      'server+sql out server+sql 5432,8000',
      'server+sql in server+sql 5432,8000',
      'server+sql in cnpg-system/cloudnative-pg 5432,8000',
      'server+sql out api-server 6443',
      'server+sql out dns 53',
      'server+sql in monitoring 9187',
    ];
    assert.deepEqual(said(operated), alone);
    const backup = { endpoint: 'https://s3.example.org', bucket: 'notes', secretName: 's3' };
    assert.deepEqual(
      said({ ...operated, backup, pooler: {} })
        .filter((each) => !alone.includes(each))
        .sort(),
      [
        'clients out sql-pooler 5432',
        'sql-pooler in clients 5432',
        'sql-pooler out server+sql 5432',
        'server+sql in sql-pooler 5432',
        'server+sql out hosts 443',
        'sql-pooler in monitoring 9127',
        'sql-pooler out api-server 6443',
        'sql-pooler out dns 53',
      ].sort(),
    );
  });
});
