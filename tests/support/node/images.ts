import { join } from 'node:path';
import { describeStack } from '../../../components/stack';
import type { SystemPlan } from '../../../components/system';
import { loadStack, stackNames } from '../../../operate/stack-file';
import { containersOf, podOf } from '../../../policies/pods';
import { Missing } from '../contract/missing';
import { hasStandIn, standIn, toolImage } from '../images';
import { type NodeOfRun, nodeOfRun } from './node-of-run';
import { hasPlaceholder, placeholder } from './placeholders';
import { raePlan } from './rae';

const projectDir = join(__dirname, '..', '..', '..');

/** Archives of all images that pods of this project's stacks need and that can be had, and of the tests' own tool. */
export async function archives(): Promise<{
  readonly images: readonly string[];
  readonly lacking: NodeOfRun['lacking'];
}> {
  const planned = plannedImages();
  const images: string[] = [];
  const lacking: Record<string, NodeOfRun['lacking'][string]> = {};
  const pack = async (name: string, packed: typeof standIn) => {
    try {
      images.push((await packed(name)).path);
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      lacking[name] = { what: error.message, remedy: error.remedy };
    }
  };
  await Promise.all([
    ...[...planned.filter(hasStandIn), toolImage].map((name) => pack(name, standIn)),
    ...planned.filter(hasPlaceholder).map((name) => pack(name, placeholder)),
  ]);
  return { images, lacking };
}

/** @throws Missing where the node of this layer has not got an image that a stand-in exists for */
export function requireImage(name: string): void {
  const reason = nodeOfRun()?.lacking[name];
  if (reason) throw new Missing(reason.what, reason.remedy);
}

/** Every image that a pod of a stack of this project runs, or of a system that a test of this layer sets up otherwise. */
export function plannedImages(): readonly string[] {
  const stacks = stackNames(projectDir).flatMap((stack) => describeStack(loadStack(projectDir, stack)).systems);
  return imagesOf([...stacks, raePlan()]);
}

/** Every image that a pod of these systems runs. */
export function imagesOf(systems: readonly SystemPlan[]): readonly string[] {
  const pods = systems.flatMap(({ objects }) => Object.values(objects).flatMap(({ object }) => podOf(object) ?? []));
  return [...new Set(pods.flatMap((pod) => containersOf(pod).flatMap(({ image }) => image ?? [])))];
}
