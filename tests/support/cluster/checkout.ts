import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { describeStack } from '../../../components/stack';
import type { Plan } from '../../../components/system';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { type OpenStack, openStack } from '../../../operate/engine';
import { loadStack } from '../../../operate/stack-file';
import { toolPath } from '../../../operate/toolchain';
import { overlaysPath, writeOverlay } from '../../../render/overlay';
import { renderPlan } from '../../../render/plan';
import { controlPlane, projectDir } from './control-plane';

/** Values below the project's prefix of a stack file, by their keys. */
export type StackValues = Readonly<Record<string, unknown>>;

/** An operator's checkout of this project, with a stack file and an overlay of its own. */
export interface Checkout {
  /** What its stack file says now. */
  plan(): Plan;
  /** Writes the stack file; the overlay stays as it is. */
  change(values: StackValues): void;
  /** Renders the overlay, as an operator does before a commit. */
  render(): void;
  /** The rendered overlay as Argo CD's repository server hands it on: one YAML text. */
  manifests(): Promise<string>;
  open(): Promise<OpenStack>;
}

/** Makes a checkout in a new folder of this run. The sources are those under test, nothing is written into them. */
export function makeCheckout(name: string, stack: string): Checkout {
  const { cluster, folder, tools } = controlPlane();
  const root = join(folder, 'checkouts', name);
  mkdirSync(root, { recursive: true });
  for (const file of ['index.ts', 'Pulumi.yaml']) copyFileSync(join(projectDir, file), join(root, file));
  for (const part of ['components', 'config', 'node_modules', 'operate', 'policies', 'render']) {
    symlinkSync(join(projectDir, part), join(root, part));
  }
  const overlay = join(root, overlaysPath, stack);
  const plan = () => describeStack(loadStack(root, stack));
  return {
    plan,
    change: (values) => {
      const config = Object.entries(values).map(([key, value]) => [`memory-fleet:${key}`, value]);
      writeFileSync(join(root, `Pulumi.${stack}.yaml`), stringify({ config: Object.fromEntries(config) }));
    },
    render: () => {
      mkdirSync(join(root, overlaysPath), { recursive: true });
      writeOverlay(overlay, renderPlan(plan(), stack));
    },
    manifests: async () => (await execa(toolPath(tools, 'kubectl'), ['kustomize', overlay])).stdout,
    open: () =>
      openStack({
        stack,
        home: fleetHomeAt(folder),
        tools,
        projectDir: root,
        kubeconfig: cluster.kubeconfig,
        stateDir: join(folder, 'state', name),
      }),
  };
}

/** What a stack file of the checkout under test says; its context is the operator's and not known here. */
export function stackValues(stack: string): { readonly cluster: object; readonly memoryMcp: object } {
  const { config } = parse(readFileSync(join(projectDir, `Pulumi.${stack}.yaml`), 'utf8'));
  const { context: _, ...cluster } = config['memory-fleet:cluster'];
  return { cluster, memoryMcp: config['memory-fleet:memoryMcp'] };
}
