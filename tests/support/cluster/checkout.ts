import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { describeStack } from '../../../components/stack';
import type { Plan } from '../../../components/system';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { type ConfigOverrides, type OpenStack, openStack } from '../../../operate/engine';
import { loadStack } from '../../../operate/stack-file';
import { toolPath } from '../../../operate/toolchain';
import { overlaysPath, writeOverlay } from '../../../render/overlay';
import { renderPlan } from '../../../render/plan';
import { controlPlane, kubeconfigFor, projectDir } from './control-plane';

/** Values below the project's prefix of a stack file, by their keys. */
export type StackValues = Readonly<Record<string, unknown>>;

/** An operator's checkout of this project, with a stack file and an overlay of its own. */
export interface Checkout {
  readonly root: string;
  /** What its stack file says now. */
  plan(): Plan;
  /** Writes the stack file; the overlay stays as it is. */
  change(values: StackValues): void;
  /** Renders the overlay, commits it, and pushes it to where Argo CD finds it. */
  merge(): Promise<void>;
  /** The rendered overlay as Argo CD's repository server hands it on: one YAML text. */
  manifests(): Promise<string>;
  open(configOverrides?: ConfigOverrides): Promise<OpenStack>;
}

/**
 * Makes a checkout in a new folder of this run. The sources are those under test, nothing is written into them. Its remote
 * is the repository that the stack file names, which leads to a folder beside it.
 */
export async function makeCheckout(name: string, stack: string): Promise<Checkout> {
  const { folder, tools } = controlPlane();
  const root = join(folder, 'checkouts', name);
  mkdirSync(root, { recursive: true });
  for (const file of ['compile-cache.js', 'index.ts', 'package.json', 'Pulumi.yaml', 'tsconfig.json'])
    copyFileSync(join(projectDir, file), join(root, file));
  for (const part of ['components', 'config', 'node_modules', 'operate', 'policies', 'render', 'tools']) {
    symlinkSync(join(projectDir, part), join(root, part));
  }
  const overlay = join(root, overlaysPath, stack);
  const git = (...args: string[]) => execa('git', [...committer, ...args], { cwd: root });
  const remote = `ssh://git@${repoUrlOf(stack).replace(/^https:\/\//, '')}`;
  await git('init', '--quiet', '--bare', '--initial-branch=main', `${root}.git`);
  await git('init', '--quiet', '--initial-branch=main');
  await git('remote', 'add', 'origin', remote);
  await git('config', `url.${root}.git.insteadOf`, remote);
  const plan = () => describeStack(loadStack(root, stack));
  return {
    plan,
    change: (values) => {
      const config = Object.entries(values).map(([key, value]) => [`memory-fleet:${key}`, value]);
      writeFileSync(join(root, `Pulumi.${stack}.yaml`), stringify({ config: Object.fromEntries(config) }));
    },
    merge: async () => {
      mkdirSync(join(root, overlaysPath), { recursive: true });
      writeOverlay(overlay, renderPlan(plan(), stack));
      await git('add', '--all', 'deploy');
      await git('commit', '--quiet', '--allow-empty', '--message=merged');
      await git('push', '--quiet', 'origin', 'main');
    },
    manifests: async () => (await execa(toolPath(tools, 'kubectl'), ['kustomize', overlay])).stdout,
    root,
    open: (configOverrides = {}) =>
      openStack({
        stack,
        home: fleetHomeAt(folder),
        tools,
        projectDir: root,
        kubeconfig: kubeconfigFor(stack),
        stateDir: join(folder, 'state', name),
        configOverrides,
      }),
  };
}

/** A checkout of a stack as it is, in which everything is merged: the one under test is ahead of its own remote. */
export async function mergedCheckout(name: string, stack: string): Promise<Checkout> {
  const checkout = await makeCheckout(name, stack);
  copyFileSync(join(projectDir, `Pulumi.${stack}.yaml`), join(checkout.root, `Pulumi.${stack}.yaml`));
  await checkout.merge();
  return checkout;
}

/** Nothing of the machine's git configuration decides whether a commit succeeds. */
const committer = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];

function repoUrlOf(stack: string): string {
  const { cluster } = loadStack(projectDir, stack);
  return cluster.argocd?.repoUrl ?? 'https://git.example.org/fleet';
}

/** What a stack file of the checkout under test says; its context is the operator's and not known here. */
export function stackValues(stack: string): { readonly cluster: object; readonly memoryMcp: object } {
  const { config } = parse(readFileSync(join(projectDir, `Pulumi.${stack}.yaml`), 'utf8'));
  const { context: _, ...cluster } = config['memory-fleet:cluster'];
  return { cluster, memoryMcp: config['memory-fleet:memoryMcp'] };
}
