import { followedOverlay, remedy } from '../../../../render/git-leads';
import { type Answer, type Check, type Examined, missing, ok, warning } from '../check';

/** What Argo CD follows: whether it is what the stack describes. Where both write, `up` refuses until it is. */
export const followed: Check = (examined) => {
  const { argocd } = examined.stack.plan.cluster;
  return argocd === undefined
    ? []
    : [{ subject: `${argocd.revision} that Argo CD follows`, answer: () => followedAnswer(examined) }];
};

async function followedAnswer({ projectDir, stack }: Examined): Promise<Answer> {
  const { name, plan } = stack;
  const overlay = await followedOverlay(projectDir, name, plan);
  if ('unknown' in overlay)
    return warning(`cannot be compared: ${overlay.unknown}`, 'make it readable by git from here');
  const { differences, found } = overlay;
  const commit = found.commit.slice(0, 10);
  if (differences.length > 0) {
    const [first = ''] = differences.map((each) => each.split('\n')[0]?.replace(/:$/, '') ?? '');
    const more = differences.length > 1 ? `, and ${differences.length - 1} more` : '';
    const say = plan.cluster.argocd?.mode === 'shared' ? missing : warning;
    return say(
      `at ${commit} it is not what the stack describes: ${first}${more}`,
      remedy({ plan, projectDir, stack: name }, found),
    );
  }
  if (found.stale !== undefined)
    return warning(`at ${commit}, what the stack describes, but ${found.stale}`, 'run this where it can be read');
  return ok(`at ${commit}, exactly what the stack describes`);
}
