import type { Command } from 'commander';
import { contextOption, kubeconfigOption } from './common-options';

/** Adds the options that name a server, see mcp/open-server.ts. */
export function addServerOptions(command: Command): Command {
  return command
    .option('-s, --stack <name>', 'the server of this stack, by its host name, else by a forwarded port')
    .option('--url <url>', 'a server by its URL, such as https://HOST/mcp; its token comes from FLEET_TOKEN')
    .option('--ca <file>', 'certificates (PEM) to trust beside the public ones')
    .option('--port-forward', 'through the API server, although the stack has a host name')
    .addOption(kubeconfigOption())
    .addOption(contextOption());
}
