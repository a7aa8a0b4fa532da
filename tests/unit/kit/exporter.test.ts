import assert from 'node:assert/strict';
import { labelsOf } from '../../../components/kit/objects/labels';
import {
  type ExportedStore,
  exporterFlow,
  exporterMetrics,
  exporterObjects,
} from '../../../components/kit/parts/exporter';
import { exporterSettings } from '../../../components/kit/settings/exporter';
import { parseStack } from '../../../components/stack';
import { checkPlan } from '../../../policies/check';
import { described } from '../../support/good-plan';
import { systemWith } from '../../support/objects';
import { validateObject } from '../../support/schemas';

const password = { source: 'config', secretName: 'pk-mcp-secrets', secretKey: 'PASSWORD', secretRevision: 2 } as const;
const common = { password, passwordKey: 'secrets' };
const stores: Record<string, [ExportedStore, Record<string, string | undefined>]> = {
  postgres: [
    { ...common, kind: 'postgres', host: 'postgres', port: 5432, database: 'personal_knowledge', user: 'pk_mcp' },
    {
      DATA_SOURCE_NAME: 'postgresql://pk_mcp@postgres:5432/personal_knowledge?sslmode=disable',
      PGPASSWORD: undefined,
    },
  ],
  graph: [
    { ...common, kind: 'redis', host: 'graph', port: 6379 },
    { REDIS_ADDR: 'redis://graph:6379', REDIS_PASSWORD: undefined },
  ],
  queue: [
    { ...common, kind: 'redis', host: 'q.example.org', port: 6380, shows: 'url', lists: ['db1=celery', 'db2=mail'] },
    { REDIS_ADDR: undefined, REDIS_EXPORTER_CHECK_SINGLE_KEYS: 'db1=celery,db2=mail' },
  ],
  encrypted: [
    {
      ...{ ...common, kind: 'postgres', host: 'db.example.org', port: 6432, database: 'd', user: 'u' },
      tls: {
        env: [
          { name: 'PGSSLMODE', value: 'verify-full' },
          { name: 'PGSSLROOTCERT', value: '/ca/ca.crt' },
        ],
        volumeMounts: [{ name: 'ca', mountPath: '/ca', readOnly: true }],
        volumes: [{ name: 'ca', configMap: { name: 'db-ca' } }],
      },
    },
    {
      DATA_SOURCE_NAME: 'postgresql://u@db.example.org:6432/d',
      PGPASSWORD: undefined,
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: '/ca/ca.crt',
    },
  ],
};

for (const [name, [store, environment]] of Object.entries(stores)) {
  describe(`the exporter of ${name}`, () => {
    const settings = exporterSettings(store.kind).parse({});
    assert.ok(settings);
    const selector = { app: 'pk', 'app.kubernetes.io/name': 'system', component: `${name}-exporter` };
    const args = {
      ...{ name: `${name}-exporter`, store, settings, selector, podLabels: { ...labelsOf('system', selector) } },
      metadata: (object: string, labels = {}) => ({
        name: object,
        namespace: 'ns',
        labels: labelsOf('system', labels),
      }),
      ...{ serviceAccountName: 'pk', imagePullSecrets: [], after: [] },
    };
    const objects = exporterObjects(args);
    const { object, after } = objects[args.name] ?? {};
    assert.ok(object?.kind === 'Deployment');
    const template = object.spec?.template;
    const [container] = template?.spec?.containers ?? [];

    it('keeps to every rule', async () => {
      const { cluster } = parseStack({}, 'test');
      const secret = described('v1', 'Secret', {
        metadata: { name: 'pk-mcp-secrets', namespace: 'ns' },
        stringData: { PASSWORD: { secret: ['s', 'k'] } },
      });
      const policy = described('networking.k8s.io/v1', 'NetworkPolicy', {
        metadata: { name: 'deny', namespace: 'ns' },
        spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
      });
      const namespace = described('v1', 'Namespace', {
        metadata: { name: 'ns', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
      });
      const authority = described('v1', 'ConfigMap', { metadata: { name: 'db-ca', namespace: 'ns' } });
      const all = { namespace: { ...namespace, holdsData: true }, policy, secret, authority, ...objects };
      assert.deepEqual(checkPlan({ cluster, systems: [systemWith(all, 's')] }).violations, []);
      for (const each of Object.values(objects)) await validateObject(each.object);
    });

    it('reads the password from the Secret alone, and starts anew when that is raised', () => {
      const env = Object.fromEntries((container?.env ?? []).map((each) => [each.name, each.value]));
      assert.deepEqual(env, environment);
      const references = (container?.env ?? []).flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
      assert.deepEqual(references, [{ name: 'pk-mcp-secrets', key: 'PASSWORD' }]);
      assert.equal(template?.metadata?.annotations?.['memory-fleet.dev/password-revision'], '2');
      assert.deepEqual(after, ['secrets']);
    });

    it('is scraped where its flow lets Prometheus in', () => {
      const { port, selector: scraped, service } = exporterMetrics(args);
      const { object: found } = objects[`${args.name}-service`] ?? {};
      assert.ok(found?.kind === 'Service' && found.metadata.name === service);
      for (const [label, value] of Object.entries(scraped)) {
        if (label !== 'app.kubernetes.io/name') assert.equal(found.metadata.labels?.[label], value);
      }
      const target = found.spec?.ports?.find((each) => each.name === port)?.targetPort;
      assert.equal(target, exporterFlow(args).port);
      assert.equal(target, container?.ports?.[0]?.containerPort);
    });
  });
}
