import { Command } from 'commander';
import { jsonOption, stackOption, systemOption } from '../common-options';
import type { SecretsOptions } from './generate';
import type { ImportOptions } from './import';
import type { SealOptions } from './seal';

/** What the commands do. It is handed in, so that their modules are loaded only when they are called. */
export interface SecretsActions {
  readonly import: (options: ImportOptions) => Promise<void>;
  readonly generate: (options: SecretsOptions) => Promise<void>;
  readonly seal: (options: SealOptions) => Promise<void>;
}

const importNotes = `
The file has lines such as NAME=value (\`.env.secrets\` is ignored by git). A name is the key in the Secret, such as
OPENAI_API_KEY, or the path below \`secrets\` in capitals: secrets.notes.modelKey is NOTES_MODEL_KEY. Values are encrypted by the engine, with
your login and passphrase, and are never shown; placeholders are refused before anything is written.

  npx fleet secrets import .env.secrets --stack homelab --system pk-mcp-private`;

const generateNotes = `
Made are values that any will do for that nobody can guess, 32 random bytes each: passwords of databases and backups, bearer
tokens, keys between servers. One that is there is never touched. What only somebody can give is named.

  npx fleet secrets generate --stack homelab`;

const sealNotes = `
For a key of the stack file whose source is "sealed". The value is asked for, or read from the standard input; it is sealed for
cluster.sealedSecrets.certificate and the Secret that it is for, and the overlay is rendered.

  npx fleet secrets seal notes.modelKey --stack homelab < key.txt`;

/** The command line of `secrets`. */
export function secretsCommand(actions: SecretsActions): Command {
  return new Command('secrets')
    .description('secrets of a stack file: take them from a file, make them, seal them')
    .addCommand(
      withCommonOptions(new Command('import'))
        .argument('<file>', 'file with lines such as NAME=value')
        .description('encrypt the values of a file into the stack file')
        .addOption(systemOption())
        .addHelpText('after', importNotes)
        .action((file: string, options: SecretsOptions) => actions.import({ ...options, file })),
    )
    .addCommand(
      withCommonOptions(new Command('generate'))
        .description('make the encrypted values that are missing, where chance may')
        .addHelpText('after', generateNotes)
        .action((options: SecretsOptions) => actions.generate(options)),
    )
    .addCommand(
      withCommonOptions(new Command('seal'))
        .argument('<key>', 'key of the stack file, such as notes.modelKey')
        .description("seal a value for the cluster's controller of Sealed Secrets")
        .addHelpText('after', sealNotes)
        .action((key: string, options: SecretsOptions) => actions.seal({ ...options, key })),
    );
}

function withCommonOptions(command: Command): Command {
  return command.addOption(stackOption()).addOption(jsonOption());
}
