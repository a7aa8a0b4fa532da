import { join } from 'node:path';
import { overlayDifferences } from '../../../../render';
import { runChild } from '../../../base/child';
import { messageOf } from '../../../base/failure';
import { readIfExists } from '../../../base/files';
import { type DescribedStack, describedStack } from '../../../stack';
import { objectsOf } from '../../../stack/plan-objects';
import { stackNames } from '../../../stack-file';
import { anchor } from '../../generate/markdown';
import { imagesOf } from '../../pin/image-keys';
import { type Answer, missing, ok } from '../check';
import { type Inspected, type Points, shortened, yours } from './point';

/** That somebody else could do it too. */
export const operations: Points = (inspected) => [
  { subject: 'what is deployed is written down', answer: () => writtenAnswer(inspected) },
  { subject: 'the runbook has a section for each alert', answer: () => runbookAnswer(inspected) },
  {
    subject: 'somebody is called when an alert goes off',
    answer: () =>
      yours(
        'whom Alertmanager tells is not part of a stack',
        'name who is on call, route `severity="critical"` to them, and try it: amtool alert add alertname=Try severity=critical',
      ),
  },
  {
    subject: 'there is a plan for incidents',
    answer: () =>
      yours(
        'docs/runbook.md says what is done, not who decides',
        'write down who decides, who is told and where; https://response.pagerduty.com is a template',
      ),
  },
  { subject: 'an upgrade was tried elsewhere first', answer: () => triedAnswer(inspected) },
];

/** The stack file and its overlay, as git has them. */
async function writtenAnswer({ projectDir, signal, stack }: Inspected): Promise<Answer> {
  const file = `Pulumi.${stack.name}.yaml`;
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', LC_ALL: 'C' };
  const git = (...args: string[]) => runChild('git', ['-C', projectDir, ...args], { env, signal });
  const status = await git('status', '--porcelain', '--', file);
  if (status.exitCode !== 0) return missing('this is no checkout of git', 'keep the stack file in a repository');
  if (status.stdout.trim() !== '') return missing(`${file} is not committed as it is here`, 'commit it');
  const differences = overlayDifferences(projectDir, stack.name, stack.plan);
  if (differences.length > 0) {
    return missing('the overlay is not what the stack file describes', 'npm run render, and commit the result');
  }
  const { stdout } = await git('log', '-1', '--format=%h of %cs', '--', file);
  return ok(
    `${file} and its overlay, last changed by ${stdout.trim()}; \`fleet drift\` holds the cluster against them`,
  );
}

function runbookAnswer({ projectDir, stack }: Inspected): Answer {
  const annotated = objectsOf(stack.plan, 'PrometheusRule').flatMap(({ spec }) =>
    (spec?.groups ?? []).flatMap(({ rules = [] }) =>
      rules.map(({ alert, annotations }) => ({ alert: alert ?? '', runbook: annotations?.runbook ?? '' })),
    ),
  );
  if (annotated.length === 0) return missing('the plan has no alert', 'set cluster.monitoring in the stack file');
  const without = annotated.filter(({ runbook }) => !hasSection(projectDir, runbook)).map(({ alert }) => alert);
  if (without.length === 0) return ok(`${annotated.length} alerts, each names its section`);
  return missing(`none for ${shortened(without)}`, 'write it, in docs/runbook.md');
}

function hasSection(projectDir: string, runbook: string): boolean {
  const [file = '', wanted = ''] = runbook.split('#');
  const text = readIfExists(join(projectDir, file)) ?? '';
  return [...text.matchAll(/^#+ (.+)$/gm)].some(([, heading = '']) => anchor(heading) === wanted);
}

/** Whether a stack that is not production names the same images, by which an upgrade shows. */
function triedAnswer({ projectDir, stack }: Inspected): Answer {
  const images = new Set(imagesOf(stack).map(({ image }) => image));
  const others = stackNames(projectDir).flatMap((name) =>
    name === stack.name ? [] : (usable(projectDir, name) ?? []),
  );
  const trials = others.filter(({ plan }) => !plan.cluster.production);
  const how = 'run an upgrade on a stack that is not production first, then `fleet promote`; note date and versions';
  const known = trials.map((trial) => {
    const theirs = new Set(imagesOf(trial).map(({ image }) => image));
    return { name: trial.name, untried: [...images].filter((image) => !theirs.has(image)) };
  });
  const [nearest] = known.sort((a, b) => a.untried.length - b.untried.length);
  if (nearest === undefined) return yours('no other stack of this project is there to try one on', how);
  if (nearest.untried.length > 0) {
    return yours(
      `of stacks that are not production, ${nearest.name} is the nearest, without ${shortened(nearest.untried, 3)}`,
      how,
    );
  }
  return yours(
    `stack ${nearest.name} names the same ${images.size} images`,
    `see that it is deployed and verified: \`fleet verify --stack ${nearest.name}\``,
  );
}

/** A stack whose file cannot be used is no place to try something on. */
function usable(projectDir: string, name: string): DescribedStack | undefined {
  try {
    return describedStack(projectDir, name);
  } catch (error) {
    if (process.env.DEBUG) console.error(messageOf(error));
    return undefined;
  }
}
