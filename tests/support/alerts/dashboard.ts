import assert from 'node:assert/strict';
import type { SystemPlan } from '../../../components/system';
import { selectorsOf, unknownMetrics } from './metrics';
import type { Promtool, RuleFile } from './promtool';

/** A query of a panel. */
export interface Target {
  readonly expr: string;
  readonly legendFormat: string;
  readonly refId: string;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly Target[];
  }[];
}

/** The only dashboard of a system. */
export function dashboardOf({ objects }: SystemPlan): Dashboard {
  const data = Object.values(objects).flatMap(({ object }) =>
    object.metadata.labels?.grafana_dashboard ? [(object as unknown as { data: Record<string, string> }).data] : [],
  );
  assert.equal(data.length, 1);
  return JSON.parse(Object.values(data[0] ?? {})[0] ?? '');
}

/** The queries of a dashboard, each with the title of its panel. */
export function queriesOf({ panels }: Dashboard): (readonly [title: string, target: Target])[] {
  return panels.flatMap((panel) => panel.targets.map((target) => [panel.title, target] as const));
}

/** A rule for each query that fires when the query shows anything at all. */
export function rulesFor(queries: readonly (readonly [title: string, target: Target])[]): RuleFile {
  const rules = queries.map(([, { expr }], place) => ({
    alert: `Query${place}`,
    expr: `count(${expr}) > 0`,
    ...{ for: '0m', labels: {}, annotations: {} },
  }));
  return { groups: [{ name: 'queries', rules }] };
}

/**
 * What holds of every dashboard.
 *
 * @param within what every selector asks for, such as `namespace="ns"`
 * @param measured beginnings of metrics that whoever runs the cluster has: of an ingress controller
 */
export function itIsADashboard(dashboard: Dashboard, tool: () => Promtool, within: string, measured = /^$/): void {
  const queries = queriesOf(dashboard);
  const { panels, uid } = dashboard;

  it('asks only in PromQL that Prometheus reads', async () => {
    assert.match(await tool().check(rulesFor(queries)), new RegExp(`SUCCESS: ${queries.length} rules found`));
  });

  it('asks for nothing that no exporter has, and only within one namespace', () => {
    for (const [panel, { expr }] of queries) {
      assert.deepEqual(
        unknownMetrics(expr).filter((metric) => !measured.test(metric)),
        [],
        panel,
      );
      const selectors = selectorsOf(expr);
      assert.ok(selectors.length > 0, panel);
      for (const { labels } of selectors) assert.ok(labels.includes(within), panel);
    }
  });

  it('names the lines of a panel by labels that they have', () => {
    for (const [panel, { expr, legendFormat }] of queries) {
      for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
        assert.match(expr, new RegExp(`by \\([^)]*\\b${label}\\b`), panel);
      }
    }
  });

  it('has every panel in a place of its own, and every query a name of its own, at an address that Grafana takes', () => {
    const places = panels.map(({ gridPos: { x, y } }) => `${x},${y}`);
    assert.equal(new Set(places).size, panels.length);
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    for (const { targets } of panels) assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length);
    assert.match(uid, /^[\w-]{1,40}$/);
  });
}
