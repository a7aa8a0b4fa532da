import { readFileSync } from 'node:fs';
import { Failure, Interrupted, messageOf, throwIfInterrupted } from '../../base/failure';
import { writeAtomically } from '../../base/files';
import { showingFor, startProgress } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import { openConnection } from '../../mcp/connection';
import { credentialsFor } from '../../registry/docker-config';
import { referenceOf, withDigest } from '../../registry/reference';
import { type RegistryOptions, type ResolvedTag, resolveTag } from '../../registry/registry';
import { printReport } from '../../report/print';
import type { Finding } from '../../report/report';
import { type DescribedStack, describedStack, describedText } from '../../stack';
import { stackFilePath } from '../../stack-file';
import { removeKeys, setKeys } from '../../stack-file/edit';
import { renderStack } from '../render/render';
import { imagesOf, type KeyedImage } from './image-keys';

/** What the operator can say to `pin`. */
export interface PinOptions {
  readonly stack: string;
  /** Only say what is not pinned or has moved, and fail when anything is. */
  readonly check?: boolean | undefined;
  readonly json?: boolean | undefined;
  /** File with certificates (PEM) to trust beside the public ones. */
  readonly ca?: string | undefined;
  /** Registries that are asked by plain HTTP. */
  readonly plainHttp?: readonly string[] | undefined;
}

/** An image, and what its tag points at now. */
interface Resolved extends KeyedImage {
  readonly now: ResolvedTag;
}

/** Key of a system that says why its images carry no digest; with digests nothing needs it. */
const reasonKey = 'imageUnpinnedReason';

/**
 * Writes the digest of each image of a stack into its file and renders its overlay, or in a check says which are not
 * pinned or have moved. Everything is asked before anything is written.
 *
 * @returns 0, or in a check 1 when an image is not pinned, or its tag points at another digest by now
 * @throws Failure when a registry has no such image, does not let us read it or does not answer; nothing is written then
 */
export async function pin(run: CommandRun, options: PinOptions, patience?: number): Promise<number> {
  const stack = describedStack(run.projectDir, options.stack);
  const connection = openConnection({ ca: options.ca });
  const registry: RegistryOptions = {
    fetch: connection.fetch,
    signal: run.signal,
    plainHttp: options.plainHttp,
    credentials: credentialsFor,
    ...(patience === undefined ? {} : { patience }),
  };
  const title = `Images of stack ${stack.name}`;
  const resolved = await startProgress(showingFor(options))(
    title,
    () => resolveAll(imagesOf(stack), registry).finally(() => connection.close()),
    ({ length }) => `${title}: ${length} looked up`,
  );
  throwIfInterrupted(run.signal);
  const findings = options.check ? resolved.map(checked) : written(run.projectDir, stack, resolved);
  return printReport({ command: 'pin', stack: stack.name, findings }, options);
}

async function resolveAll(images: readonly KeyedImage[], registry: RegistryOptions): Promise<readonly Resolved[]> {
  const answers = await Promise.allSettled(
    images.map(async (image) => ({ ...image, now: await resolveTag(referenceOf(image.image), registry) })),
  );
  const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  const [first] = failures;
  if (first instanceof Interrupted) throw first;
  const unexpected = failures.find((failure) => !(failure instanceof Failure));
  if (unexpected !== undefined) throw unexpected;
  if (first instanceof Failure) {
    const remedies = [...new Set(failures.map((failure) => (failure as Failure).remedy))];
    throw new Failure(failures.map(messageOf).join('\n'), remedies.join('; '));
  }
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
}

function checked({ image, keys, now }: Resolved): Finding {
  const { digest } = referenceOf(image);
  const subject = subjectOf(image, keys);
  const remedy = 'run `npx fleet pin` and commit the result';
  if (digest === now.digest) return { subject, status: 'ok', found: pointed(now) };
  if (digest === undefined)
    return { subject, status: 'missing', found: `not pinned; its tag is ${now.digest}`, remedy };
  return {
    subject,
    status: 'failed',
    found: `pinned to ${digest}, and its tag is ${now.digest} by now`,
    remedy: `see why it was moved, then ${remedy}`,
  };
}

/** Writes what was resolved, as one change of the stack file, once it is known that the stack is as good with it. */
function written(projectDir: string, stack: DescribedStack, resolved: readonly Resolved[]): readonly Finding[] {
  const file = stackFilePath(projectDir, stack.name);
  const before = readFileSync(file, 'utf8');
  const changes = resolved.flatMap(({ keys, now }) =>
    keys.map(({ path, text }) => ({ path, value: withDigest(text, now.digest) })),
  );
  const pinned = setKeys(before, changes);
  const everything = resolved.every(({ keys }) => keys.length > 0);
  const reasons = stack.plan.systems.map(({ path }) => [...path, reasonKey]);
  const after = everything ? removeKeys(pinned, reasons) : pinned;
  const described = describedText(projectDir, stack.name, after);
  if (after !== before) writeAtomically(file, after);
  return [
    ...resolved.map(pinnedFinding),
    { subject: 'overlay', status: 'ok', found: renderStack(projectDir, stack.name, described.plan) },
  ];
}

function pinnedFinding({ image, keys, now }: Resolved): Finding {
  const subject = subjectOf(image, keys);
  if (keys.length === 0) {
    return {
      subject,
      status: 'warning',
      found: 'no key of the stack file names it',
      remedy: 'pin it where it is written',
    };
  }
  const { digest } = referenceOf(image);
  const moved = digest !== undefined && digest !== now.digest ? `, was ${digest}` : '';
  return { subject, status: 'ok', found: `${pointed(now)}${moved}` };
}

function subjectOf(image: string, keys: KeyedImage['keys']): string {
  const [name = ''] = image.split('@');
  return keys.length > 0 ? `${name} (${keys.map(({ path }) => path.join('.')).join(', ')})` : name;
}

function pointed({ digest, kind }: ResolvedTag): string {
  return `${digest}, ${kind}`;
}
