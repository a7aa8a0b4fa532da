import { Command, InvalidArgumentError, Option } from 'commander';
import { contextOption, jsonOption, kubeconfigOption, stackOption, systemOption } from '../common-options';
import type { VerifyOptions } from './verify';

const notes = `
Everything is looked at as a client sees it: by the host name of the route where there is one, else through the API
server. A memory in a scope of its own is written, read and removed again, also after a failure and after Ctrl-C; a
server that could not remove it is only read. Every server of the system is looked at.

The token comes from FLEET_TOKEN, else from the Secret that the server reads. By a host name and with FLEET_TOKEN no
kubeconfig is needed, except for --restart and for health paths that the route does not forward.

Examples:
  $ fleet verify -s staging
  $ fleet verify -s staging --address 203.0.113.7      before DNS knows the name
  $ fleet verify -s goddess --ca root-of-step-ca.pem
  $ fleet verify -s staging --restart --long --json`;

/** The command line of `verify`. What it does is handed in, so that its modules are loaded only when it is called. */
export function verifyCommand(action: (options: VerifyOptions) => Promise<void>): Command {
  return new Command('verify')
    .description('see that a deployed system works for its clients: name, certificate, health, tools, memory')
    .addOption(stackOption())
    .addOption(systemOption())
    .option('--server <name>', 'only this server, where the system has several')
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .option('--port-forward', 'through the API server, although there is a host name')
    .option('--address <ip[:port]>', 'connect there in the stead of what DNS says')
    .option('--ca <file>', 'certificates (PEM) to trust beside the public ones and those of the system')
    .option('--samples <number>', 'how often each read is measured', wholeNumber, 5)
    .addOption(
      new Option('--long [seconds]', 'also see that an idle stream lasts so long, in seconds')
        .preset('330')
        .argParser(wholeNumber),
    )
    .option('--restart', 'also restart the server, and read again what was written before')
    .addOption(jsonOption())
    .addHelpText('after', notes)
    .action((options: VerifyOptions) => action(options));
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number above 0.');
  return value;
}
