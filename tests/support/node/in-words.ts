import type { CoreV1Event, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

type LogOf = (pod: string, container: string, previous: boolean) => Promise<string>;

/** What pods that are not well say of themselves: their containers, the last lines of these, and the last events. */
export async function inWords(pods: readonly V1Pod[], events: readonly CoreV1Event[], logOf: LogOf): Promise<string> {
  const lines: string[] = [];
  for (const pod of pods) {
    const { metadata, status } = pod;
    const name = metadata?.name ?? '';
    lines.push(`pod ${metadata?.namespace}/${name}: ${status?.phase}${metadata?.deletionTimestamp ? ', ending' : ''}`);
    for (const container of containersOf(pod)) {
      lines.push(`  ${container.name}: ${stateOf(container)}`);
      if (isWell(container)) continue;
      const log = await logOf(
        name,
        container.name,
        container.restartCount > 0 && container.state?.running === undefined,
      );
      lines.push(
        ...log
          .trim()
          .split('\n')
          .filter(Boolean)
          .map((line) => `    | ${line}`),
      );
    }
    const unmet = (status?.conditions ?? []).filter((each) => each.status !== 'True' && each.message);
    lines.push(...unmet.map(({ message, type }) => `  not ${type}: ${message}`));
  }
  const told = events
    .filter(({ type }) => type !== 'Normal')
    .map(
      ({ involvedObject, message, reason }) => `${involvedObject.kind} ${involvedObject.name}: ${reason}: ${message}`,
    );
  return [...lines, ...[...new Set(told)].slice(-10)].join('\n');
}

function containersOf({ status }: V1Pod): readonly V1ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

function isWell({ ready, restartCount, state }: V1ContainerStatus): boolean {
  return restartCount === 0 && (ready || state?.terminated?.exitCode === 0);
}

function stateOf({ ready, restartCount, state }: V1ContainerStatus): string {
  const { running, terminated, waiting } = state ?? {};
  const parts = [
    ...(waiting ? [`waits (${waiting.reason}${waiting.message ? `: ${waiting.message}` : ''})`] : []),
    ...(running ? [ready ? 'ready' : 'runs, not ready'] : []),
    ...(terminated ? [`ended with ${terminated.exitCode} (${terminated.reason})`] : []),
    ...(restartCount > 0 ? [`restarted ${restartCount} times`] : []),
  ];
  return parts.join(', ') || 'no state';
}
