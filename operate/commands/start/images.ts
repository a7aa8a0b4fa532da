import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ask } from '../../base/ask';
import { Failure } from '../../base/failure';
import { readIfExists } from '../../base/files';
import type { ConfigOverrides } from '../../engine/work-files';
import { referenceOf } from '../../registry/reference';
import { type DescribedStack, describedText } from '../../stack';
import { valueIn } from '../../stack-file';
import { removeKeys, setKeys } from '../../stack-file/edit';
import type { KeyPath } from '../../stack-file/splice';
import { imagesOf } from '../pin/image-keys';

/** Names that are set aside for examples: no registry is ever there. @see https://www.rfc-editor.org/rfc/rfc2606 */
const reserved = /(^|\.)(example|invalid|example\.(com|net|org))(:\d+)?$/;

export interface ImageChoice {
  readonly projectDir: string;
  /** Images by key, each as `KEY=IMAGE`. */
  readonly image?: readonly string[] | undefined;
  /** The stack file that the engine last worked with on this cluster. */
  readonly lastStackFile: string;
  /** Whether somebody may be asked. */
  readonly mayAsk: boolean;
  readonly signal: AbortSignal;
}

export interface ChosenStack {
  readonly stack: DescribedStack;
  /** What the engine must be told besides the stack file. */
  readonly overrides: ConfigOverrides;
  /** Systems that nobody has named an image for, by their keys. */
  readonly leftOut: readonly string[];
}

/**
 * The stack as a real cluster can run it: an image that nobody publishes is the one that the operator names, else the one
 * of the last time, else what is answered, else its system is left out. A system without such an image is never touched.
 *
 * @throws Failure where a key names no image, or nothing is left
 */
export async function chosenStack(stack: DescribedStack, choice: ImageChoice): Promise<ChosenStack> {
  const text = readFileSync(join(choice.projectDir, `Pulumi.${stack.name}.yaml`), 'utf8');
  const keys = imagesOf(stack).flatMap((each) => each.keys.map(({ path, text: image }) => ({ path, image })));
  const named = (choice.image ?? []).map((given) => chosen(given, keys));
  const unpublished = keys.filter(({ image }) => reserved.test(referenceOf(image).registry));
  const missing = unpublished.filter(({ path }) => !named.some((each) => isSame(each.path, path)));
  const found = [];
  const leftOut = new Set<string>();
  for (const { path } of missing) {
    const system = path[0] as string;
    const last = lastConfig(choice.lastStackFile);
    const image = lastImage(last, path) ?? (await answered(path, system, choice));
    if (image !== undefined) found.push({ path, value: image });
    else if (last[keyInFile(system)] === undefined) leftOut.add(system);
    else {
      throw new Failure(
        `${system} was deployed to this cluster before: without it the plan would remove it`,
        `name its image: --image ${system}=IMAGE`,
      );
    }
  }
  const kept = setKeys(
    text,
    [...named, ...found].filter(({ path }) => !leftOut.has(path[0] as string)),
  );
  const after = removeKeys(
    kept,
    [...leftOut].map((system) => [system]),
  );
  const changed = [...new Set([...named, ...found].map(({ path }) => path[0] as string)), ...leftOut];
  if (leftOut.size === stack.plan.systems.length) {
    const [system] = leftOut;
    throw new Failure('nobody publishes an image of anything in this stack', `name one: --image ${system}=IMAGE`);
  }
  return {
    stack: describedText(choice.projectDir, stack.name, after),
    overrides: Object.fromEntries(changed.map((system) => [keyInFile(system), valueIn(after, [system])])),
    leftOut: [...leftOut],
  };
}

/** What `KEY=IMAGE` says: the key of an image, or a system's key, which means its `image`. */
function chosen(given: string, keys: readonly { readonly path: KeyPath }[]) {
  const [key = '', ...rest] = given.split('=');
  const value = rest.join('=');
  const found = keys.find(({ path }) => path.join('.') === key || path.join('.') === `${key}.image`);
  if (found && value !== '') return { path: found.path, value };
  const known = [...new Set(keys.map(({ path }) => path.join('.')))].join(', ');
  throw new Failure(`--image ${given} names no image of this stack`, `write KEY=IMAGE with a KEY of: ${known}`);
}

type Config = Readonly<Record<string, unknown>>;

function lastConfig(file: string): Config {
  return ((parse(readIfExists(file) ?? '') ?? {}) as { config?: Config }).config ?? {};
}

function lastImage(config: Config, [system, ...rest]: KeyPath): string | undefined {
  const value = rest.reduce<unknown>((held, key) => (held as Config | undefined)?.[key], config[keyInFile(system)]);
  return typeof value === 'string' && !reserved.test(referenceOf(value).registry) ? value : undefined;
}

function keyInFile(system: KeyPath[number] | undefined): string {
  return `memory-fleet:${system}`;
}

async function answered(path: KeyPath, system: string, { mayAsk, signal }: ImageChoice): Promise<string | undefined> {
  if (!mayAsk) return undefined;
  const question = `Nobody publishes an image for ${path.join('.')}. Yours (nothing leaves ${system} out): `;
  return (await ask(question, signal)) || undefined;
}

function isSame(one: KeyPath, other: KeyPath): boolean {
  return one.join('.') === other.join('.');
}
