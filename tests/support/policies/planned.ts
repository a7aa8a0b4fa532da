import { join } from 'node:path';
import { describeStack, parseStack } from '../../../components/stack';
import type { Plan } from '../../../components/system';
import type { Described } from '../../../components/system/described';
import { loadStack } from '../../../operate/stack-file';
import type { ReachTable } from './reach-table';

const projectDir = join(__dirname, '..', '..', '..');

/** Policies that say who reaches whom. */
export type ReachPolicy = Extract<Described['object'], { readonly kind: 'NetworkPolicy' | 'CiliumNetworkPolicy' }>;

/** The plan that a table is about. */
export function planOf({ config, name, stack }: ReachTable): Plan {
  return describeStack(stack === undefined ? parseStack(config ?? {}, name) : loadStack(projectDir, stack));
}

/** All network policies of a plan. */
export function policiesOf({ systems }: Plan): readonly ReachPolicy[] {
  return systems.flatMap(({ objects }) =>
    Object.values(objects).flatMap(({ object }) =>
      object.kind === 'NetworkPolicy' || object.kind === 'CiliumNetworkPolicy' ? [object] : [],
    ),
  );
}

/** Whether every one of these is of a kind that Kubernetes itself has, which any network plugin knows. */
export function areOfKubernetes(policies: readonly ReachPolicy[]): boolean {
  return policies.every(({ kind }) => kind === 'NetworkPolicy');
}
