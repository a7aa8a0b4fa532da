import type { EngineEvent } from '@pulumi/pulumi/automation';
import type { PlannedStep } from '../../../operate/gate/losses';

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

/** What a finished preview says. */
export function planned(steps: readonly Step[]): Impact {
  const changing = steps.filter(({ op }) => !idle.has(op));
  if (changing.length === 0) return { effect: 'nothing', detail: '–', steps };
  return { effect: changing.some(startsPodAnew) ? 'restart' : 'in place', detail: touched(changing), steps };
}

/** What a preview says that ended with an error. @throws the error, when it is none of the known refusals */
export function refused(error: unknown, steps: readonly Step[]): Impact {
  const message = error instanceof Error ? error.message : String(error);
  const reason = reasons.map((read) => read(message)).find((found) => found !== undefined);
  if (reason === undefined) throw error;
  return { effect: 'refused', detail: reason, steps };
}

/** Operations that leave an object as it is. */
const idle: ReadonlySet<string> = new Set(['same', 'read', 'refresh']);

/** A Deployment keeps its pod as long as the template stays the same. Where the engine names no properties, it counts as changed. */
function startsPodAnew({ op, urn, paths }: Step): boolean {
  if (kindOf(urn) !== 'Deployment' || op === 'create') return false;
  return op !== 'update' || paths.length === 0 || paths.some((path) => path.startsWith('spec.template'));
}

type Verb = 'changes' | 'creates' | 'replaces' | 'deletes';

/** Kinds by what happens to their objects, most harmless first. */
function touched(steps: readonly Step[]): string {
  const verbs = new Map<string, Verb>();
  // A replacement is announced in several steps: the new object, the old one, and both together.
  for (const { op, urn } of steps) verbs.set(urn, verbs.get(urn) === 'replaces' ? 'replaces' : verbOf(op));
  return (['changes', 'creates', 'replaces', 'deletes'] as const)
    .flatMap((verb) => {
      const kinds = [...verbs].filter(([, found]) => found === verb).map(([urn]) => kindOf(urn));
      return kinds.length > 0 ? [`${verb} ${counted(kinds)}`] : [];
    })
    .join('; ');
}

function verbOf(op: string): Verb {
  if (op.includes('replace')) return 'replaces';
  if (op === 'create') return 'creates';
  return op === 'delete' ? 'deletes' : 'changes';
}

function counted(kinds: readonly string[]): string {
  return [...new Set(kinds)]
    .sort()
    .map((kind) => {
      const count = kinds.filter((other) => other === kind).length;
      return count === 1 ? kind : `${count} ${kind}`;
    })
    .join(', ');
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
    const rules = [...message.matchAll(/^ {2}memoryMcp\/.* \(([\w-]+)\)$/gm)].map(([, rule]) => `\`${rule}\``);
    return rules.length > 0 ? `rule ${[...new Set(rules)].join(', ')}` : undefined;
  },
  (message) =>
    message.includes('this stack belongs to the cluster') ? 'the kubeconfig reaches another cluster' : undefined,
  (message) => (message.includes('unreachable cluster') ? 'the cluster cannot be reached' : undefined),
  (message) => (message.includes('can not be less than') ? 'the volume cannot shrink' : undefined),
];
