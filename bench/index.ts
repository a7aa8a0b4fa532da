import { join } from 'node:path';
import { execa } from 'execa';
import { table } from '../operate/report/table';
import { describedStack } from '../operate/stack';
import { mergedCheckout } from '../tests/support/cluster/checkout';
import {
  controlPlane,
  ensureNamespace,
  joinControlPlane,
  projectDir,
  removeNamespace,
} from '../tests/support/cluster/control-plane';
import { laneFolder, startLanes } from '../tests/support/cluster/lanes';
import { writeMinimalProject } from './minimal-project';
import { compare, type Measured, type Timed } from './pairs';
import { automationApi, type Opened, pulumiCli, type Way } from './ways';

const turns = Number(process.argv[2] ?? 5);
const stack = 'goddess';

/** What the operator waits for, against a program that registers the same objects and does nothing else. */
async function engine(way: Way, ours: string, minimal: string): Promise<Measured[]> {
  const programs = [
    { name: 'minimal program', folder: minimal },
    { name: stack, folder: ours },
  ];
  const { plan } = describedStack(projectDir, stack);
  const subjects = (what: string, timed: (folder: string) => Promise<Omit<Timed, 'name'>>) =>
    Promise.all(programs.map(async ({ name, folder }) => ({ name: `${what}, ${name}`, ...(await timed(folder)) })));

  const settled = new Map<string, Opened>();
  for (const { folder } of programs) {
    const opened = await way(folder, stack);
    await opened.up();
    settled.set(folder, opened);
  }
  const previews = await subjects('preview', async (folder) => ({ run: () => settled.get(folder)?.preview() }));
  const idle = await subjects('up, nothing to do', async (folder) => ({ run: () => settled.get(folder)?.up() }));
  const creating = await subjects('up from nothing', async (folder) => {
    let fresh: Opened | undefined;
    return {
      before: async () => {
        for (const { namespace } of plan.systems) await removeNamespace(namespace);
        fresh = await way(folder, stack);
      },
      run: () => fresh?.up(),
    };
  });
  return [
    ...(await compare(previews, turns)),
    ...(await compare(idle, turns)),
    ...(await compare(creating, Math.ceil(turns / 2))),
  ];
}

/** What every command costs before it does anything, against the runtime alone. */
function commands(): Promise<Measured[]> {
  const fleet = join(projectDir, 'operate', 'fleet.js');
  const node = (...args: string[]) => execa(process.execPath, args, { cwd: projectDir });
  return compare(
    [
      { name: 'node, doing nothing', run: () => node('-e', '0') },
      { name: 'fleet --help', run: () => node(fleet, '--help') },
      { name: 'fleet render --check', run: () => node(fleet, 'render', '--check') },
    ],
    turns,
  );
}

/** What happens in every preview before the engine is asked: read, describe and check a stack. */
function describing(): Promise<Measured[]> {
  return compare(
    [
      { name: 'read, describe and check local', run: () => describedStack(projectDir, 'local') },
      { name: 'read, describe and check goddess', run: () => describedStack(projectDir, 'goddess') },
    ],
    turns * 10,
  );
}

function show(title: string, figures: readonly Measured[]): void {
  const rows = figures.map(({ name, seconds, ratio }) => [
    name,
    seconds.toFixed(3),
    ...ratio.map((each) => each.toFixed(2)),
  ]);
  console.log(`\n${table([title, 'seconds', 'ratio: least', 'median', 'most'], rows)}`);
}

async function main(): Promise<void> {
  show('describe', await describing());
  show('command line', await commands());
  const stop = await startLanes(1);
  await joinControlPlane(laneFolder());
  try {
    await ensureNamespace('argocd');
    const { root: ours } = await mergedCheckout('bench', stack);
    const minimal = join(controlPlane().folder, 'minimal');
    const objects = writeMinimalProject(minimal, projectDir, stack);
    show(`Automation API, ${objects} objects`, await engine(automationApi, ours, minimal));
    const host = await execa('pulumi-language-nodejs', ['-version'], { reject: false });
    if (host.exitCode === undefined) console.log('\nPulumi CLI: not measured, pulumi-language-nodejs is not on PATH');
    else show(`Pulumi CLI, ${objects} objects`, await engine(pulumiCli, ours, minimal));
  } finally {
    await stop();
  }
}

void main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
