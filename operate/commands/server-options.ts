import type { Command } from 'commander';
import type { ClusterOptions } from '../cluster/stack-cluster';
import type { RouteOptions } from '../mcp/endpoint';
import { contextOption, kubeconfigOption } from './common-options';

/** How the operator names a server: by its stack, or by a URL. */
export interface ServerChoice extends RouteOptions, ClusterOptions {
  readonly stack?: string | undefined;
  readonly url?: string | undefined;
}

/** Adds the options of {@link ServerChoice}. */
export function addServerOptions(command: Command): Command {
  return command
    .option('-s, --stack <name>', 'the server of this stack, by its host name, else by a forwarded port')
    .option('--url <url>', 'a server by its URL, such as https://HOST/mcp; its token comes from FLEET_TOKEN')
    .option('--ca <file>', 'certificates (PEM) to trust beside the public ones')
    .option('--port-forward', 'through the API server, although the stack has a host name')
    .addOption(kubeconfigOption())
    .addOption(contextOption());
}
