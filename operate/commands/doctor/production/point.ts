import type { SystemPlan } from '../../../../components/system';
import { podOf } from '../../../../policies/pods';
import { messageOf } from '../../../base/failure';
import type { Finding } from '../../../report/report';
import { type Answer, type Examined, finding, missing, ok, type Question } from '../check';

/** What a point of the checklist may look at. */
export interface Inspected extends Examined {
  readonly signal: AbortSignal;
  /** Age above which a Secret should have been changed, in days. */
  readonly secretDays: number;
}

/** The points of one topic. Each is asked of every stack: what does not apply to it says so. */
export type Points = (inspected: Inspected) => readonly Question[];

/** Nothing on the cluster tells: a person says so. @param how it is checked */
export const yours = (found: string, how: string): Answer => ({ status: 'yours', found, remedy: how });

/** The stack has nothing that the point is about. */
export const notAsked = (found: string): Answer => ({
  status: 'skipped',
  found,
  remedy: 'nothing, as long as the stack is so',
});

/** The answer to a point. One that cannot be had is no good one: what nobody could look at is not ready for production. */
export async function verdict({ subject, answer }: Question): Promise<Finding> {
  try {
    return { subject, ...(await answer()) };
  } catch (error) {
    const remedy = 'run this as a user who may look there, or ask somebody who may';
    return { subject, ...missing(`could not be looked at: ${messageOf(error)}`, remedy) };
  }
}

/** One point out of several questions, good when each of them is. @param none what it is where nothing is asked */
export async function every(questions: readonly Question[], none: Answer): Promise<Answer> {
  return together(await Promise.all(questions.map(finding)), none);
}

/** One point out of several findings. */
export function together(findings: readonly Finding[], none: Answer): Answer {
  if (findings.length === 0) return none;
  const bad = findings.filter(({ status }) => status !== 'ok' && status !== 'skipped');
  if (bad.length === 0) return ok(inWords(findings));
  return missing(inWords(bad), [...new Set(bad.flatMap(({ remedy }) => remedy ?? []))].join('; '));
}

function inWords(findings: readonly Finding[]): string {
  return findings.map(({ found, subject }) => `${subject}: ${found}`).join('; ');
}

/** One point about things of the plan: good when none has a fault. @param faultOf what is wrong with one, in words */
export function none<T>(
  things: readonly T[],
  faultOf: (thing: T) => string | undefined,
  { absent, found, remedy }: { readonly absent: Answer; readonly found: string; readonly remedy: string },
): Answer {
  if (things.length === 0) return absent;
  const faults = things.flatMap((each) => faultOf(each) ?? []);
  return faults.length === 0 ? ok(found) : missing(shortened(faults), remedy);
}

/** A list that stays readable. */
export function shortened(all: readonly string[], limit = 6): string {
  const rest = all.length - limit;
  return rest > 0 ? `${all.slice(0, limit).join(', ')} and ${rest} more` : all.join(', ');
}

/** The namespaces that the stack makes or runs something in: that of an add-on which others run is theirs. */
export function namespacesOf({ stack }: Inspected): readonly string[] {
  const isOurs = ({ namespace, objects }: SystemPlan) =>
    Object.values(objects).some(
      ({ object }) =>
        podOf(object) !== undefined || (object.kind === 'Namespace' && object.metadata.name === namespace),
    );
  return [...new Set(stack.plan.systems.filter(isOurs).map(({ namespace }) => namespace))];
}

/** A name for something of one system, where a stack may have several. */
export function of({ id }: SystemPlan, name: string): string {
  return name.startsWith(id) ? name : `${id} ${name}`;
}
