import { Failure } from '../../../base/failure';
import { openConnection } from '../../../mcp/connection';
import { forwardedPod } from '../../../mcp/endpoint';
import type { Finding } from '../../../report/report';
import { objectsOf } from '../../../stack/plan-objects';
import { healthFindings } from '../../verify/http';
import { type Answer, missing, ok } from '../check';
import { monitoring as readers } from '../checks/monitoring';
import { withLive } from './live';
import { every, type Inspected, none, notAsked, of, type Points, shortened, together, yours } from './point';

const withoutMonitoring = (what: string) =>
  missing(`the plan has no ${what}`, 'set cluster.monitoring in the stack file');

/** That somebody sees how it is, and is told. */
export const monitoring: Points = (inspected) => [
  { subject: 'monitors, probes and rules are there and read by a Prometheus', answer: () => readAnswer(inspected) },
  { subject: 'dashboards are where Grafana finds them', answer: () => dashboardsAnswer(inspected) },
  {
    subject: 'logs are collected',
    answer: async () => logsAnswer(await inspected.look.list('/apis/apps/v1/daemonsets')),
  },
  { subject: 'servers say that they are healthy', answer: () => healthAnswer(inspected) },
  { subject: 'somebody outside watches the way in', answer: () => outsideAnswer(inspected) },
];

async function readAnswer(inspected: Inspected): Promise<Answer> {
  const { look, stack } = inspected;
  const planned = [
    ...objectsOf(stack.plan, 'ServiceMonitor'),
    ...objectsOf(stack.plan, 'PodMonitor'),
    ...objectsOf(stack.plan, 'Probe'),
    ...objectsOf(stack.plan, 'PrometheusRule'),
  ];
  const read = await every(readers(inspected), withoutMonitoring('monitor'));
  if (read.status !== 'ok') return read;
  const seen = await withLive<(typeof planned)[number]>(look, planned);
  return none(
    seen,
    (each) => (each.live ? undefined : `${each.planned.kind} ${each.planned.metadata.name} is not there`),
    {
      absent: withoutMonitoring('monitor'),
      found: `${planned.length} objects; ${read.found}`,
      remedy: 'run `pulumi up`',
    },
  );
}

async function dashboardsAnswer({ look, stack }: Inspected): Promise<Answer> {
  const labels = Object.entries(stack.plan.cluster.monitoring?.dashboardLabels ?? {});
  const isDashboard = (of: Readonly<Record<string, string>> = {}) =>
    labels.length > 0 && labels.every(([key, value]) => of[key] === value);
  const planned = objectsOf(stack.plan, 'ConfigMap').filter(({ metadata }) => isDashboard(metadata.labels));
  const seen = await withLive(look, planned);
  const answer = none(
    seen,
    (each) =>
      isDashboard(each.live?.metadata.labels)
        ? undefined
        : `ConfigMap ${each.planned.metadata.name} is not there with its labels`,
    {
      absent: withoutMonitoring('dashboard'),
      found: planned.map(({ metadata }) => metadata.name).join(', '),
      remedy: 'run `pulumi up`',
    },
  );
  return answer;
}

/** Agents that collect logs, by the names of their DaemonSets. */
const collectors =
  /(^|-)(alloy|promtail|fluent-?bit|fluentd|vector|filebeat|logging-agent|datadog-agent|datadog|otel-collector-agent|opentelemetry-collector-agent|splunk-otel-collector-agent|cloudwatch-agent|ama-logs|fluentbit-gke)(-|$)/;

export function logsAnswer(daemonSets: readonly { readonly metadata: { readonly name: string } }[]): Answer {
  const found = daemonSets.map(({ metadata }) => metadata.name).filter((name) => collectors.test(name));
  if (found.length > 0) return ok(`by DaemonSet ${found.join(', ')}`);
  return yours(
    'no DaemonSet of a known collector',
    'see that the lines of kubectl logs are found where you search logs, after their pod is gone too',
  );
}

/** Asks each server for its health by the pod's own port. */
async function healthAnswer({ cluster, signal, stack }: Inspected): Promise<Answer> {
  const findings: Finding[] = [];
  for (const system of stack.plan.systems) {
    for (const server of system.operations.servers) {
      const place = { stack: stack.name, system, server, cluster: async () => cluster };
      const name = of(system, server.name);
      try {
        const { forwarded } = await forwardedPod(place, server.ports.health);
        const connection = openConnection();
        try {
          const root = `http://127.0.0.1:${forwarded.port}`;
          const seen = await healthFindings({ root, connection, signal }, server);
          findings.push(...seen.map((each) => ({ ...each, subject: `${name} ${each.subject}` })));
        } finally {
          await connection.close();
          await forwarded.close();
        }
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        findings.push({ subject: name, status: 'missing', found: error.message, remedy: error.remedy });
      }
    }
  }
  return together(findings, notAsked('the stack has no server'));
}

function outsideAnswer({ stack }: Inspected): Answer {
  const routed = stack.plan.systems.flatMap(({ operations }) =>
    operations.servers.flatMap(({ access, endpoint, hostname, paths }) => {
      if (hostname === undefined) return [];
      const { healthApart = false, live, routed: open } = paths;
      const { origin } = new URL(endpoint.url);
      if (!healthApart && live.startsWith(open)) {
        return [`${origin}${live} answers ${access.mode === 'none' ? 200 : '200 with a token, 401 without'}`];
      }
      return [`${endpoint.url} answers ${access.mode === 'none' ? 'a POST of MCP' : '401 without a token'}`];
    }),
  );
  if (routed.length === 0) return notAsked('no server has a host name');
  return yours(
    'nothing on the cluster can tell that it is reached from outside',
    `have a monitor elsewhere ask each minute: ${shortened(routed)}; and that the certificate is good`,
  );
}
