import { type Need, needsOf } from '../../../../components/needs';
import { missingOf } from '../../../needs/missing';
import { makes } from '../../../stack/plan-objects';
import { type Answer, type Check, type Examined, missing, ok, warning } from '../check';

/** Everything that the stack counts on and that somebody else brings: that it is there, or how it comes. */
export const needs: Check = (examined) =>
  needsOf(examined.stack.plan, examined.stack.name).map((need) => ({
    subject: need.what,
    answer: async () => answer(examined, need, await missingOf(examined.look.at, need)),
  }));

const remedies: Readonly<Record<Exclude<Need['by'], 'person'>, string>> = {
  login: 'after `up` run the command below and approve the login',
  externalSecret: 'after `up` the External Secrets operator makes it; the command below says why not',
  sealed: 'after `up` the controller of Sealed Secrets makes it; the command below says why not',
};

async function answer(examined: Examined, need: Need, absent: string | undefined): Promise<Answer> {
  if (absent === undefined) return ok(need.kind === 'upload' ? 'there' : `${need.kind} ${need.name} has it`);
  const found = `${absent}: ${need.without}`;
  const { command } = need;
  if (await comesFirst(examined, need)) {
    return { ...warning(`${found}; its namespace comes with \`up\``, 'after `up` run the command below'), command };
  }
  if (need.by === 'person') return { ...missing(found, 'run the command below'), command };
  return { ...warning(found, remedies[need.by]), command };
}

/** Before the first `up` there is no namespace that anything could be made in. */
async function comesFirst({ look, stack }: Examined, { namespace }: Need): Promise<boolean> {
  const found = await look.at(`/api/v1/namespaces/${namespace}`).catch(() => undefined);
  return found === undefined && makes(stack.plan, 'Namespace', namespace);
}
