import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineEvent } from '@pulumi/pulumi/automation';
import { parse, stringify } from 'yaml';
import { valueAt } from '../../../config/problems';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { loadProgram, openStack } from '../../../operate/engine';
import { dataLosses, type PlannedStep } from '../../../operate/preview/data-losses';
import { controlPlane, projectDir } from './control-plane';
import { encrypted } from './encrypted';

/** What a stack file says below the project's prefix. */
export type Config = Readonly<Record<string, unknown>>;

/** New values by the paths of their keys, `repositories.0.ref` for one in a list; undefined leaves a key out. */
export type Change = Readonly<Record<string, unknown>>;

/** A stack that is up, to ask the engine about changes of it. */
export interface Deployed {
  /**
   * What the engine says that a change does: one line for each object, such as `restart Deployment memory-mcp`.
   * @throws the engine's error where it refuses the change; Error where it would lose data instead of refusing
   */
  effects(change: Change): Promise<readonly string[]>;
}

/** Values of the map of secrets by their paths, such as `memoryMcp.token`; tests may see them. */
type Secrets = Readonly<Record<string, string>>;

/** Brings a stack up from a file of its own. Values of `secrets` are encrypted first; a change may name them as well. */
export async function deployed(name: string, config: Config, secrets: Secrets = {}): Promise<Deployed> {
  const { cluster, folder, tools } = controlPlane();
  const stateDir = join(folder, 'state', name);
  // The engine's work files are written from them before each operation; opening the stack anew would cost half a second.
  const overrides: Record<string, unknown> = {};
  const stack = await openStack({
    stack: 'local',
    home: fleetHomeAt(folder),
    tools,
    projectDir: withoutRefresh(stateDir),
    program: loadProgram(projectDir),
    kubeconfig: cluster.kubeconfig,
    stateDir,
    configOverrides: overrides,
  });
  const seal = async (path: string, value: string) =>
    valueAt(await encrypted(stack, { folder, stateDir, tools }, path, value), path.split('.'));
  const use = (values: Config) => {
    for (const key of Object.keys(overrides)) delete overrides[key];
    for (const [key, value] of Object.entries(values)) overrides[`memory-fleet:${key}`] = value;
  };

  const sealed: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(secrets)) sealed[`secrets.${path}`] = await seal(path, value);
  const base = changed(config, sealed);
  use(base);
  await stack.up();
  return {
    effects: async (change) => {
      const values = await Promise.all(
        Object.entries(change).map(async ([key, value]) => [
          key,
          key.startsWith('secrets.') ? await seal(key.slice('secrets.'.length), String(value)) : value,
        ]),
      );
      use(changed(base, Object.fromEntries(values)));
      const steps: Step[] = [];
      await stack.preview({ onEvent: (event) => steps.push(...stepsOf(event)) });
      const losses = dataLosses(steps);
      if (losses.length > 0) throw new Error(`accepted, and data would be lost: ${JSON.stringify(losses)}`);
      return effectsOf(steps);
    },
  };
}

/**
 * The project without its refresh before each operation, and stack `local` without any system. This stack is nobody
 * else's: a refresh would find what `up` has just written, and take as long as the preview itself.
 */
function withoutRefresh(stateDir: string): string {
  const folder = join(stateDir, 'project');
  const { options: _, ...project } = parse(readFileSync(join(projectDir, 'Pulumi.yaml'), 'utf8'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'Pulumi.yaml'), stringify(project));
  writeFileSync(join(folder, 'Pulumi.local.yaml'), stringify({ config: {} }));
  return folder;
}

function changed(config: Config, change: Change): Config {
  const copy = structuredClone(config) as Record<string, unknown>;
  for (const [path, value] of Object.entries(change)) {
    const parts = path.split('.');
    const last = parts.pop() as string;
    const parent = parts.reduce<Record<string, unknown>>((object, part) => {
      object[part] ??= {};
      return object[part] as Record<string, unknown>;
    }, copy);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return copy;
}

/** A step of the engine's plan, with the properties that it changes. */
interface Step extends PlannedStep {
  readonly paths: readonly string[];
}

function stepsOf({ resourcePreEvent }: EngineEvent): Step[] {
  if (!resourcePreEvent) return [];
  const { op, urn, type, old, detailedDiff } = resourcePreEvent.metadata;
  if (!type.startsWith('kubernetes:')) return [];
  return [{ op, urn, paths: Object.keys(detailedDiff ?? {}), ...(old ? { old: { id: old.id } } : {}) }];
}

function effectsOf(steps: readonly Step[]): string[] {
  const verbs = new Map<string, string>();
  // A replacement is announced in several steps: the new object, the old one, and both together.
  for (const step of steps.filter(({ op }) => !['same', 'read', 'refresh'].includes(op))) {
    if (verbs.get(step.urn) !== 'replace') verbs.set(step.urn, verbOf(step));
  }
  return [...verbs].map(([urn, verb]) => `${verb} ${kindOf(urn)} ${urn.split('::').at(-1)}`).sort();
}

/** A workload keeps its pods as long as their template stays the same. */
function verbOf({ op, urn, paths }: Step): string {
  if (op.includes('replace')) return 'replace';
  if (op !== 'update') return op;
  const startsPodsAnew =
    ['Deployment', 'StatefulSet'].includes(kindOf(urn)) && paths.some((path) => path.startsWith('spec.template'));
  return startsPodsAnew ? 'restart' : 'change';
}

function kindOf(urn: string): string {
  return urn.split('::')[2]?.split(':').at(-1) ?? urn;
}
