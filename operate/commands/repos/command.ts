import { Command } from 'commander';
import {
  contextOption,
  jsonOption,
  kubeconfigOption,
  type SystemOptions,
  stackOption,
  systemOption,
} from '../common-options';

/** What every command about repositories is told. */
export type ReposOptions = SystemOptions;

export interface UploadOptions extends ReposOptions {
  /** The repository, as in the stack file. */
  readonly repository: string;
  /** Folder of the working tree. */
  readonly directory: string;
}

/** What the commands do. It is handed in, so that their modules are loaded only when they are called. */
export interface ReposActions {
  readonly list: (options: ReposOptions) => Promise<void>;
  readonly upload: (options: UploadOptions) => Promise<void>;
}

/** The command line of `repos`. */
export function reposCommand({ list, upload }: ReposActions): Command {
  return new Command('repos')
    .description('repositories of source code: list them, upload a working tree')
    .addCommand(
      withCommonOptions(new Command('list'))
        .description('say where the files of every repository come from, and how its index run and its watcher are')
        .action((options: ReposOptions) => list(options)),
    )
    .addCommand(
      withCommonOptions(new Command('upload'))
        .argument('<repository>', 'name of a repository of the stack whose source is `upload`')
        .argument('<directory>', 'folder of the working tree')
        .description('make a working tree the content of a repository, and index it')
        .addHelpText(
          'after',
          `
Sent is what git knows of the folder: tracked files as they are now, and new ones that are not ignored. A folder without git
is sent whole. Links are not sent. In the cluster a Job takes the files in: only what differs is written, what is gone from
the working tree goes, and then the repository is indexed. The Job is removed again. After Ctrl-C the repository is as it was,
or the upload is in and the next index run covers it.

Example:
  fleet repos upload website ~/src/website --stack lab`,
        )
        .action((repository: string, directory: string, options: ReposOptions) =>
          upload({ ...options, repository, directory }),
        ),
    );
}

function withCommonOptions(command: Command): Command {
  return command
    .addOption(stackOption())
    .addOption(systemOption())
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addOption(jsonOption());
}
