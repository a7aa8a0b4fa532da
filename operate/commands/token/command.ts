import { Command } from 'commander';
import { contextOption, kubeconfigOption, stackOption, systemOption } from '../common-options';
import type { TokenOptions } from './token';

const notes = `
The login runs on the cluster. It shows a URL and a code, which a person opens and enters in a browser; it writes the
token into the Secret itself, and nobody else sees it. The server then restarts, because it reads its token at its start,
and is looked at as by \`fleet verify\`. A token that is there already is replaced.

Where the token has another source than "bootstrap", the command says what to do instead; --roll then makes a changed
Secret count.

Examples:
  $ fleet token -s goddess
  $ fleet token -s staging --roll`;

/** The command line of `token`. What it does is handed in, so that its modules are loaded only when it is called. */
export function tokenCommand(action: (options: TokenOptions) => Promise<void>): Command {
  return new Command('token')
    .description('obtain or renew the token of a server by its own login, and restart the server with it')
    .addOption(stackOption())
    .addOption(systemOption())
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .option('--server <name>', 'whose token, where several servers of the system have one')
    .option('--roll', 'no login: restart the server with the Secret that is there, and look at it')
    .option('--ca <file>', 'certificates (PEM) to trust when looking at the server')
    .option('--port-forward', 'look at the server through the API server, although there is a host name')
    .option('--json', 'one JSON document on the standard output; URL and code go to the standard error')
    .addHelpText('after', notes)
    .action((options: TokenOptions) => action(options));
}
