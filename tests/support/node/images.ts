import { join } from 'node:path';
import { describeStack } from '../../../components/stack';
import { loadStack, stackNames } from '../../../operate/stack-file';
import { containersOf, podOf } from '../../../policies/pods';
import { Missing } from '../contract/missing';
import { hasStandIn, standIn, toolImage } from '../images';
import { hasPlaceholder, placeholder } from './placeholders';

const projectDir = join(__dirname, '..', '..', '..');

/** Images that the stacks' plans name and that this machine could not make, with the reason. */
const lacking = new Map<string, Missing>();

/** Archives of all images that pods of this project's stacks need and that can be had, and of the tests' own tool. */
export async function archives(): Promise<readonly string[]> {
  const planned = plannedImages();
  const packed = await Promise.all([
    ...[...planned.filter(hasStandIn), toolImage].map((name) => packedOr(name, standIn)),
    ...planned.filter(hasPlaceholder).map((name) => packedOr(name, placeholder)),
  ]);
  return packed.flatMap((path) => path ?? []);
}

/** @throws Missing where the node of this layer has not got an image that a stand-in exists for */
export function requireImage(name: string): void {
  const reason = lacking.get(name);
  if (reason) throw reason;
}

/** Every image that a pod of a stack of this project runs. */
export function plannedImages(): readonly string[] {
  const plans = stackNames(projectDir).map((stack) => describeStack(loadStack(projectDir, stack)));
  const objects = plans.flatMap(({ systems }) => systems.flatMap((system) => Object.values(system.objects)));
  const pods = objects.flatMap(({ object }) => podOf(object) ?? []);
  return [...new Set(pods.flatMap((pod) => containersOf(pod).flatMap(({ image }) => image ?? [])))];
}

async function packedOr(name: string, pack: typeof standIn): Promise<string | undefined> {
  try {
    return (await pack(name)).path;
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    lacking.set(name, error);
    return undefined;
  }
}
