import type { SystemPlan } from '../../../../components/system';
import type { ServerFacts } from '../../../../components/system/operations';
import { inParallel } from '../../../base/in-parallel';
import type { LiveObject } from '../../../live/object';
import { openConnection } from '../../../mcp/connection';
import { forwardedPod } from '../../../mcp/endpoint';
import type { Finding } from '../../../report/report';
import { liveOf } from './live';
import { type Inspected, notAsked, of, type Points, together, yours } from './point';

/** That it is quick enough, and that one client cannot have all of it. */
export const performance: Points = (inspected) => [
  {
    subject: 'it was tried under the load that is expected',
    answer: () =>
      yours(
        'nothing on the cluster tells what load is expected',
        `\`fleet verify --stack ${inspected.stack.name} --samples 200\` measures each call; run it from several machines at once and look at the dashboards meanwhile`,
      ),
  },
  { subject: 'a burst of requests is refused', answer: () => burstsAnswer(inspected) },
];

async function burstsAnswer(inspected: Inspected) {
  const findings: Finding[] = [];
  for (const system of inspected.stack.plan.systems) {
    for (const server of system.operations.servers) findings.push(await burstFinding(inspected, system, server));
  }
  const limited = findings.filter(({ status }) => status !== 'yours');
  if (findings.length === 0) return notAsked('the stack has no server');
  if (limited.length === findings.length) return together(limited, notAsked(''));
  const bad = limited.filter(({ status }) => status !== 'ok');
  if (bad.length > 0) return together(bad, notAsked(''));
  const without = findings.filter(({ status }) => status === 'yours').map(({ subject }) => subject);
  return yours(
    `nothing of the plan limits the requests of a client: ${without.join(', ')}`,
    'where others than your own agents have the token, limit them: authentication.limit where the system has it, else at the ingress controller or Gateway',
  );
}

/** More requests in a minute than this are too many for a look. */
const mostRequests = 600;

/**
 * More requests without a token than a minute allows, by a forwarded port: the proxy counts them for its own loopback
 * address alone, so that no client is kept out.
 */
async function burstFinding(inspected: Inspected, system: SystemPlan, server: ServerFacts): Promise<Finding> {
  const { cluster, look, signal, stack } = inspected;
  const subject = of(system, server.name);
  const limit = limitOf(await liveOf<Workload>(look, workload(system, server)));
  if (limit === undefined) return { subject, status: 'yours', found: 'no limit' };
  const said = `${limit} requests a minute and client`;
  if (limit > mostRequests) return { subject, status: 'ok', found: `${said}, as its proxy is told; too many to try` };
  const place = { stack: stack.name, system, server, cluster: async () => cluster };
  const { forwarded } = await forwardedPod(place, server.ports.requests);
  const connection = openConnection();
  try {
    const url = `http://127.0.0.1:${forwarded.port}${server.paths.mcp}`;
    const all = Array.from({ length: limit + 10 }, (_, index) => index);
    const answers = await inParallel(all, async () => (await connection.ask(url, {}, signal)).status, {
      signal,
    });
    const refused = answers.filter((status) => status === 429).length;
    if (refused > 0)
      return { subject, status: 'ok', found: `${said}; of ${all.length} at once, ${refused} were refused` };
    const remedy = 'see the log of its proxy, and that the pods are those of the plan: `fleet drift`';
    return { subject, status: 'missing', found: `${said}, and of ${all.length} at once none was refused`, remedy };
  } finally {
    await connection.close();
    await forwarded.close();
  }
}

interface Workload extends LiveObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly env?: readonly { readonly name: string; readonly value?: string }[];
        }[];
      };
    };
  };
}

function workload({ namespace }: SystemPlan, { workload: { kind, name } }: ServerFacts) {
  return { apiVersion: 'apps/v1', kind, metadata: { name, namespace } };
}

/** What the live proxy beside a server is told. */
function limitOf(live: Workload | undefined): number | undefined {
  const variables = (live?.spec.template.spec.containers ?? []).flatMap(({ env = [] }) => env);
  const value = variables.find(({ name }) => name === 'PROXY_REQUESTS_PER_MINUTE')?.value;
  return value === undefined ? undefined : Number(value);
}
