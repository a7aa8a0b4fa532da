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
import { recoverCommand } from './commands/recover/command';
import { renderCommand } from './commands/render/command';
import { reposCommand } from './commands/repos/command';
import { secretsCommand } from './commands/secrets/command';
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
 * Runs a command and ends the process with the code that it returns: connections to the engine would keep it alive for
 * seconds. The command's module is loaded when it is called, because loading the engine's SDK takes longer than `stop` does.
 */
function command<O>(
  load: () => Promise<(run: CommandRun, options: O) => Promise<unknown>>,
): (options: O) => Promise<never> {
  return async (options) => {
    try {
      const exitCode = await (await load())(commandRun(interrupt.signal), options);
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
  .option('--real', 'run the pods on a real node of this machine (Linux, as root) instead of simulating nodes')
  .option(
    '--image <key=image>',
    'image that nobody publishes, such as contextEngine=registry.internal/engine:1 (again for another); without one the system is left out',
    (value: string, before: readonly string[] = []) => [...before, value],
  )
  .option('--yes', 'do not ask')
  .action(command(async () => (await import('./commands/start/start.ts')).start));
program
  .command('stop')
  .description('end the control plane, keep its data')
  .action(command(async () => (await import('./commands/stop/stop.ts')).stop));
program
  .command('reset')
  .description('end the control plane, forget its data and state, keep the tools')
  .option('--yes', 'do not ask')
  .action(command(async () => (await import('./commands/reset/reset.ts')).reset));

group('Stack files:', [
  pinCommand(command(async () => (await import('./commands/pin/pin.ts')).pin)),
  promoteCommand(command(async () => (await import('./commands/promote/promote.ts')).promote)),
  secretsCommand({
    import: command(async () => (await import('./commands/secrets/import.ts')).importSecrets),
    generate: command(async () => (await import('./commands/secrets/generate.ts')).generateSecrets),
    seal: command(async () => (await import('./commands/secrets/seal.ts')).sealSecret),
  }),
  renderCommand(command(async () => (await import('./commands/render/render.ts')).render)),
  generateCommand(command(async () => (await import('./commands/generate/generate.ts')).generate)),
]);

group('Before `up`:', [
  doctorCommand(command(async () => (await import('./commands/doctor/doctor.ts')).doctor)),
  adoptCommand(command(async () => (await import('./commands/adopt/adopt.ts')).adopt)),
  gateCommand(command(async () => (await import('./commands/gate/gate.ts')).gate)),
]);

group('After `up`:', [
  tokenCommand(command(async () => (await import('./commands/token/token.ts')).token)),
  verifyCommand(command(async () => (await import('./commands/verify/verify.ts')).verify)),
  backupCommand({
    now: command(async () => (await import('./commands/backup/now.ts')).now),
    status: command(async () => (await import('./commands/backup/status.ts')).status),
    drill: command(async () => (await import('./commands/backup/drill.ts')).drill),
    restore: command(async () => (await import('./commands/backup/restore.ts')).restore),
  }),
  recoverCommand(command(async () => (await import('./commands/recover/recover.ts')).recover)),
  driftCommand(command(async () => (await import('./commands/drift/drift.ts')).drift)),
]);

group('Memories, repositories and clients:', [
  migrateCommand(command(async () => (await import('./commands/migrate/serena.ts')).migrateSerena)),
  parityCommand(command(async () => (await import('./commands/parity/parity.ts')).parity)),
  reposCommand({
    list: command(async () => (await import('./commands/repos/list.ts')).list),
    upload: command(async () => (await import('./commands/repos/upload.ts')).upload),
  }),
  clientCommand({
    claude: command(async () => (await import('./commands/client/client.ts')).configureClaude),
    print: command(async () => (await import('./commands/client/client.ts')).printEntry),
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
