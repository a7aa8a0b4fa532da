import { Command } from 'commander';
import { adoptCommand } from './adopt/command';
import { backupCommand } from './backup/command';
import { clientCommand } from './client/command';
import { type CommandRun, commandRun } from './commands/run';
import { doctorCommand } from './doctor/command';
import { driftCommand } from './drift/command';
import { Failure, Interrupted, messageOf } from './failure';
import { gateCommand } from './gate/command';
import { generateCommand } from './generate/command';
import { migrateCommand } from './migrate/command';
import { parityCommand } from './parity/command';
import { pinCommand } from './pin/command';
import { promoteCommand } from './promote/command';
import { renderCommand } from './render/command';
import { reposCommand } from './repos/command';
import { tokenCommand } from './token/command';
import { verifyCommand } from './verify/command';

/** Exit code after an interrupt, as shells count: 128 and the number of SIGINT. */
const interruptedCode = 130;
/** Exit code where the command could not do what it was asked for. */
const failed = 2;

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, endCleanly);

// npm passes a signal on to the shell that it started, and that shell keeps it to itself: all that is seen here is that
// the shell is gone.
if (process.env.npm_lifecycle_event !== undefined) {
  const shell = process.ppid;
  setInterval(() => process.ppid === shell || endCleanly(), 500).unref();
}

function endCleanly(): void {
  if (interrupt.signal.aborted) return;
  process.stderr.write('\nending; what is under way is being brought to a clean end\n');
  interrupt.abort();
}

/**
 * Runs a command and ends the process with the code that it returns: connections to the engine would keep it alive for seconds. The command's module
 * is loaded when it is called, because loading the engine's SDK takes longer than `stop` does.
 */
function command<O>(load: () => (run: CommandRun, options: O) => Promise<unknown>): (options: O) => Promise<never> {
  return async (options) => {
    try {
      const exitCode = await load()(commandRun(interrupt.signal), options);
      process.exit(typeof exitCode === 'number' ? exitCode : 0);
    } catch (error) {
      process.exit(complain(error));
    }
  };
}

function complain(error: unknown): number {
  if (error instanceof Interrupted || interrupt.signal.aborted) {
    console.error('ended without finishing; run the command again to go on');
    return interruptedCode;
  }
  if (error instanceof Failure) console.error(`\n${error.message}\n→ ${error.remedy}`);
  else console.error(`\nunexpected: ${messageOf(error)}\n→ set DEBUG=1 to see where, and report it`);
  if (process.env.DEBUG) console.error(error);
  return error instanceof Failure ? error.exitCode : failed;
}

const exitCodes = `
Exit codes: 0 all is well; 1 the answer is no (something is missing, failed or different);
2 the command could not do what it was asked for; 130 interrupted.`;

const program = new Command('fleet')
  .description('memory-fleet on a control plane of its own, or on a cluster that exists')
  .version((require('../package.json') as { version: string }).version)
  .addHelpText('after', exitCodes)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : failed))
  .showHelpAfterError();

program.commandsGroup('See it work:');
program
  .command('start')
  .description('obtain the tools, run a control plane, deploy the stack `local`')
  .option('--kubeconfig <file>', 'deploy to an existing cluster instead')
  .option('--context <name>', 'context of that file (default: its current one)')
  .option('--yes', 'do not ask')
  .action(command(() => (require('./commands/start') as typeof import('./commands/start')).start));
program
  .command('stop')
  .description('end the control plane, keep its data')
  .action(command(() => (require('./commands/stop') as typeof import('./commands/stop')).stop));
program
  .command('reset')
  .description('end the control plane, forget its data and state, keep the tools')
  .option('--yes', 'do not ask')
  .action(command(() => (require('./commands/reset') as typeof import('./commands/reset')).reset));

group('Stack files:', [
  pinCommand(command(() => (require('./pin/pin') as typeof import('./pin/pin')).pin)),
  promoteCommand(command(() => (require('./promote/promote') as typeof import('./promote/promote')).promote)),
  renderCommand(command(() => (require('./render/render') as typeof import('./render/render')).render)),
  generateCommand(command(() => (require('./generate/generate') as typeof import('./generate/generate')).generate)),
]);

group('Before `up`:', [
  doctorCommand(command(() => (require('./doctor/doctor') as typeof import('./doctor/doctor')).doctor)),
  adoptCommand(command(() => (require('./adopt/adopt') as typeof import('./adopt/adopt')).adopt)),
  gateCommand(command(() => (require('./gate/gate') as typeof import('./gate/gate')).gate)),
]);

group('After `up`:', [
  tokenCommand(command(() => (require('./token/token') as typeof import('./token/token')).token)),
  verifyCommand(command(() => (require('./verify/verify') as typeof import('./verify/verify')).verify)),
  backupCommand({
    now: command(() => (require('./backup/now') as typeof import('./backup/now')).now),
    status: command(() => (require('./backup/status') as typeof import('./backup/status')).status),
    drill: command(() => (require('./backup/drill/drill') as typeof import('./backup/drill/drill')).drill),
    restore: command(
      () => (require('./backup/snapshots/restore') as typeof import('./backup/snapshots/restore')).restore,
    ),
  }),
  driftCommand(command(() => (require('./drift/drift') as typeof import('./drift/drift')).drift)),
]);

group('Memories, repositories and clients:', [
  migrateCommand(command(() => (require('./migrate/serena') as typeof import('./migrate/serena')).migrateSerena)),
  parityCommand(command(() => (require('./parity/parity') as typeof import('./parity/parity')).parity)),
  reposCommand({
    list: command(() => (require('./repos/list') as typeof import('./repos/list')).list),
    upload: command(() => (require('./repos/upload') as typeof import('./repos/upload')).upload),
  }),
  clientCommand({
    claude: command(() => (require('./client/client') as typeof import('./client/client')).configureClaude),
    print: command(() => (require('./client/client') as typeof import('./client/client')).printEntry),
  }),
]);

passOn(program);
void program.parseAsync();

/** Adds commands under a heading of the help. */
function group(heading: string, commands: readonly Command[]): void {
  for (const each of commands) program.addCommand(each.helpGroup(heading));
}

/** Gives commands that were made elsewhere the settings of this one: a wrong option is no answer, so its code is 2. */
function passOn(parent: Command): void {
  for (const each of parent.commands) {
    each.copyInheritedSettings(parent);
    passOn(each);
  }
}
