import { systems as installable } from '../../components';
import { describeStack, parseStack, type StackConfig } from '../../components/stack';
import type { Plan, SystemPlan } from '../../components/system';
import type { Operations, ServerFacts } from '../../components/system/operations';
import { ConfigError } from '../../config/parse';
import { checkPlan, PolicyError } from '../../policies/check';
import { Failure } from '../base/failure';
import { importsEnvironment, loadStack, stackFilePath, stackNames, stackValues } from '../stack-file';

/** A stack as its file describes it. */
export interface DescribedStack {
  readonly name: string;
  readonly config: StackConfig;
  readonly plan: Plan;
}

/**
 * Reads, describes and checks a stack, without an engine and without a cluster.
 * @throws Failure when there is no such stack, its file cannot be used, or its plan breaks a rule
 */
export function describedStack(projectDir: string, stack: string): DescribedStack {
  knownStacks(projectDir, [stack]);
  if (importsEnvironment(stackFilePath(projectDir, stack))) console.error(unseen(stack));
  return described(stack, () => loadStack(projectDir, stack));
}

/** {@link describedStack} for the text of a stack file that is not written yet. */
export function describedText(projectDir: string, stack: string, text: string): DescribedStack {
  return described(stack, () => parseStack(stackValues(text, projectDir), stack));
}

function unseen(stack: string): string {
  return (
    `note: Pulumi.${stack}.yaml imports environments of Pulumi ESC, which this command cannot see: what they say of ` +
    'memory-fleet is missing here, and only `pulumi preview` has it'
  );
}

function described(stack: string, load: () => StackConfig): DescribedStack {
  try {
    const config = load();
    const plan = describeStack(config);
    const { violations } = checkPlan(plan);
    if (violations.length > 0) throw new PolicyError(violations);
    return { name: stack, config, plan };
  } catch (error) {
    if (error instanceof ConfigError) {
      throw new Failure(error.message, 'mend these keys; docs/config.md says what each may be', { cause: error });
    }
    if (error instanceof PolicyError) {
      const remedy = `change Pulumi.${stack}.yaml, or waive a rule with a reason`;
      throw new Failure(`stack ${stack}: ${error.message}`, remedy, { cause: error });
    }
    throw error;
  }
}

/** The plan of {@link describedStack}. A plan that breaks a rule is nobody's to use. */
export function checkedPlan(projectDir: string, stack: string): Plan {
  return describedStack(projectDir, stack).plan;
}

/**
 * The given names, every one a stack of the project.
 * @throws Failure that names the others
 */
export function knownStacks(projectDir: string, stacks: readonly string[]): readonly string[] {
  const all = stackNames(projectDir);
  const unknown = stacks.filter((stack) => !all.includes(stack));
  if (unknown.length > 0) {
    throw new Failure(`there is no stack ${unknown.join(', ')}`, `name one of: ${all.join(', ')}`);
  }
  return stacks;
}

/**
 * The system that a command is about: the named one, else the only one of the stack, or the only one that offers it.
 *
 * @param name id of the system, or its path in the stack file
 * @param offers where several are there: whether one offers what the command is about, which the others do not
 * @throws Failure when there is none or a choice
 */
export function systemOf(
  { name: stack, plan }: DescribedStack,
  name?: string,
  offers: (operations: Operations) => boolean = () => true,
): SystemPlan {
  const { systems } = plan;
  const known = systems.map(({ id }) => id).join(', ');
  const found = name === undefined ? systems : systems.filter(({ id, path }) => id === name || path.join('.') === name);
  const [system] = found;
  const keys = installable.map(({ key }) => key);
  if (system === undefined) {
    throw new Failure(
      name === undefined ? `stack ${stack} has no system` : `stack ${stack} has no system ${name}`,
      known === '' ? `name one in Pulumi.${stack}.yaml: ${keys.join(', ')}` : `name one of: ${known}`,
    );
  }
  const offering = found.length === 1 ? found : found.filter(({ operations }) => offers(operations));
  const [only, ...others] = offering;
  if (only === undefined) {
    throw new Failure(`no system of stack ${stack} has what this command is about`, `its systems are: ${known}`);
  }
  if (others.length === 0) return only;
  throw new Failure(
    `stack ${stack} has several systems`,
    `choose by --system: ${offering.map(({ id }) => id).join(', ')}`,
  );
}

/**
 * The server of a system that a command is about: the named one, else the main one.
 * @throws Failure when there is none of that name
 */
export function serverOf({ id: system, operations: { servers } }: SystemPlan, name?: string): ServerFacts {
  const [main] = servers;
  const server = name === undefined ? main : servers.find((each) => each.name === name);
  if (server !== undefined) return server;
  const known = servers.map((each) => each.name).join(', ');
  throw name === undefined || known === ''
    ? new Failure(`${system} has no server`, 'name another system by --system')
    : new Failure(`${system} has no server ${name}`, `choose by --server: ${known}`);
}
