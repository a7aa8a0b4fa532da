import assert from 'node:assert/strict';
import { serviceMonitor } from '../../../components/kit/objects/service-monitor';
import { dashboard } from '../../../components/kit/parts/dashboard';
import { clusterSchema } from '../../../config/cluster';
import { validateObject } from '../../support/schemas';

const metadata = { name: 'qdrant', namespace: 'ns', labels: { app: 'thing' } };
const { monitoring } = clusterSchema.parse({ monitoring: { labels: { release: 'prometheus' } } });
assert.ok(monitoring);

describe('a ServiceMonitor', () => {
  const metrics = { selector: { component: 'qdrant' }, port: 'http', path: '/metrics', interval: '60s' };

  it('is found by the operator and scrapes a port of a Service', async () => {
    const { object } = serviceMonitor(metadata, metrics, monitoring);
    await validateObject(object);
    assert.deepEqual(object.metadata.labels, { app: 'thing', release: 'prometheus' });
    assert.deepEqual(object.spec?.selector, { matchLabels: { component: 'qdrant' } });
    assert.deepEqual(object.spec?.endpoints, [{ port: 'http', path: '/metrics', interval: '60s' }]);
  });

  it('shows the token of a Secret where one is asked for', async () => {
    const credentials = { name: 'qdrant-key', key: 'api-key' };
    const { object } = serviceMonitor(metadata, { ...metrics, credentials }, monitoring);
    await validateObject(object);
    assert.deepEqual(object.spec?.endpoints?.[0]?.authorization, { type: 'Bearer', credentials });
  });
});

describe('a dashboard', () => {
  it('is a ConfigMap that the sidecar of Grafana finds by its labels', async () => {
    const { object } = dashboard(metadata, { title: 'Qdrant' }, monitoring);
    await validateObject(object);
    assert.deepEqual(object.metadata.labels, { app: 'thing', grafana_dashboard: '1' });
    const [content] = Object.values(object.data ?? {});
    assert.deepEqual(JSON.parse(content ?? ''), { title: 'Qdrant' });
  });

  it('has a file of its own in every namespace, because Grafana keeps them in one folder', () => {
    const fileIn = (namespace: string) =>
      Object.keys(dashboard({ ...metadata, namespace }, {}, monitoring).object.data ?? {}).join();
    assert.deepEqual([fileIn('a'), fileIn('b')], ['a-qdrant.json', 'b-qdrant.json']);
  });
});
