import type { EngineEvent } from '@pulumi/pulumi/automation';
import type { PlannedStep } from '../../../operate/preview/losses';

/** What a change of a key does to a running system. */
export type Effect = 'nothing' | 'in place' | 'restart' | 'refused';

export interface Impact {
  readonly effect: Effect;
  /** The objects touched, or why the change is refused. */
  readonly detail: string;
  /** The engine's plan; of a refused change what it got to. */
  readonly steps: readonly Step[];
}

/** A step of the engine's plan, with the properties that it changes. */
export interface Step extends PlannedStep {
  readonly paths: readonly string[];
}

/** The step that an event of the engine announces, if it is about an object on the cluster. */
export function stepOf({ resourcePreEvent }: EngineEvent): Step | undefined {
  if (!resourcePreEvent) return undefined;
  const { op, urn, type, old, detailedDiff } = resourcePreEvent.metadata;
  if (!type.startsWith('kubernetes:')) return undefined;
  return { op, urn, paths: Object.keys(detailedDiff ?? {}), ...(old ? { old: { id: old.id } } : {}) };
}

/** How many objects of a kind there are before and after a change. */
export type Counts = Readonly<Record<string, number>>;

/** What a finished preview says. */
export function planned(steps: readonly Step[], counts: Counts): Impact {
  const changing = steps.filter(isChange);
  if (changing.length === 0) return { effect: 'nothing', detail: '–', steps };
  const effect = changing.some(startsPodAnew) ? 'restart' : 'in place';
  return { effect, detail: touched(changing, counts), steps };
}

/** What a preview says that ended with an error. @throws the error, when it is none of the known refusals */
export function refused(error: unknown, steps: readonly Step[]): Impact {
  const message = error instanceof Error ? error.message : String(error);
  const reason = reasons.map((read) => read(message)).find((found) => found !== undefined);
  if (reason === undefined) throw error;
  return { effect: 'refused', detail: reason, steps };
}

/** Whether a step does anything to its object. */
export function isChange({ op }: Step): boolean {
  return !idle.has(op);
}

/** Operations that leave an object as it is. */
const idle: ReadonlySet<string> = new Set(['same', 'read', 'refresh']);

/** Kinds whose pods serve. */
const workloads: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet']);

/** A workload keeps its pods as long as the template stays the same. Where the engine names no properties, it counts as changed. */
function startsPodAnew({ op, urn, paths }: Step): boolean {
  if (!workloads.has(kindOf(urn)) || op === 'create' || op === 'delete') return false;
  return op !== 'update' || paths.length === 0 || paths.some((path) => path.startsWith('spec.template'));
}

type Verb = 'restarts' | 'changes' | 'creates' | 'replaces' | 'deletes';

/** Kinds by what happens to their objects, most important first. */
function touched(steps: readonly Step[], counts: Counts): string {
  const verbs = new Map<string, Verb>();
  // A replacement is announced in several steps: the new object, the old one, and both together.
  for (const step of steps) verbs.set(step.urn, verbs.get(step.urn) === 'replaces' ? 'replaces' : verbOf(step));
  return (['restarts', 'changes', 'creates', 'replaces', 'deletes'] as const)
    .flatMap((verb) => {
      const urns = [...verbs].filter(([, found]) => found === verb).map(([urn]) => urn);
      return urns.length > 0 ? [`${verb} ${listed(urns, counts)}`] : [];
    })
    .join('; ');
}

function verbOf(step: Step): Verb {
  if (step.op.includes('replace')) return 'replaces';
  if (step.op === 'create') return 'creates';
  if (step.op === 'delete') return 'deletes';
  return startsPodAnew(step) ? 'restarts' : 'changes';
}

/** Objects by kind, and those that run something by name where there are others of their kind. */
function listed(urns: readonly string[], counts: Counts): string {
  return [...Map.groupBy(urns, kindOf)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, all]) => {
      const several = counts[kind] ?? 0;
      if (!running.has(kind) || several <= 1) return all.length === 1 ? kind : `${all.length} ${kind}`;
      if (all.length === several && several > 2) return `all ${several} ${kind}`;
      return `${kind} ${all.map(nameOf).sort().map(quoted).join(', ')}`;
    })
    .join(', ');
}

/** Kinds of which it matters which one is meant. */
const running: ReadonlySet<string> = new Set([...workloads, 'Job', 'CronJob']);

function quoted(name: string): string {
  return `\`${name}\``;
}

/** The name of an object in its system: that of its resource, because the name of a Job has a hash in it. */
function nameOf(urn: string): string {
  const name = (urn.split('::').at(-1) ?? urn).replace(/^(memory-mcp|context-engine)-/, '');
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function kindOf(urn: string): string {
  return urn.split('::')[2]?.split(':').at(-1) ?? urn;
}

/** How each kind of refusal is told apart, and said in few words. */
const reasons: readonly ((message: string) => string | undefined)[] = [
  // Several objects are protected, and the engine stops at whichever it comes to first.
  (message) => (/protected|marked for protection/.test(message) ? 'protected data would go' : undefined),
  (message) => {
    const keys = [...message.matchAll(/^ {2}([\w.[\]]+): (?:found .*?, )?(expected .*|no such key.*|no value.*)$/gm)];
    return keys.length > 0
      ? keys.map(([, key, expected]) => `\`${key}\`: ${expected?.replace(/^expected /, '')}`).join('; ')
      : undefined;
  },
  (message) => {
    const rules = [...message.matchAll(/^ {2}\w+\/.* \(([\w-]+)\)$/gm)].map(([, rule]) => `\`${rule}\``);
    return rules.length > 0 ? `rule ${[...new Set(rules)].join(', ')}` : undefined;
  },
  (message) =>
    message.includes('this stack belongs to the cluster') ? 'the kubeconfig reaches another cluster' : undefined,
  (message) => (message.includes('unreachable cluster') ? 'the cluster cannot be reached' : undefined),
  (message) => (message.includes('can not be less than') ? 'the volume cannot shrink' : undefined),
];
