import { join } from 'node:path';
import { execa } from 'execa';
import { fleetHomeAt } from '../operate/base/fleet-home';
import { openStack } from '../operate/engine';
import { table } from '../operate/report/table';
import { describedStack } from '../operate/stack';
import {
  controlPlane,
  ensureNamespace,
  joinControlPlane,
  openTestStack,
  projectDir,
} from '../tests/support/cluster/control-plane';
import { startLanes } from '../tests/support/cluster/lanes';
import { compare, type Measured } from './medians';

const turns = Number(process.argv[2] ?? 5);

/** What the operator waits for: a preview and an `up` that changes nothing, against a program that is empty. */
async function engine(): Promise<Measured[]> {
  const { cluster, folder, tools } = controlPlane();
  const empty = await openStack({
    stack: 'local',
    home: fleetHomeAt(folder),
    tools,
    projectDir,
    kubeconfig: cluster.kubeconfig,
    stateDir: join(folder, 'state', 'empty'),
    program: async () => ({}),
  });
  await ensureNamespace('argocd');
  const goddess = await openTestStack('goddess', 'goddess');
  await goddess.up();
  return compare(
    [
      { name: 'preview of an empty program', run: () => empty.preview() },
      { name: `preview of goddess (${countOf('goddess')} objects)`, run: () => goddess.preview() },
      { name: 'up of goddess, nothing to do', run: () => goddess.up() },
    ],
    turns,
  );
}

function countOf(stack: string): number {
  return describedStack(projectDir, stack).plan.systems.flatMap(({ objects }) => Object.keys(objects)).length;
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
  const rows = figures.map(({ name, median, ratio }) => [name, `${median.toFixed(3)} s`, ratio.toFixed(2)]);
  console.log(`\n${table([title, 'median', 'ratio'], rows)}`);
}

async function main(): Promise<void> {
  show('describe', await describing());
  show('command line', await commands());
  const stop = await startLanes(1);
  await joinControlPlane();
  try {
    show('engine', await engine());
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
