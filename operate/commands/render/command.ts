import { Command } from 'commander';
import type { RenderOptions } from './render';

/** The command line of `render`. What it does is handed in, so that its modules are loaded only when it is called. */
export function renderCommand(action: (options: RenderOptions) => Promise<void>): Command {
  return new Command('render')
    .description('write the overlay of each stack to deploy/k8s/overlays, for Argo CD and for reading in pull requests')
    .option('--stack <name...>', 'only these stacks')
    .option('--check', 'write nothing; say what differs and fail if anything does')
    .action((options: RenderOptions) => action(options));
}
