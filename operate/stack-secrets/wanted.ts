import { draftPlan, stackSchema } from '../../components/stack';
import type { Plan } from '../../components/system';
import { encrypted } from '../../config/fields';
import { ConfigError, secretsKey } from '../../config/parse';
import { isRandom } from '../../config/random';
import { Failure } from '../base/failure';
import { knownStacks } from '../stack';
import { readStackFile, stackFilePath } from '../stack-file';

/** An encrypted value of a stack file that some Secret of the plan is made of. */
export interface WantedValue {
  /** Where the map of secrets has it, such as `['memoryMcp', 'token']`. */
  readonly path: readonly string[];
  /** Id of the system whose Secret it ends in, and its key there. */
  readonly system: string;
  readonly secretKey: string;
  readonly isThere: boolean;
  /** Whether any value will do that nobody can guess. */
  readonly isRandom: boolean;
}

/**
 * The encrypted values that a stack reads, whether they are there or not.
 * @throws Failure where there is no such stack, or its file is not what the schema asks for
 */
export function wantedValues(projectDir: string, stack: string): readonly WantedValue[] {
  knownStacks(projectDir, [stack]);
  const raw = readStackFile(stackFilePath(projectDir, stack));
  return draftOf(raw, stack).systems.flatMap(({ id: system, objects }) =>
    Object.values(objects).flatMap(({ object }) =>
      object.kind !== 'Secret'
        ? []
        : Object.entries(object.stringData).map(([secretKey, { secret: path }]) => ({
            ...{ path, system, secretKey },
            isThere: valueAt(raw[secretsKey], path) === encrypted,
            isRandom: isRandom(stackSchema, [secretsKey, ...path]),
          })),
    ),
  );
}

/** {@link draftPlan}, or what is wrong in words. */
export function draftOf(raw: Readonly<Record<string, unknown>>, stack: string): Plan {
  try {
    return draftPlan(raw, stack);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new Failure(error.message, 'mend these keys first; docs/config.md says what each may be', { cause: error });
  }
}

function valueAt(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], tree);
}

/** A path as `pulumi config set --path` takes it, and as messages name it. */
export function keyOfValue({ path }: Pick<WantedValue, 'path'>): string {
  return [secretsKey, ...path].join('.');
}
