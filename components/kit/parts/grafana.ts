/** One panel: what it shows, in PromQL without any variable of Grafana. */
export interface Panel {
  readonly title: string;
  /** What somebody who looks at it should know. */
  readonly description?: string;
  /** `timeseries`: a line for each series; `stat`: the last value of each. */
  readonly kind: 'timeseries' | 'stat';
  /** Unit in Grafana's notation, such as `bytes`, `s`, `percentunit`, `reqps`. @default a plain number */
  readonly unit?: string;
  /** Queries, each with the name of its series; `{{label}}` stands for the value of a label. */
  readonly queries: readonly { readonly legend: string; readonly expr: string }[];
}

const source = { type: 'prometheus', uid: '$datasource' };
const size = { w: 12, h: 8 };

/**
 * A dashboard of Grafana 10 or newer. Whoever looks chooses the Prometheus, so that it asks for nothing when it is loaded.
 * @param uid At most 40 characters; what its address ends with, so that links stay valid.
 * @see https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
 */
export function grafanaDashboard(uid: string, title: string, panels: readonly Panel[]): object {
  return {
    uid,
    title,
    tags: ['memory-fleet'],
    schemaVersion: 39,
    editable: false,
    timezone: 'browser',
    time: { from: 'now-24h', to: 'now' },
    refresh: '1m',
    templating: { list: [{ name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' }] },
    panels: panels.map((panel, place) => ({
      id: place + 1,
      type: panel.kind,
      title: panel.title,
      ...(panel.description ? { description: panel.description } : {}),
      datasource: source,
      gridPos: { ...size, x: (place % 2) * size.w, y: Math.floor(place / 2) * size.h },
      fieldConfig: { defaults: { unit: panel.unit ?? 'short', min: 0 }, overrides: [] },
      targets: panel.queries.map(({ expr, legend }, index) => ({
        refId: String.fromCharCode('A'.charCodeAt(0) + index),
        datasource: source,
        expr,
        legendFormat: legend,
        ...(panel.kind === 'stat' ? { instant: true, range: false } : { range: true }),
      })),
    })),
  };
}
