import type { SystemPlan } from '../../../components/system';
import type { SecretEntry, ServerFacts, TokenFacts } from '../../../components/system/operations';
import { Failure } from '../../base/failure';
import { type Say, type Showing, showingFor, startProgress } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import type { Api } from '../../cluster/api';
import { restartWorkload, waitForRollout } from '../../cluster/rollout';
import { type ClusterOptions, stackCluster } from '../../cluster/stack-cluster';
import type { SystemPlace } from '../../mcp/endpoint';
import { printReport } from '../../report/print';
import type { Finding, Report } from '../../report/report';
import { describedStack, serverOf, systemOf } from '../../stack';
import { verifySystem } from '../verify/verify';
import { type LoginOptions, logIn } from './login';
import type { Request } from './login-log';
import { noLoginFailure } from './no-login';
import { secretState } from './secret';

/** What the command line of `token` says. */
export interface TokenOptions extends ClusterOptions {
  readonly stack: string;
  readonly system?: string | undefined;
  readonly server?: string | undefined;
  readonly roll?: boolean | undefined;
  readonly ca?: string | undefined;
  readonly portForward?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** The command `token`. @returns the exit code */
export async function token(run: CommandRun, options: TokenOptions): Promise<number> {
  const described = describedStack(run.projectDir, options.stack);
  const system = systemOf(described, options.system, ({ tokens }) => tokens !== undefined);
  const found = await stackCluster(run.home, described, options);
  const place: SystemPlace = { stack: options.stack, system, cluster: async () => found };
  const onRequest = ({ url, code }: Request) => {
    // The standard output is kept for the document; a person must see this all the same.
    if (options.json === true) console.error(`open ${url} and enter ${code}`);
  };
  return printReport(await renewToken(place, options, { signal: run.signal, onRequest }), options);
}

/** What the work is watched by. */
export interface Watching {
  readonly signal?: AbortSignal | undefined;
  readonly onRequest?: (request: Request) => void;
  readonly showing?: Showing;
}

/**
 * Has a token written by the server's own login, restarts the server with it and sees that it works.
 * @throws Failure where the token comes from elsewhere, with what to do instead; what {@link logIn} throws
 */
export async function renewToken(
  place: SystemPlace,
  options: Pick<TokenOptions, 'server' | 'roll' | 'ca' | 'portForward' | 'json'>,
  { signal, onRequest = () => undefined, showing = showingFor(options) }: Watching = {},
): Promise<Report> {
  const { namespace } = place.system;
  const facts = tokenOf(place.system, options.server);
  const server = serverOf(place.system, facts.server);
  const { api } = await place.cluster();
  const { login, secret } = facts;
  if (options.roll !== true && login === undefined) throw noLoginFailure(facts, place.stack, namespace);
  const step = startProgress(showing);
  const target = { api, stack: place.stack, namespace, signal };
  const secretFinding =
    options.roll === true || login === undefined
      ? await step(
          'Secret',
          () => presentSecret(target, secret),
          () => 'Secret: is there',
        )
      : await step(
          'Login',
          (say) => approvedLogin(target, { ...facts, login }, say, onRequest),
          () => 'Login: approved',
        );
  const restartFinding = await step('Restart', (say) => {
    say('waiting for the new pod');
    return restarted(target, server);
  });
  const { findings: seen, facts: figures = {} } = await verifySystem(
    place,
    { ...options, server: server.name, samples: 1 },
    signal,
    showing,
  );
  return { command: 'token', stack: place.stack, findings: [secretFinding, restartFinding, ...seen], facts: figures };
}

/** The token of the named server, else the only one. @throws Failure where there is none, or a choice */
function tokenOf({ id, operations: { tokens = [] } }: SystemPlan, server?: string): TokenFacts {
  const found = tokens.filter((each) => server === undefined || each.server === server);
  const [only, ...others] = found;
  if (tokens.length === 0) throw new Failure(`${id} needs no token`, 'there is nothing to do');
  if (only !== undefined && others.length === 0) return only;
  const known = tokens.map((each) => each.server).join(', ');
  throw new Failure(
    only === undefined ? `no server ${server} of ${id} needs a token` : `several servers of ${id} need a token`,
    `choose by --server: ${known}`,
  );
}

interface Target {
  readonly api: Api;
  readonly stack: string;
  readonly namespace: string;
  readonly signal?: AbortSignal | undefined;
}

async function approvedLogin(
  target: Target,
  token: LoginOptions['token'],
  say: Say,
  onRequest: (request: Request) => void,
): Promise<Finding> {
  say('starting the login');
  const { before, after } = await logIn({ ...target, token, say, onRequest });
  const versions = before === undefined ? `version ${after.version}` : `version ${before.version} → ${after.version}`;
  const found = `${before?.hasKey === true ? 'replaced' : 'written'}, ${versions}`;
  return { subject: `Secret ${token.secret.name}`, status: 'ok', found };
}

async function presentSecret({ api, namespace }: Target, secret: SecretEntry): Promise<Finding> {
  const state = await secretState(api, namespace, secret);
  const subject = `Secret ${secret.name}`;
  if (state?.hasKey !== true) {
    throw new Failure(`${subject} of namespace ${namespace} has no key ${secret.key}`, 'make it first');
  }
  return { subject, status: 'ok', found: `is there, version ${state.version}` };
}

async function restarted({ api, namespace, signal }: Target, server: ServerFacts): Promise<Finding> {
  const started = Date.now();
  const workload = { ...server.workload, namespace };
  await restartWorkload(api, workload);
  await waitForRollout(api, workload, { seconds: server.startupSeconds + 300, signal });
  const found = `rolled out in ${Math.round((Date.now() - started) / 1000)} s`;
  return { subject: `${workload.kind} ${workload.name}`, status: 'ok', found };
}
