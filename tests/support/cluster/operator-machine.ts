import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { linkProvider } from '../../../operate/engine/command';
import { toolPath } from '../../../operate/toolchain';
import { controlPlane, kubeconfigFor, projectDir } from './control-plane';

/** A machine on which nothing has been done yet: an empty home, the tools of an operator, and the project's repository to clone. */
export interface OperatorMachine {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Where the project's repository is said to be; here it is a folder. */
const repository = 'https://github.com/butterflyskies/memory-fleet.git';

/**
 * @param name of its folder in that of this run
 * @param context of its kubeconfig
 * @param gate a file without which no command of `fleet` but `doctor` begins
 */
export async function operatorMachine(name: string, context: string, gate: string): Promise<OperatorMachine> {
  const { folder, tools } = controlPlane();
  const root = join(folder, name);
  const [bin, home] = [join(root, 'bin'), join(root, 'home')];
  for (const each of [bin, home]) mkdirSync(each, { recursive: true });
  linkProvider(fleetHomeAt(root), tools);
  symlinkSync(toolPath(tools, 'kubectl'), join(bin, 'kubectl'));
  const script = (file: string, ...lines: string[]) =>
    writeFileSync(join(bin, file), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  // Nobody is there to say yes.
  script(
    'pulumi',
    `case "$1" in up) set -- "$@" --yes --skip-preview ;; esac`,
    `exec '${toolPath(tools, 'pulumi')}' "$@"`,
  );
  script('pulumi-language-nodejs', `exec '${process.execPath}' '${join(__dirname, 'language-host.cjs')}' "$@"`);
  const installed = join(projectDir, 'node_modules');
  // What has been installed for this run is what `npm ci` would install.
  script(
    'npm',
    `[ "$1" = ci ] && mkdir node_modules && exec ln -s '${installed}'/* '${installed}/.bin' node_modules/`,
    `PATH=\${PATH#*:} exec npm "$@"`,
  );
  script(
    'npx',
    `case "$*" in 'fleet doctor '*) ;; *) until [ -e '${gate}' ]; do sleep 0.1; done ;; esac`,
    'shift',
    'exec node operate/fleet.js "$@"',
  );
  return {
    home,
    env: {
      HOME: home,
      PATH: [bin, dirname(process.execPath), process.env.PATH].join(':'),
      KUBECONFIG: kubeconfigFor(context),
      FLEET_HOME: root,
      PULUMI_HOME: join(root, 'pulumi'),
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      PULUMI_OPTION_NON_INTERACTIVE: 'true',
      ...(await clonable(join(root, 'repository'))),
    },
  };
}

/** The files under test as a repository that can be cloned and pushed to by its public name. */
async function clonable(folder: string): Promise<Record<string, string>> {
  const { stdout } = await execa('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: projectDir,
  });
  for (const file of stdout.split('\0').filter(Boolean)) cpSync(join(projectDir, file), join(folder, file));
  const person = { NAME: 'Operator', EMAIL: 'operator@example.org' };
  const env = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((role) =>
      Object.entries(person).map(([what, value]) => [`GIT_${role}_${what}`, value]),
    ),
  );
  const git = (...args: string[]) => execa('git', args, { cwd: folder, env });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'The files under test');
  // A folder that is checked out takes no push otherwise.
  await git('config', 'receive.denyCurrentBranch', 'updateInstead');
  const [key, value] = [`url.${folder}.insteadOf`, repository];
  // Every other remote is an empty folder: nothing is asked of a network.
  const [others, nowhere] = ['url./nowhere/.insteadOf', 'https://'];
  return {
    ...env,
    ...{ GIT_CONFIG_COUNT: '2', GIT_CONFIG_KEY_0: key, GIT_CONFIG_VALUE_0: value },
    ...{ GIT_CONFIG_KEY_1: others, GIT_CONFIG_VALUE_1: nowhere },
  };
}
