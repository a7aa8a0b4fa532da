import type { TokenFacts } from '../../../components/system/operations';
import { Failure, throwIfInterrupted, Verdict } from '../../base/failure';
import { minutesAndSeconds, type Say } from '../../base/progress';
import { waitFor } from '../../base/wait';
import type { Api } from '../../cluster/api';
import { type LoginJob, startLogin } from './login-job';
import { type Request, reasonIn, requestIn } from './login-log';
import { type SecretState, secretState } from './secret';

/** What a login needs. */
export interface LoginOptions {
  readonly api: Api;
  readonly stack: string;
  readonly namespace: string;
  readonly token: TokenFacts & { readonly login: NonNullable<TokenFacts['login']> };
  readonly signal?: AbortSignal | undefined;
  readonly say: Say;
  /** Called once with what a person has to do. */
  readonly onRequest: (request: Request) => void;
}

/**
 * Lets the server's own login write the token, which a person approves in a browser. The login is removed in the end,
 * also after a failure and after an interrupt.
 *
 * @returns the state of the Secret before and after
 * @throws Verdict when nobody approves, or it is refused; Failure when it cannot be started or writes nothing; Interrupted
 */
export async function logIn(options: LoginOptions): Promise<{ before: SecretState | undefined; after: SecretState }> {
  const { api, namespace, token } = options;
  const before = await secretState(api, namespace, token.secret);
  throwIfInterrupted(options.signal);
  const job = await startLogin(api, namespace, token.login.cronJob);
  try {
    await approval(job, options);
    const after = await secretState(api, namespace, token.secret);
    if (after?.hasKey !== true || after.version === before?.version) {
      const message = `the login has ended, and the Secret ${token.secret.name} has ${after?.hasKey ? 'not changed' : `no key ${token.secret.key}`}`;
      throw new Failure(message, 'somebody else may own the Secret: look at its managedFields');
    }
    return { before, after };
  } finally {
    await job.remove();
  }
}

async function approval(job: LoginJob, options: LoginOptions): Promise<void> {
  const { namespace, say, signal, stack, token } = options;
  const { approvalSeconds, log } = token.login;
  const end = Date.now() + approvalSeconds * 1000;
  let request: Request | undefined;
  const look = async (): Promise<true | undefined> => {
    const { log: text, problem, state } = await job.look();
    if (problem !== undefined && request === undefined) say(problem);
    const found = request === undefined ? requestIn(text, log) : undefined;
    if (found !== undefined) {
      request = found;
      options.onRequest(found);
      const left = () => minutesAndSeconds((end - Date.now()) / 1000);
      say(() => `open ${found.url} and enter ${found.code} (at most ${left()} left)`);
    }
    if (state === 'complete') return true;
    if (state === 'running') return undefined;
    if (state === 'gone') {
      throw new Failure(`the Job ${namespace}/${job.name} was removed by somebody else`, 'run the command again');
    }
    const again = `run \`fleet token -s ${stack}\` again; the code then is another one`;
    const late = 'nobody approved the login in time';
    throw new Verdict(`no token: ${state === 'expired' ? late : (reasonIn(text, log) ?? 'it said nothing')}`, again);
  };
  // The Job ends by its own deadline, and with it the wait.
  await waitFor(look, { period: 1000, signal });
}
