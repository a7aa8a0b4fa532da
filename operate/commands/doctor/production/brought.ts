import type { SystemPlan } from '../../../../components/system';
import type { CommandJudge, FieldJudge, Judge, ProductionTopic } from '../../../../components/system/production';
import { outputOf } from '../../../cluster/exec';
import { isReady, podsWith, selectorText } from '../../../cluster/pods';
import { type Answer, missing, ok, type Question } from '../check';
import { liveOf } from './live';
import { type Inspected, of, yours } from './point';

/** Nobody waits longer for one look into a container. */
const seconds = 30;

/** The points of a topic that systems bring. */
export function broughtPoints(inspected: Inspected, topic: ProductionTopic): readonly Question[] {
  const { systems } = inspected.stack.plan;
  return systems.flatMap((system) =>
    (system.operations.production ?? [])
      .filter((point) => point.topic === topic)
      .map(({ judge, name }) => ({
        subject: systems.length > 1 ? of(system, name) : name,
        answer: () => judged(inspected, system, judge),
      })),
  );
}

function judged(inspected: Inspected, system: SystemPlan, judge: Judge): Promise<Answer> | Answer {
  if (judge.kind === 'person') return yours(judge.found, judge.how);
  return judge.kind === 'field' ? fieldAnswer(inspected, system, judge) : commandAnswer(inspected, system, judge);
}

async function fieldAnswer({ look }: Inspected, { namespace }: SystemPlan, judge: FieldJudge): Promise<Answer> {
  const { apiVersion, kind, name } = judge.object;
  const live = await liveOf(look, { apiVersion, kind, metadata: { name, namespace } });
  if (live === undefined) return missing(`${kind} ${name} is not there`, 'run `pulumi up`');
  return fieldVerdict(`${kind} ${name}`, valueAt(live, judge.path), judge);
}

/** What is good about the value of a field. */
export function fieldVerdict(where: string, value: unknown, { remedy, wanted }: FieldJudge): Answer {
  const text = value === undefined ? 'says nothing' : `says ${JSON.stringify(value)}`;
  if ('is' in wanted) {
    return value === wanted.is
      ? ok(`${where} ${text}`)
      : missing(`${where} ${text}, not ${JSON.stringify(wanted.is)}`, remedy);
  }
  const enough = typeof value === 'number' && value >= wanted.atLeast;
  return enough ? ok(`${where} ${text}`) : missing(`${where} ${text}, at least ${wanted.atLeast} is asked for`, remedy);
}

/** The value at a path of keys; an item of a list is found by what it has. */
export function valueAt(object: unknown, path: FieldJudge['path']): unknown {
  return path.reduce<unknown>((at, key) => {
    if (typeof at !== 'object' || at === null) return undefined;
    if (typeof key === 'string') return (at as Record<string, unknown>)[key];
    if (!Array.isArray(at)) return undefined;
    return at.find((item: Record<string, unknown> | null) =>
      Object.entries(key).every(([name, value]) => item?.[name] === value),
    );
  }, object);
}

async function commandAnswer(inspected: Inspected, { namespace }: SystemPlan, judge: CommandJudge): Promise<Answer> {
  const { cluster, signal } = inspected;
  const pod = (await podsWith(cluster.api, namespace, judge.pods)).find(isReady)?.metadata.name;
  if (pod === undefined) {
    const selector = selectorText(judge.pods);
    return missing(`no pod is ready to be asked: ${selector}`, `kubectl -n ${namespace} get pods -l ${selector}`);
  }
  const place = { namespace, pod, container: judge.container };
  const output = await outputOf(cluster.kubeConfig, place, judge.command, { seconds, signal });
  return outputVerdict(pod, output, judge);
}

/** What is good about the output of a command. */
export function outputVerdict(pod: string, output: string, { found, matches, remedy }: CommandJudge): Answer {
  if (new RegExp(matches, 's').test(output.trim())) return ok(`${found} (asked in ${pod})`);
  const said = output.trim().replaceAll(/\s+/g, ' ').slice(0, 200);
  return missing(`${pod} says: ${said || 'nothing'}`, remedy);
}
