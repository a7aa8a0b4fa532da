import assert from 'node:assert/strict';
import type { IProbe, IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import type { IService } from 'kubernetes-models/v1';
import type { SystemPlan } from '../../../components/system';
import { validateObject } from '../../support/schemas';
import { described, facts, find, names } from '../../support/unit/context-engine';

const monitored = { ...facts, monitoring: { labels: { release: 'prometheus' } } };
const kinds = ['ServiceMonitor', 'Probe', 'PrometheusRule'];
const networks = { sourceRanges: ['192.0.2.0/24'] };
const bearer = { authentication: { mode: 'bearer' } };
const everything = ['qdrant', 'mcp-memory', 'mcp-indexer', 'mcp-memory-http', 'mcp-indexer-http', 'llamacpp'];

/** All ways in, each with all Services that it can make. */
const ways: Readonly<Record<string, object>> = {
  'reached from inside alone': bearer,
  'on ports of the nodes': { ...bearer, exposure: { kind: 'nodePort', services: everything, ...networks } },
  'on load balancers': { ...bearer, exposure: { kind: 'loadBalancer', services: everything, ...networks } },
  'behind an Ingress, with proxies': {
    ...bearer,
    exposure: { kind: 'ingress', hostname: 'ce.example.org', services: ['qdrant', 'mcp-memory-http'] },
  },
};

function services(plan: SystemPlan): IService[] {
  return Object.values(plan.objects).flatMap(({ object }) => (object.kind === 'Service' ? [object as IService] : []));
}

function selects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

describe('the monitoring of Context Engine', () => {
  it('is not there without a Prometheus operator', () => {
    assert.deepEqual(names(described(), ...kinds), []);
    assert.ok(!names(described()).some((name) => name.includes('dashboard')));
  });

  it('is what the operator and the sidecar of Grafana take', async () => {
    const plan = described({ qdrant: { apiKey: { source: 'existing' } } }, monitored);
    const objects = Object.values(plan.objects).map(({ object }) => object);
    const ours = objects.filter(({ kind, metadata }) => kinds.includes(kind) || metadata.name.endsWith('-dashboard'));
    assert.equal(ours.length, 8);
    for (const object of ours) {
      await validateObject(object);
      assert.equal(object.metadata.labels?.release, object.kind === 'ConfigMap' ? undefined : 'prometheus');
    }
  });

  for (const [way, settings] of Object.entries(ways)) {
    it(`scrapes Qdrant once, ${way}`, () => {
      const plan = described(settings, monitored);
      const { spec } = find<IServiceMonitor>(plan, 'ServiceMonitor', 'qdrant');
      const found = services(plan).filter(({ metadata }) =>
        selects(spec?.selector.matchLabels ?? {}, metadata?.labels ?? {}),
      );
      assert.deepEqual(
        found.map(({ metadata }) => metadata?.name),
        ['qdrant'],
      );
      assert.ok(found[0]?.spec?.ports?.some(({ name }) => name === spec?.endpoints?.[0]?.port));
    });

    it(`asks for health where network policies let Prometheus in, ${way}`, () => {
      const plan = described(settings, monitored);
      const probes = Object.values(plan.objects).flatMap(({ object }) =>
        object.kind === 'Probe' ? [object as IProbe] : [],
      );
      assert.equal(probes.length, 5);
      for (const { spec } of probes) {
        const url = new URL(spec?.targets?.staticConfig?.static?.[0] ?? '');
        const [name = '', ...domain] = url.hostname.split('.');
        assert.deepEqual(domain, ['context-engine', 'svc', 'cluster', 'local']);
        const service = find<IService>(plan, 'Service', name);
        const port = service.spec?.ports?.find((each) => each.port === Number(url.port));
        assert.equal(url.pathname, name === 'llamacpp' ? '/health' : '/readyz');
        assert.ok(
          plan.flows.some(
            (flow) =>
              flow.name === `${name}-from-monitoring` && flow.direction === 'in' && flow.port === port?.targetPort,
          ),
          url.href,
        );
      }
    });
  }

  it('shows Qdrant the API key where it asks for one, and nothing else', () => {
    const authorization = (settings: object) =>
      find<IServiceMonitor>(described(settings, monitored), 'ServiceMonitor', 'qdrant').spec?.endpoints?.[0]
        ?.authorization;
    assert.equal(authorization({}), undefined);
    assert.deepEqual(
      authorization({ qdrant: { apiKey: { source: 'existing', secretName: 'mine', secretKey: 'key' } } }),
      {
        type: 'Bearer',
        credentials: { name: 'mine', key: 'key' },
      },
    );
  });

  it('probes what runs', () => {
    const plan = described({ preset: 'core', memory: { sse: false } }, monitored);
    assert.deepEqual(names(plan, 'Probe'), ['Probe/context-engine-mcp-indexer']);
  });
});
