import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareOverlay, differenceInWords, overlaysPath, writeOverlay } from '../../../render/overlay';
import { renderPlan } from '../../../render/plan';
import { confirm } from '../../base/ask';
import { Failure, Verdict } from '../../base/failure';
import { writeAtomically } from '../../base/files';
import { showingFor } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import type { ClusterOptions } from '../../cluster/stack-cluster';
import { table } from '../../report/table';
import { type DescribedStack, describedStack, describedText } from '../../stack';
import { stackFilePath, valueIn } from '../../stack-file';
import { removeKeys, setKeys } from '../../stack-file/edit';
import { type KeyDifference, keyDifferences } from './differences';
import { type PromotionPreview, previewOf } from './preview';

/** What the operator can say to `promote`. */
export interface PromoteOptions extends ClusterOptions {
  readonly from: string;
  readonly to: string;
  /** Only these keys, or what lies below them. @default every key that differs and is one to promote */
  readonly key?: readonly string[];
  readonly check?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly yes?: boolean;
}

/**
 * Takes the decisions of one stack over to another: shows what differs by nature and what is to promote, writes the
 * latter into the target's stack file and renders its overlay. Secrets are no part of it.
 *
 * @throws Verdict in a check where there is something to promote; Failure where the changed file would not be valid
 */
export async function promote(run: CommandRun, options: PromoteOptions): Promise<void> {
  const { projectDir } = run;
  if (options.from === options.to) {
    throw new Failure(`--from and --to are both ${options.to}`, 'name two different stacks');
  }
  const [from, to] = [describedStack(projectDir, options.from), describedStack(projectDir, options.to)];
  const differences = keyDifferences(from, to);
  const chosen = choose(differences, options);
  if (!options.json) console.log(differencesAsText(differences, chosen, options));
  const tell = (preview?: PromotionPreview) =>
    options.json && console.log(JSON.stringify({ ...asData(options, differences, chosen), preview }, null, 2));
  if (chosen.length === 0 || options.check || options.dryRun) tell();
  if (chosen.length === 0) return;
  if (options.check) {
    throw new Verdict(
      `${chosen.length} ${chosen.length === 1 ? 'key waits' : 'keys wait'} to be promoted from ${from.name} to ${to.name}`,
      `run \`npx fleet promote --from ${from.name} --to ${to.name}\``,
    );
  }
  const change = changed(projectDir, from, to, chosen);
  if (!options.json) console.log(`\n${change.overlay.join('\n') || 'no object changes'}`);
  if (options.dryRun) return;
  const question = `Write this into Pulumi.${to.name}.yaml and its overlay?`;
  if (!(await confirm(question, { yes: options.yes === true, signal: run.signal }))) {
    console.log('nothing was touched');
    return;
  }
  change.write();
  console.error(`\nwrote Pulumi.${to.name}.yaml and ${overlaysPath}/${to.name}`);
  const preview = await previewOf(run, to.name, options, showingFor(options));
  tell(preview);
  if (preview && !options.json) console.log(preview.steps.map((step) => `  ${step}`).join('\n'));
  console.error(`\nnext: ${nextSteps(to)}`);
}

function choose(differences: readonly KeyDifference[], { key: keys }: PromoteOptions): KeyDifference[] {
  if (keys === undefined) return differences.filter(({ promoted }) => promoted);
  const below = (key: string) => (each: KeyDifference) => each.key === key || each.key.startsWith(`${key}.`);
  const nowhere = keys.filter((key) => !differences.some(below(key)));
  if (nowhere.length > 0) {
    throw new Failure(
      `no difference at ${nowhere.join(', ')}`,
      `name a key that differs: ${differences.map(({ key }) => key).join(', ') || 'there is none'}`,
    );
  }
  return differences.filter((each) => keys.some((key) => below(key)(each)));
}

/** The target with the chosen keys, known to be valid and to keep to every rule before anything is written. */
function changed(projectDir: string, from: DescribedStack, to: DescribedStack, chosen: readonly KeyDifference[]) {
  const file = stackFilePath(projectDir, to.name);
  const source = readFileSync(stackFilePath(projectDir, from.name), 'utf8');
  // As the source states it, so that what it leaves to a default is left to it on the target too.
  const stated = chosen.map(({ path }) => ({ path, value: valueIn(source, path) }));
  const set = stated.filter(({ value }) => value !== undefined);
  const removed = stated.filter(({ value }) => value === undefined).map(({ path }) => path);
  const text = removeKeys(setKeys(readFileSync(file, 'utf8'), set), removed);
  const { plan } = describedText(projectDir, to.name, text);
  const [folder, rendered] = [join(projectDir, overlaysPath, to.name), renderPlan(plan, to.name)];
  return {
    overlay: compareOverlay(folder, rendered).map((each) => differenceInWords(`${overlaysPath}/${to.name}`, each)),
    write: () => {
      writeAtomically(file, text);
      writeOverlay(folder, rendered);
    },
  };
}

function nextSteps({ name, config }: DescribedStack): string {
  const up = `\`pulumi preview --stack ${name}\`, then \`pulumi up --stack ${name}\``;
  return config.cluster.argocd?.mode === 'shared' ? `merge both, then ${up}` : `commit both, ${up}`;
}

function differencesAsText(
  differences: readonly KeyDifference[],
  chosen: readonly KeyDifference[],
  { from, to }: PromoteOptions,
): string {
  const section = (title: string, some: readonly KeyDifference[]) =>
    some.length === 0
      ? []
      : [
          table(
            [title, from, to],
            some.map((each) => [each.key, inWords(each.from), inWords(each.to)]),
          ),
          '',
        ];
  const kept = differences.filter((each) => !chosen.includes(each));
  return [
    ...section('differs by nature or was not chosen', kept),
    ...section('to promote', chosen),
    chosen.length === 0 ? `nothing to promote from ${from} to ${to}` : `${chosen.length} to promote`,
  ].join('\n');
}

function inWords(value: unknown): string {
  if (value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return JSON.stringify(value);
  const { mode, source } = value as { mode?: string; source?: string };
  return `{ ${mode ? `mode: ${mode}, ` : ''}${source ? `source: ${source}, ` : ''}… }`;
}

function asData({ from, to }: PromoteOptions, differences: readonly KeyDifference[], chosen: readonly KeyDifference[]) {
  const plain = ({ key, from: source, to: target }: KeyDifference) => ({ key, from: source, to: target });
  return {
    command: 'promote',
    from,
    to,
    ok: chosen.length === 0,
    promote: chosen.map(plain),
    differs: differences.filter((each) => !chosen.includes(each)).map(plain),
  };
}
