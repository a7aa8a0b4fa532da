import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { SystemPlan } from '../../components/system';
import { contextEngine, healthy, long, seriesOf } from '../support/alerts/context-engine';
import { dashboardOf, itIsADashboard, queriesOf, rulesFor } from '../support/alerts/dashboard';
import { type Promtool, promtool, type Series } from '../support/alerts/promtool';
import { fires, hour, steady, trialOf } from '../support/alerts/samples';

/** What only the dashboard shows, in a busy hour with a failing endpoint and a failed job. */
function busy(system: SystemPlan): Series[] {
  const ours = seriesOf(system);
  // As after the scrape: the port of the Service has taken the label `endpoint`.
  const endpoint = { exported_endpoint: '/collections/{name}/points/query', method: 'POST', status: '200' };
  return [
    ours.qdrant('collection_points', steady(40_000, long), { id: 'codebase' }),
    ours.qdrant('rest_responses_total', `0+60x${long}`, endpoint),
    ours.qdrant('rest_responses_fail_total', `0+1x${long}`, { ...endpoint, status: '500' }),
    ...['0.1', '1', '+Inf'].map((le) =>
      ours.qdrant('rest_responses_duration_seconds_bucket', `0+60x${long}`, { ...endpoint, le }),
    ),
    ours.qdrant('memory_allocated_bytes', steady(2 ** 30, long)),
    ours.memory('mcp-memory', steady(2 ** 29, long)),
    ...ours.deployments.map((name) => ours.wanted(name, steady(1, long))),
    ...ours.jobs.map((name) => ours.activeJob(name, steady(0, long))),
    ...ours.job('index-broken-0123456789', 'failed', steady(1, long)),
  ];
}

describe('the dashboard of Context Engine', () => {
  let tool: Promtool;
  before(async () => {
    tool = await promtool(join(__dirname, '..', '..'));
  });
  after(() => tool?.tidy());

  const system = contextEngine();
  const dashboard = dashboardOf(system);
  const { title, uid } = dashboard;
  const queries = queriesOf(dashboard);
  const rules = rulesFor(queries);

  itIsADashboard(dashboard, () => tool, 'namespace="context-engine"');

  it('shows something in every panel of a system that works', () =>
    trialOf(rules, () => tool)(
      [...healthy(system), ...busy(system)],
      queries.map((_, place) => fires(`Query${place}`, hour, {})),
    ));

  it('is another one for another installation, by an address that Grafana takes', () => {
    const other = dashboardOf(contextEngine({ namespace: { name: 'tools', shared: true } }));
    assert.notEqual(other.uid, uid);
    assert.notEqual(other.title, title);
  });

  it('knows nothing of single repositories', () => {
    assert.deepEqual(dashboardOf(contextEngine({ repositories: [] })), dashboard);
  });

  it('shows no autoscaler and no llama.cpp where there is none', () => {
    const text = JSON.stringify(dashboardOf(contextEngine({ layout: 'single-node', preset: 'minimal' })));
    assert.ok(!text.includes('horizontalpodautoscaler') && !text.includes('llamacpp'));
  });
});
