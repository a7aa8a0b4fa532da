import { fork } from 'node:child_process';
import { type Answers, answers, type Sample } from './impact-answers';
import type { BaseName } from './impact-bases';
import type { Facts } from './impact-change';
import { allChanges } from './impact-changes';
import { knowledge } from './impact-classes';
import { acceptanceBy } from './impact-dry-run';
import { deploy, type Site } from './impact-stacks';

/** Stacks to bring up one after the other, and to preview their changes on. */
export interface LaneRequest extends Site {
  readonly names: readonly BaseName[];
  readonly facts: Facts;
  /** Of each stack. */
  readonly sample: Sample;
}

/** What is known of the changes of each of these stacks. */
type LaneResult = ReadonlyMap<BaseName, Answers>;

type Answer = { readonly result: LaneResult } | { readonly failure: string };

/**
 * Works through stacks in a process of its own. Two programs in one process would not do: the Automation API takes an
 * error that nobody handles for one of every program that runs at that moment, and a refused configuration is such one.
 *
 * @throws Error with what went wrong, and at which change
 */
export function startLane(request: LaneRequest): Promise<LaneResult> {
  const child = fork(__filename, [], {
    execArgv: ['--require', 'ts-node/register'],
    cwd: request.projectDir,
    // JSON would drop keys that are to be left out, and the map of the tools.
    serialization: 'advanced',
  });
  child.send(request);
  return new Promise((resolve, reject) => {
    child.once('message', (answer: Answer) => {
      if ('result' in answer) resolve(answer.result);
      else reject(new Error(answer.failure));
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`the lane ended early: ${signal ?? `exit code ${code}`}`)));
  });
}

async function work({ names, facts, sample, ...site }: LaneRequest): Promise<LaneResult> {
  const known = knowledge();
  const accepts = await acceptanceBy(site.kubeconfig);
  const results = new Map<BaseName, Answers>();
  for (const name of names) {
    const { preview } = await deploy(name, site);
    const changes = allChanges(facts).filter(({ base }) => base === name);
    results.set(name, await answers(changes, { preview, accepts, known }, sample));
  }
  return results;
}

if (require.main === module) {
  const answer = (message: Answer) => process.send?.(message, () => process.exit(0));
  process.once('message', (request: LaneRequest) => {
    work(request).then(
      (result) => answer({ result }),
      (error: Error) => answer({ failure: error.message }),
    );
  });
  // Nobody waits for the rest when the test has ended.
  process.once('disconnect', () => process.exit(1));
}
