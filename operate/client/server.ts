import type { Access } from '../../components/kit/operations';
import { Failure } from '../failure';
import type { DescribedStack } from '../stack';
import { serverOf, systemOf } from '../stack';
import type { ClientServer } from './entries';

/** Which server an entry is for. */
export interface ServerChoice {
  readonly system?: string;
  /** URL of the endpoint instead of the route's. */
  readonly url?: string;
  /** Name of the entry instead of the system's own. */
  readonly name?: string;
}

/**
 * What a client outside the cluster has to know of a stack's server.
 * @throws Failure where the server has no host name and no URL is given
 */
export function clientServer(stack: DescribedStack, choice: ServerChoice) {
  const server = serverOf(systemOf(stack, choice.system));
  const { client, endpoint } = server;
  if (choice.url === undefined && server.hostname === undefined) {
    throw new Failure(
      `stack ${stack.name} has no host name under which clients outside the cluster reach the server`,
      `set one in Pulumi.${stack.name}.yaml, or give the address of a port-forward by --url`,
    );
  }
  const entry: ClientServer = {
    name: choice.name ?? client.name,
    url: choice.url ?? endpoint.url,
    header: headerOf(server.access, client.tokenVariable),
  };
  return { entry, guidance: client.guidance };
}

function headerOf(access: Access, variable: string): ClientServer['header'] {
  if (access.mode === 'bearer') return { name: 'Authorization', prefix: 'Bearer ', variable };
  if (access.mode === 'gateway') return { name: access.header, prefix: '', variable };
  return undefined;
}
