import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';
import type { EngineEvent } from '@pulumi/pulumi/automation';
import { parse, stringify } from 'yaml';
import { secretKeys } from '../../../components/schema';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { configKeys, keyPrefix } from '../../../operate/commands/generate/json-schema';
import { loadProgram, openStack } from '../../../operate/engine';
import { checkpointPath } from '../../../operate/engine/pending';
import type { Tools } from '../../../operate/toolchain';
import { encrypted } from './encrypted';
import { type BaseName, bases } from './impact-bases';
import { type Change, configAfter } from './impact-change';
import type { Config } from './impact-config';
import { type Counts, type Impact, planned, refused, type Step, stepOf } from './impact-effect';

/** The control plane and the checkout to work with. */
export interface Site {
  readonly folder: string;
  readonly tools: Tools;
  readonly projectDir: string;
  readonly kubeconfig: string;
}

/** A stack that is up, to preview changes on. */
export interface DeployedBase {
  /** What the engine says, with the number of objects of each kind that there are. */
  preview(change: Change, counts: Counts): Promise<Impact>;
}

/** Brings a stack up, with a state of its own. The namespaces that it needs must exist. */
export async function deploy(name: BaseName, site: Site): Promise<DeployedBase> {
  const { folder, tools, projectDir, kubeconfig } = site;
  const stateDir = stateDirOf(name, folder);
  // The stack reads them anew at each operation; opening it anew for each change costs half a second.
  const overrides: Record<string, unknown> = {};
  const stack = await openStack({
    stack: 'local',
    home: fleetHomeAt(folder),
    tools,
    projectDir: withoutRefresh(projectDir, stateDir),
    program: loadProgram(projectDir),
    kubeconfig,
    stateDir,
    configOverrides: overrides,
  });

  const sealed = new Map<string, unknown>();
  const seal = async (key: string, value: string): Promise<unknown> => {
    const known = `${key} ${value}`;
    if (!sealed.has(known)) sealed.set(known, await encrypted(stack, { folder, stateDir, tools }, key, value));
    return sealed.get(known);
  };
  const use = async (config: Config): Promise<void> => {
    for (const key of Object.keys(configKeys())) {
      const value = config[key];
      overrides[keyPrefix + key] =
        secretKeys.has(key) && typeof value === 'string' ? await seal(keyPrefix + key, value) : value;
    }
  };

  await use(bases[name].config);
  await stack.up();
  return {
    preview: async (change, counts) => {
      await use(configAfter(change));
      const steps: Step[] = [];
      const onEvent = (event: EngineEvent) => {
        const step = stepOf(event);
        if (step) steps.push(step);
      };
      const asked = () => stack.preview({ onEvent });
      return asked()
        .catch((error: unknown) => {
          // Of a busy machine, not of the change: the program has not reached its engine in time.
          if (!/before the deadline|connection to the engine/i.test(String(error))) throw error;
          steps.length = 0;
          return asked();
        })
        .then(
          () => planned(steps, counts),
          (error: unknown) => refused(error, steps),
        );
    },
  };
}

/**
 * The project without its refresh before each operation, and stack `local` without any system. These stacks are nobody
 * else's: a refresh would find what `up` has just written, and take as long as the preview itself.
 */
function withoutRefresh(projectDir: string, stateDir: string): string {
  const folder = join(stateDir, 'project');
  const { options: _, ...project } = parse(readFileSync(join(projectDir, 'Pulumi.yaml'), 'utf8'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'Pulumi.yaml'), stringify(project));
  writeFileSync(join(folder, 'Pulumi.local.yaml'), stringify({ config: {} }));
  return folder;
}

/** Volumes and namespaces of a stack as its `up` has recorded them; a preview records nothing. */
export function recordedData(name: BaseName, folder: string): KubernetesObject[] {
  const file = checkpointPath(join(stateDirOf(name, folder), 'backend'), 'memory-fleet', 'local');
  const { checkpoint } = JSON.parse(readFileSync(file, 'utf8'));
  const resources: { type: string; outputs: KubernetesObject }[] = checkpoint.latest.resources;
  return resources
    .filter(({ type }) => /^kubernetes:core\/v1:(Namespace|PersistentVolumeClaim)$/.test(type))
    .map(({ outputs }) => outputs);
}

function stateDirOf(name: BaseName, folder: string): string {
  return join(folder, 'state', `impact-${name}`);
}
