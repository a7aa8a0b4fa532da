import { fork } from 'node:child_process';
import type { BaseName } from './impact-bases';
import { allChanges, type Facts } from './impact-changes';
import type { Impact } from './impact-effect';
import { deploy, type Site } from './impact-stacks';

/** Stacks to bring up one after the other, and to preview their changes on. */
export interface LaneRequest extends Site {
  readonly names: readonly BaseName[];
  readonly facts: Facts;
}

/** What the engine says of the changes of these stacks, in their order. */
type LaneResult = readonly Impact[];

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

async function work({ names, facts, ...site }: LaneRequest): Promise<LaneResult> {
  const impacts: Impact[] = [];
  for (const name of names) {
    const stack = await deploy(name, site);
    for (const change of allChanges(facts).filter(({ base }) => base === name)) {
      try {
        impacts.push(await stack.preview(change));
      } catch (error) {
        throw new Error(`${change.path} on ${name}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
  return impacts;
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
