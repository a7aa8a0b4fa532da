import { join } from 'node:path';
import { alertRules } from '../../components/kit/objects/prometheus-rule';
import { certificateAlert, podAlerts } from '../../components/kit/parts/alerts';
import { exporterAlert } from '../../components/kit/parts/exporter';
import { grafanaDashboard } from '../../components/kit/parts/grafana';
import { podPanels, requestTimePanel } from '../../components/kit/parts/panels';
import { redisAlerts } from '../../components/kit/stores/redis/alerts';
import { clusterSchema } from '../../config/cluster';
import { itTellsOfALoss } from '../support/alerts/down';
import { exportersIn } from '../support/alerts/exporters';
import { type Promtool, promtool, type RuleFile, type Series } from '../support/alerts/promtool';
import { itIsARuleFile } from '../support/alerts/rule-file';
import { fires, hour, sequence, silent, steady, trialOf } from '../support/alerts/samples';

const projectDir = join(__dirname, '..', '..');
const namespace = 'ns';
const named = { alert: 'Kit', name: 'the kit' };
const [notReady, highMemory, expiring, given, graphDown] = [
  'KitPodNotReady',
  'KitHighMemory',
  'KitCertificateExpiring',
  'OtherCertificateExpiring',
  'KitGraphDown',
];
const series = `namespace="${namespace}",job="graph-exporter"`;
const queueSeries = `namespace="${namespace}",job="queue-exporter"`;
const [queueDown, queueFull, queueUnwritten] = ['KitRedisDown', 'KitRedisMemoryFull', 'KitRedisNotWritten'];
const alerts = [
  ...podAlerts(named, `namespace="${namespace}"`),
  certificateAlert(named, { kind: 'managed', namespace, name: 'tls' }),
  certificateAlert({ ...named, alert: 'Other' }, { kind: 'given', namespace, job: 'outside' }),
  ...Object.values(redisAlerts({ alert: 'Kit', series: queueSeries })),
  exporterAlert({ alert: graphDown, kind: 'redis', series, store: 'The graph', severity: 'critical' }),
];
const { monitoring } = clusterSchema.parse({ monitoring: {} });
if (!monitoring) throw new Error('no Prometheus operator');
const rules = alertRules({ name: 'kit', namespace }, alerts, monitoring).object.spec as unknown as RuleFile;
const from = exportersIn(namespace);
let tool: Promtool;
const trial = trialOf(rules, () => tool);

before(async () => {
  tool = await promtool(projectDir);
});
after(() => tool?.tidy());

/** What kube-state-metrics says of a pod: whether it is ready, in which phase it is, whose it is. */
function pod(name: string, ready: string, phase: string, owner: string, exporter = '1'): Series[] {
  const not = ready.replace(/[01]x/g, (each) => (each === '0x' ? '1x' : '0x'));
  const state = (metric: Parameters<typeof from.state>[0], labels: object, samples: string) =>
    from.state(metric, { pod: name, uid: `uid-of-${name}`, ...labels }, samples, exporter);
  return [
    state('kube_pod_status_ready', { condition: 'true' }, ready),
    state('kube_pod_status_ready', { condition: 'false' }, not),
    ...['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'].map((each) =>
      state('kube_pod_status_phase', { phase: each }, steady(each === phase ? 1 : 0, 2 * hour)),
    ),
    state('kube_pod_owner', { owner_kind: owner, owner_name: 'x', owner_is_controller: 'true' }, steady(1, 2 * hour)),
  ];
}

