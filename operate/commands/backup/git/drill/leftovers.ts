import type { V1Namespace } from '@kubernetes/client-node';
import type { SystemPlan } from '../../../../../components/system';
import { type Consent, confirm } from '../../../../base/ask';
import { type Api, get } from '../../../../cluster/api';
import type { Finding } from '../../../../report/report';
import { drillLabel, endsAnnotation, removeScratch } from './scratch';

/** The namespace of a drill that did not remove it, or of one that still runs. */
export interface Leftover {
  readonly name: string;
  /** Whether its drill must be over by now. */
  readonly over: boolean;
}

/** Namespaces of other drills of a system. */
export async function leftoversOf(api: Api, system: SystemPlan, now = new Date()): Promise<readonly Leftover[]> {
  const selector = encodeURIComponent(`${drillLabel}=${system.namespace}`);
  const found = await get<{ items: V1Namespace[] }>(api, `/api/v1/namespaces?labelSelector=${selector}`);
  return (found?.items ?? [])
    .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
    .map(({ metadata }) => {
      const ends = metadata?.annotations?.[endsAnnotation];
      return { name: metadata?.name ?? '', over: ends === undefined || new Date(ends) < now };
    });
}

/**
 * Removes what other drills have left: what must be over without a word, the rest only where the operator agrees,
 * because it may be somebody's who is at it.
 *
 * @param ask whether somebody can be asked
 * @returns a line for each
 */
export async function clearLeftovers(
  api: Api,
  leftovers: readonly Leftover[],
  { ask, ...consent }: Consent & { readonly ask: boolean },
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { name, over } of leftovers) {
    const question = `Namespace ${name} is of another drill, which was killed or still runs. Remove it?`;
    const agreed = over || consent.yes || (ask && (await confirm(question, consent)));
    if (agreed) await removeScratch(api, name);
    findings.push({
      subject: `namespace ${name}`,
      ...(agreed
        ? { status: 'ok', found: 'left by an earlier drill, removed' }
        : {
            status: 'warning',
            found: 'of another drill, which was killed or still runs',
            remedy: `add --yes, or kubectl delete namespace ${name}`,
          }),
    });
  }
  return findings;
}
