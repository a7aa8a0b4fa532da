import { Command } from 'commander';
import { Failure, Interrupted, messageOf } from './base/failure';
import { type CommandRun, commandRun } from './base/run';
import { adoptCommand } from './commands/adopt/command';
import { backupCommand } from './commands/backup/command';
import { clientCommand } from './commands/client/command';
import { doctorCommand } from './commands/doctor/command';
import { driftCommand } from './commands/drift/command';
import { gateCommand } from './commands/gate/command';
import { generateCommand } from './commands/generate/command';
import { migrateCommand } from './commands/migrate/command';
import { parityCommand } from './commands/parity/command';
import { pinCommand } from './commands/pin/command';
import { promoteCommand } from './commands/promote/command';
import { renderCommand } from './commands/render/command';
import { reposCommand } from './commands/repos/command';
import { tokenCommand } from './commands/token/command';
import { verifyCommand } from './commands/verify/command';

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
  .action(command(() => (require('./commands/start/start') as typeof import('./commands/start/start')).start));
program
  .command('stop')
  .description('end the control plane, keep its data')
  .action(command(() => (require('./commands/stop/stop') as typeof import('./commands/stop/stop')).stop));
program
  .command('reset')
  .description('end the control plane, forget its data and state, keep the tools')
  .option('--yes', 'do not ask')
  .action(command(() => (require('./commands/reset/reset') as typeof import('./commands/reset/reset')).reset));

group('Stack files:', [
  pinCommand(command(() => (require('./commands/pin/pin') as typeof import('./commands/pin/pin')).pin)),
  promoteCommand(
    command(() => (require('./commands/promote/promote') as typeof import('./commands/promote/promote')).promote),
  ),
  renderCommand(
    command(() => (require('./commands/render/render') as typeof import('./commands/render/render')).render),
  ),
  generateCommand(
    command(() => (require('./commands/generate/generate') as typeof import('./commands/generate/generate')).generate),
  ),
]);

group('Before `up`:', [
  doctorCommand(
    command(() => (require('./commands/doctor/doctor') as typeof import('./commands/doctor/doctor')).doctor),
  ),
  adoptCommand(command(() => (require('./commands/adopt/adopt') as typeof import('./commands/adopt/adopt')).adopt)),
  gateCommand(command(() => (require('./commands/gate/gate') as typeof import('./commands/gate/gate')).gate)),
]);

group('After `up`:', [
  tokenCommand(command(() => (require('./commands/token/token') as typeof import('./commands/token/token')).token)),
  verifyCommand(
    command(() => (require('./commands/verify/verify') as typeof import('./commands/verify/verify')).verify),
  ),
  backupCommand({
    now: command(() => (require('./commands/backup/now') as typeof import('./commands/backup/now')).now),
    status: command(() => (require('./commands/backup/status') as typeof import('./commands/backup/status')).status),
    drill: command(
      () => (require('./commands/backup/drill/drill') as typeof import('./commands/backup/drill/drill')).drill,
    ),
    restore: command(
      () =>
        (require('./commands/backup/snapshots/restore') as typeof import('./commands/backup/snapshots/restore'))
          .restore,
    ),
  }),
  driftCommand(command(() => (require('./commands/drift/drift') as typeof import('./commands/drift/drift')).drift)),
]);

group('Memories, repositories and clients:', [
  migrateCommand(
    command(() => (require('./commands/migrate/serena') as typeof import('./commands/migrate/serena')).migrateSerena),
  ),
  parityCommand(
    command(() => (require('./commands/parity/parity') as typeof import('./commands/parity/parity')).parity),
  ),
  reposCommand({
    list: command(() => (require('./commands/repos/list') as typeof import('./commands/repos/list')).list),
    upload: command(() => (require('./commands/repos/upload') as typeof import('./commands/repos/upload')).upload),
  }),
  clientCommand({
    claude: command(
      () => (require('./commands/client/client') as typeof import('./commands/client/client')).configureClaude,
    ),
    print: command(() => (require('./commands/client/client') as typeof import('./commands/client/client')).printEntry),
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
