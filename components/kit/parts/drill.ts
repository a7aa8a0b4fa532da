import type { IContainer } from 'kubernetes-models/v1';

/** File that tells the intake that everything is there. */
const complete = '.restored';

/** A container that waits until the files of a backup have been put on the volume by {@link intakeCommand}. */
export function intake(
  container: Pick<IContainer, 'image' | 'resources' | 'volumeMounts'>,
  volumePath: string,
): IContainer {
  // A shell that is the first process of its container ignores signals that it does not handle.
  const wait = `trap 'exit 1' TERM; until [ -e ${volumePath}/${complete} ]; do sleep 1; done`;
  return { name: 'intake', command: ['sh', '-c', wait], ...container };
}

/**
 * Command that unpacks an archive of that length from its standard input. The length is said, because not every way
 * into a container can tell the end of an input.
 */
export function intakeCommand(volumePath: string, bytes: number): readonly string[] {
  return ['sh', '-c', `head -c ${bytes} | tar -xf - -C ${volumePath} && touch ${volumePath}/${complete}`];
}
