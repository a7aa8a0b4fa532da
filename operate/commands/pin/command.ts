import { Command } from 'commander';
import { jsonOption, stackOption } from '../common-options';
import type { PinOptions } from './pin';

const help = `
Asks the registry of each image that the stack runs what its tag points at, writes tag and digest into
Pulumi.<stack>.yaml, where comments and layout stay, and renders the overlay. A key that was left to its default is added.
With every image pinned, imageUnpinnedReason is removed. When one registry does not answer, nothing is written.

Public images need no login. For others, what \`docker login\` has kept is read: DOCKER_CONFIG, else ~/.docker, helper
programs included.

Exit codes: 0 written, or in a check all is pinned and has not moved; 1 in a check, when not; 2 a registry has no such
image, refuses or does not answer.

  npx fleet pin --stack goddess
  npx fleet pin --stack goddess --check --json`;

/** The command line of `pin`. What it does is handed in, so that its modules are loaded only when it is called. */
export function pinCommand(action: (options: PinOptions) => Promise<void>): Command {
  return new Command('pin')
    .description('write the digest of each image into the stack file')
    .addOption(stackOption())
    .option('--check', 'write nothing; fail when an image is not pinned, or its tag has moved to another digest')
    .option('--ca <file>', 'certificates (PEM) to trust beside the public ones')
    .option('--plain-http <registry...>', 'registries without TLS; those on this machine are known to be')
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action((options: PinOptions) => action(options));
}