describe('the alerts of the kit', () => {
  itIsARuleFile(projectDir, () => tool, rules, [
    ...[notReady, highMemory, expiring, given],
    ...[queueDown, queueFull, queueUnwritten, graphDown],
  ]);

  describe(notReady, () => {
    const labels = (name: string) => ({ namespace, pod: name });
    const away = sequence(steady(1, 10), steady(0, 20), steady(1, 30));

    it('fires after five minutes of a pod that runs for good, once however many exporters tell of it', () =>
      trial(
        [
          ...pod('chromadb-0', away, 'Running', 'StatefulSet'),
          ...pod('chromadb-0', away, 'Running', 'StatefulSet', '2'),
        ],
        ...silent(notReady, 10, 14),
        fires(notReady, 15, labels('chromadb-0')),
        fires(notReady, 29, labels('chromadb-0')),
        ...silent(notReady, 30, 45),
      ));

    it('fires of a pod that no node takes', () =>
      trial(pod('pending', steady(0, hour), 'Pending', 'ReplicaSet'), fires(notReady, 30, labels('pending'))));

    it('is silent about pods of Jobs, that have ended or still work, and about others that have ended', () =>
      trial(
        [
          ...pod('backup-1', steady(0, hour), 'Succeeded', 'Job'),
          ...pod('backup-2', steady(0, hour), 'Running', 'Job'),
          ...pod('evicted', steady(0, hour), 'Failed', 'ReplicaSet'),
        ],
        ...silent(notReady, 5, 30, 59),
      ));

    it('is silent about pods elsewhere', () => {
      const elsewhere = pod('other', steady(0, hour), 'Running', 'StatefulSet').map((each) => ({
        ...each,
        labels: { ...each.labels, namespace: 'elsewhere' },
      }));
      return trial(elsewhere, ...silent(notReady, 30));
    });
  });

  describe(highMemory, () => {
    const limit = 2 ** 30;
    const of = (used: number, most: number, container = 'mcp', name = 'pk-1') => [
      from.container('container_memory_working_set_bytes', container, name, steady(used, hour)),
      from.container('container_spec_memory_limit_bytes', container, name, steady(most, hour)),
    ];
    const labels = { namespace, container: 'mcp', pod: 'pk-1' };

    it('fires after ten minutes above nine tenths of the limit, and not at them', async () => {
      const most = 1000;
      await trial(of(901, most), ...silent(highMemory, 9), fires(highMemory, 10, labels));
      await trial(of(900, most), ...silent(highMemory, 10, 59));
    });

    it('is silent about a container without a limit', () => trial(of(limit, 0), ...silent(highMemory, 10, 59)));

    it('counts a container once, and not the groups above it', () =>
      trial(
        [...of(0.95 * limit, limit), ...of(0.99 * limit, limit, ''), ...of(0.95 * limit, limit, 'POD')],
        fires(highMemory, 30, labels),
      ));
  });

  describe(expiring, () => {
    const certificate = (
      label: 'namespace' | 'exported_namespace',
      of: string,
      renewal: number,
      end: number,
    ): Series[] =>
      (['renewal', 'expiration'] as const).map((time) => ({
        metric: `certmanager_certificate_${time}_timestamp_seconds`,
        labels: {
          ...{ job: 'cert-manager', name: 'tls', issuer_name: 'ca' },
          ...(label === 'namespace' ? { namespace: of } : { namespace: 'cert-manager', exported_namespace: of }),
        },
        samples: steady((time === 'renewal' ? renewal : end) * 60, 4 * hour),
      }));
    const labels = { namespace, name: 'tls' };

    for (const label of ['namespace', 'exported_namespace'] as const) {
      it(`fires when half of the time for the renewal is over, by ${label}`, () =>
        trial(
          certificate(label, namespace, 20, 80),
          ...silent(expiring, 20, 50, 100),
          fires(expiring, 51 + hour, labels),
        ));
    }

    it('is silent about one that is renewed in time, and about those elsewhere', async () => {
      await trial(certificate('exported_namespace', namespace, 1000, 2000), ...silent(expiring, hour, 3 * hour));
      await trial(certificate('exported_namespace', 'elsewhere', 20, 80), ...silent(expiring, 3 * hour));
    });
  });

  describe(given, () => {
    const seen = (days: number): Series => ({
      metric: 'probe_ssl_earliest_cert_expiry',
      labels: from.probeLabels('outside', 'https://kit.example.org').present,
      samples: steady(days * 86_400, 4 * hour),
    });

    it('fires a fortnight before its end', async () => {
      await trial([seen(14)], fires(given, 2 * hour, from.probeLabels('outside', 'https://kit.example.org').present));
      await trial([seen(15)], ...silent(given, 2 * hour));
    });
  });

  describe(graphDown, () => {
    const { gone, present } = from.scrapedLabels('graph-exporter');
    itTellsOfALoss({
      ...{ alert: graphDown, trial, patience: 5, labels: { gone, present } },
      series: (samples) => ({ metric: 'redis_up', labels: present, samples }),
    });
  });
});

