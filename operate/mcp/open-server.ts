import type { Operations } from '../../components/system/operations';
import { Failure } from '../base/failure';
import type { CommandRun } from '../base/run';
import { type ClusterOptions, stackCluster } from '../cluster/stack-cluster';
import { describedStack, systemOf } from '../stack';
import { type OpenEndpoint, openEndpoint, openUrl, type RouteOptions } from './endpoint';

/** How the operator names a server: by its stack, or by a URL. */
export interface ServerChoice extends RouteOptions, ClusterOptions {
  readonly stack?: string | undefined;
  readonly url?: string | undefined;
}

/** Whether a server was named at all. @throws Failure when it was named twice */
export function namesServer({ stack, url }: ServerChoice): boolean {
  if (stack !== undefined && url !== undefined) {
    throw new Failure('both --stack and --url name a server', 'name it by one of them');
  }
  return stack !== undefined || url !== undefined;
}

/**
 * Opens the way to the named server, of a stack to the one that offers all of these tools.
 * @throws Failure where the stack has none, or several systems have one
 */
export async function openServer(
  run: CommandRun,
  choice: ServerChoice,
  tools: readonly string[],
): Promise<OpenEndpoint> {
  if (!namesServer(choice)) throw new Failure('no server is named', 'name it by --stack or --url');
  if (choice.url !== undefined) return openUrl(choice.url, choice);
  const stack = describedStack(run.projectDir, choice.stack ?? '');
  const offers = ({ servers }: Operations) => servers.find((each) => tools.every((tool) => each.tools.includes(tool)));
  const system = systemOf(stack, undefined, (operations) => offers(operations) !== undefined);
  const server = offers(system.operations);
  if (server === undefined) {
    throw new Failure(`stack ${stack.name} has no server with the tools ${tools.join(', ')}`, 'name another stack');
  }
  const cluster = () => stackCluster(run.home, stack, choice);
  return openEndpoint({ stack: stack.name, system, server, cluster }, choice);
}
