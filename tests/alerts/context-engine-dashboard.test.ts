import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { SystemPlan } from '../../components/system';
import { contextEngine, healthy, long, seriesOf } from '../support/alerts/context-engine';
import { selectorsOf, unknownMetrics } from '../support/alerts/metrics';
import { type Promtool, promtool, type RuleFile, type Series } from '../support/alerts/promtool';
import { fires, hour, steady, trialOf } from '../support/alerts/samples';

interface Target {
  readonly expr: string;
  readonly legendFormat: string;
  readonly refId: string;
}

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly Target[];
  }[];
}

function dashboardOf({ objects }: SystemPlan): Dashboard {
  const data = Object.values(objects).flatMap(({ object }) =>
    object.metadata.labels?.grafana_dashboard ? [(object as unknown as { data: Record<string, string> }).data] : [],
  );
  assert.equal(data.length, 1);
  return JSON.parse(Object.values(data[0] ?? {})[0] ?? '');
}

/** A rule for each query that fires when the query shows anything at all. */
function rulesFor(queries: readonly (readonly [title: string, target: Target])[]): RuleFile {
  const rules = queries.map(([, { expr }], place) => ({
    alert: `Query${place}`,
    expr: `count(${expr}) > 0`,
    ...{ for: '0m', labels: {}, annotations: {} },
  }));
  return { groups: [{ name: 'queries', rules }] };
}

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
  const { panels, title, uid } = dashboardOf(system);
  const queries = panels.flatMap((panel) => panel.targets.map((target) => [panel.title, target] as const));
  const rules = rulesFor(queries);

  it('asks only in PromQL that Prometheus reads', async () => {
    assert.match(await tool.check(rules), new RegExp(`SUCCESS: ${queries.length} rules found`));
  });

  it('asks for nothing that no exporter has, and only within one namespace', () => {
    for (const [panel, { expr }] of queries) {
      assert.deepEqual(unknownMetrics(expr), [], panel);
      const selectors = selectorsOf(expr);
      assert.ok(selectors.length > 0, panel);
      for (const { labels } of selectors) assert.ok(labels.includes('namespace="context-engine"'), panel);
    }
  });

  it('shows something in every panel of a system that works', () =>
    trialOf(rules, () => tool)(
      [...healthy(system), ...busy(system)],
      queries.map((_, place) => fires(`Query${place}`, hour, {})),
    ));

  it('names the lines of a panel by labels that they have', () => {
    for (const [panel, { expr, legendFormat }] of queries) {
      for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
        assert.match(expr, new RegExp(`by \\([^)]*\\b${label}\\b`), panel);
      }
    }
  });

  it('has every panel in a place of its own, and every query a name of its own', () => {
    const places = panels.map(({ gridPos: { x, y } }) => `${x},${y}`);
    assert.equal(new Set(places).size, panels.length);
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    for (const { targets } of panels) assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length);
  });

  it('is another one for another installation, by an address that Grafana takes', () => {
    const other = dashboardOf(contextEngine({ namespace: { name: 'tools', shared: true } }));
    assert.notEqual(other.uid, uid);
    assert.notEqual(other.title, title);
    assert.match(uid, /^[\w-]{1,40}$/);
  });

  it('knows nothing of single repositories', () => {
    assert.deepEqual(dashboardOf(contextEngine({ repositories: [] })), dashboardOf(system));
  });

  it('shows no autoscaler and no llama.cpp where there is none', () => {
    const text = JSON.stringify(dashboardOf(contextEngine({ layout: 'single-node', preset: 'minimal' })));
    assert.ok(!text.includes('horizontalpodautoscaler') && !text.includes('llamacpp'));
  });
});