describe('the panels of the kit', () => {
  const controllers = { traefik: { implementation: 'traefik' }, nginx: { implementation: 'nginx' } } as const;
  const args = { namespace, ingress: 'kit', service: 'server' };
  const panels = [
    ...podPanels(`namespace="${namespace}"`),
    ...Object.values(controllers).flatMap((ingress) => requestTimePanel(clusterSchema.parse({ ingress }), args)),
  ];
  const { panels: drawn } = grafanaDashboard('kit', 'Kit', panels) as {
    panels: { targets: { expr: string }[] }[];
  };
  const queries = drawn.flatMap(({ targets }) => targets.map(({ expr }) => expr));

  it('show something where the exporters do', () => {
    const bucket = (metric: string, labels: object): Series[] =>
      ['0.1', '+Inf'].map((le) => ({ metric, labels: { ...labels, le }, samples: '0+60x120' }));
    const all = [
      from.container('container_cpu_usage_seconds_total', 'mcp', 'pk-1', '0+30x120'),
      from.container('container_memory_working_set_bytes', 'mcp', 'pk-1', steady(2 ** 29, hour)),
      // As Traefik 3 and ingress-nginx 1 write them, after the scrape by a ServiceMonitor.
      ...bucket('traefik_service_request_duration_seconds_bucket', {
        ...{ service: 'ns-server-http@kubernetes', protocol: 'http', code: '200', namespace: 'kube-system' },
      }),
      ...bucket('nginx_ingress_controller_request_duration_seconds_bucket', {
        ...{ exported_namespace: namespace, ingress: 'kit', exported_service: 'server', namespace: 'ingress-nginx' },
      }),
    ];
    const shows = queries.map((expr, place) => ({
      ...{ alert: `Query${place}`, expr: `count(${expr}) > 0`, for: '0m', labels: {}, annotations: {} },
    }));
    const file = { groups: [{ name: 'queries', rules: shows }] };
    return trialOf(file, () => tool)(
      all,
      shows.map(({ alert }) => fires(alert, 30, {})),
    );
  });

  describe('of a Redis', () => {
    const { present } = from.scrapedLabels('queue-exporter');
    const said = (metric: string, samples: string): Series => ({ metric: metric as never, labels: present, samples });
    const memory = (used: string, limit: number) => [
      said('redis_memory_used_bytes', used),
      said('redis_memory_max_bytes', steady(limit, hour)),
    ];
    const { gone } = from.scrapedLabels('queue-exporter');
    itTellsOfALoss({
      ...{ alert: queueDown, trial, patience: 5, labels: { gone, present } },
      series: (samples) => ({ metric: 'redis_up', labels: present, samples }),
    });

    it('fires after ten minutes above nine tenths of the memory, and never where there is no limit', async () => {
      const rising = sequence(steady(900, 10), steady(901, 20), steady(900, 30));
      await trial(
        memory(rising, 1000),
        ...silent(queueFull, 10, 19),
        fires(queueFull, 20, present),
        ...silent(queueFull, 31, 50),
      );
      await trial(memory(steady(901, hour), 0), ...silent(queueFull, 1, 59));
    });

    it('fires where the log cannot be written, or not be written anew', async () => {
      for (const broken of ['redis_aof_last_write_status', 'redis_aof_last_bgrewrite_status']) {
        const states = ['redis_aof_last_write_status', 'redis_aof_last_bgrewrite_status'].map((metric) =>
          said(metric, metric === broken ? sequence(steady(1, 10), steady(0, 50)) : steady(1, hour)),
        );
        await trial(states, ...silent(queueUnwritten, 1, 14), fires(queueUnwritten, 16, present));
      }
    });
  });
});
