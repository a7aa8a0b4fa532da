import type { SystemPlan } from '../../../components/system';
import type { Access, ServerFacts } from '../../../components/system/operations';
import { Failure } from '../../base/failure';
import { type DescribedStack, serverOf, systemOf } from '../../stack';
import type { ClientServer, Transport } from './entries';

/** Which servers entries are for. */
export interface EntryChoice {
  readonly system?: string;
  /** Name of the only server. @default all */
  readonly server?: string;
  /** URL of the endpoint instead of the route's. */
  readonly url?: string;
  /** Name of the entry instead of the system's own. */
  readonly name?: string;
}

/** An entry, and what an agent has to know to use what is behind it. */
export interface Advertised {
  readonly entry: ClientServer;
  readonly guidance: string;
}

/**
 * What a client outside the cluster has to know of the servers of a system: of those that are one thing by several
 * transports the one that suits it.
 *
 * @param transports what the client speaks itself, what it prefers first
 * @throws Failure where no server has a host name and no URL is given, or a URL or a name is given for several
 */
export function clientServers(
  stack: DescribedStack,
  choice: EntryChoice,
  transports: readonly Transport[],
): readonly [Advertised, ...Advertised[]] {
  const system = systemOf(stack, choice.system, ({ servers }) => servers.length > 0);
  const all = choice.server === undefined ? system.operations.servers : [serverOf(system, choice.server)];
  const reachable = choice.url === undefined ? all.filter(({ hostname }) => hostname !== undefined) : all;
  const [first, ...others] = preferredServers(reachable, transports);
  if (first === undefined) {
    throw new Failure(
      `stack ${stack.name} has no host name under which clients outside the cluster reach the server`,
      `set one in Pulumi.${stack.name}.yaml, or give the address of a port-forward by --url`,
    );
  }
  if (others.length > 0) requireOne(system, choice);
  return [advertised(first, choice), ...others.map((server) => advertised(server, choice))];
}

/** One server of each name that clients know, in the order of the system. */
function preferredServers(servers: readonly ServerFacts[], transports: readonly Transport[]): readonly ServerFacts[] {
  const things = new Map<string, ServerFacts>();
  const rank = ({ transport }: ServerFacts) => (transports.includes(transport) ? transports.indexOf(transport) : 99);
  for (const server of servers) {
    const known = things.get(server.client.name);
    if (known === undefined || rank(server) < rank(known)) things.set(server.client.name, server);
  }
  return [...things.values()];
}

function requireOne({ id: name, operations }: SystemPlan, { name: entry, url }: EntryChoice): void {
  const given = url === undefined ? (entry === undefined ? undefined : '--name') : '--url';
  if (given === undefined) return;
  const known = operations.servers.map((each) => each.name).join(', ');
  throw new Failure(`${given} is for one server, and ${name} has several`, `choose by --server: ${known}`);
}

function advertised({ access, client, endpoint, transport }: ServerFacts, choice: EntryChoice): Advertised {
  const entry: ClientServer = {
    name: choice.name ?? client.name,
    url: choice.url ?? endpoint.url,
    transport,
    header: headerOf(access, client.tokenVariable),
    stdio: client.stdio && { ...client.stdio, variable: client.tokenVariable },
  };
  return { entry, guidance: client.guidance };
}

function headerOf(access: Access, variable: string): ClientServer['header'] {
  if (access.mode === 'bearer') return { name: 'Authorization', prefix: 'Bearer ', variable };
  if (access.mode === 'gateway') return { name: access.header, prefix: '', variable };
  return undefined;
}
