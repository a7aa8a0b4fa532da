import assert from 'node:assert/strict';
import { networkPolicies } from '../../../../components/kit/parts/network-policies';
import { cloudNativePgFlows } from '../../../../components/kit/stores/postgres/cloudnative-pg/flows';
import { cloudNativePgObjects } from '../../../../components/kit/stores/postgres/cloudnative-pg/objects';
import type { DescribedObjects } from '../../../../components/system/described';
import { clusterSchema } from '../../../../config/cluster';
import { checkPlan } from '../../../../policies/check';
import { objectOf, planned, systemWith } from '../../../support/objects';
import { hasSchema, validateObject } from '../../../support/schemas';
import { cloudNativePgArgs } from '../../../support/stores';

const args = cloudNativePgArgs('ns');
const { backup: _, pooler: __, ...plain } = args.settings;

describe('PostgreSQL by CloudNativePG', () => {
  const objects: DescribedObjects = cloudNativePgObjects(args);
  const spec = <T>(key: string) => objectOf<{ spec: T }>(objects, key).spec;

  it('is a cluster of servers, its database, a pooler, and backups where they are wanted', async () => {
    assert.deepEqual(
      Object.values(objects).map(({ object }) => `${object.kind} ${object.metadata.name}`),
      [
        'ObjectStore sql-backups',
        'Cluster sql',
        'Database sql-note-book',
        'Pooler sql-pooler',
        'ScheduledBackup sql-nightly',
      ],
    );
    for (const { object } of Object.values(objects)) if (hasSchema(object)) await validateObject(object);
    assert.deepEqual(
      Object.values(cloudNativePgObjects({ ...args, settings: plain })).map(({ object }) => object.kind),
      ['Cluster', 'Database'],
    );
    for (const { after = [] } of Object.values(objects)) for (const key of after) assert.ok(objects[key], key);
  });

  it('is never lost: the volumes go with the cluster', () => {
    assert.equal(objects.sql?.holdsData, true);
    assert.equal(
      objects.sql?.object.metadata.annotations?.['argocd.argoproj.io/sync-options'],
      'Prune=false,Delete=false',
    );
    assert.equal(spec<{ databaseReclaimPolicy: string }>('sqlDatabase').databaseReclaimPolicy, 'retain');
  });

  it('has extensions that only an administrator may make, and lends out connections for a transaction', () => {
    assert.deepEqual(spec<{ extensions: unknown }>('sqlDatabase').extensions, [{ name: 'vector', ensure: 'present' }]);
    assert.deepEqual(spec<{ pgbouncer: unknown }>('sqlPooler').pgbouncer, {
      poolMode: 'transaction',
      parameters: { default_pool_size: '20', max_client_conn: '1000', max_prepared_statements: '200' },
    });
  });

  it('makes a base backup by a schedule whose first field is seconds, by the plugin that has its log too', () => {
    const { pluginConfiguration, schedule } = spec<{ schedule: string; pluginConfiguration: { name: string } }>(
      'sqlScheduledBackup',
    );
    assert.deepEqual([schedule, pluginConfiguration.name], ['0 41 1 * * *', 'barman-cloud.cloudnative-pg.io']);
    const { plugins } = spec<{ plugins: unknown }>('sql');
    assert.deepEqual(plugins, [
      {
        name: 'barman-cloud.cloudnative-pg.io',
        enabled: true,
        isWALArchiver: true,
        parameters: { barmanObjectName: 'sql-backups' },
      },
    ]);
  });

  it('is what policies may select by, and brings the Secrets that it makes, by its very name', () => {
    const cluster = { ...clusterSchema.parse({ cloudNativePg: { barmanPlugin: true } }), name: 'c' };
    const flows = cloudNativePgFlows({
      ...{ name: 'sql', pods: { 'notes.example/part': 'sql' }, clients: system, sessions: system, purpose: 'rows' },
      ...{ database: 'sql', settings: args.settings, cluster },
    });
    const policies = networkPolicies({ system: 'notes', metadata: args.metadata, ours: system, flows, cluster });
    const volumes = [{ name: 'ca', secret: { secretName: 'sql-ca' } }];
    const pod = { object: planned({ apiVersion: 'v1', kind: 'Job', metadata: { name: 'x' }, spec: podOf(volumes) }) };
    const broken = (objects: DescribedObjects, more: DescribedObjects = { pod }) => {
      const plan = systemWith({ ...objects, ...policies, ...more }, 'notes');
      return checkPlan({ cluster, systems: [plan] }).violations.map(({ rule }) => rule);
    };
    assert.deepEqual(
      broken(objects).filter((rule) => rule === 'own-selectors' || rule === 'brought-references'),
      [],
    );
    const other = broken(cloudNativePgObjects({ ...args, name: 'other' }));
    assert.ok(other.includes('own-selectors') && other.includes('brought-references'));
  });
});

const system = { 'app.kubernetes.io/name': 'notes' };

function podOf(volumes: readonly object[]) {
  return { template: { metadata: { labels: system }, spec: { containers: [], volumes } } };
}
