import { Failure } from '../../base/failure';
import { runSteps, type Showing, type Step, showingFor } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import { restartWorkload, waitForRollout } from '../../cluster/rollout';
import { type ClusterOptions, stackCluster } from '../../cluster/stack-cluster';
import type { SystemPlace } from '../../mcp/endpoint';
import { printReport } from '../../report/print';
import type { Finding, Report } from '../../report/report';
import { describedStack, serverOf, systemOf } from '../../stack';
import { verifySystem } from '../verify/verify';
import { instead } from './advice';
import { logIn } from './login';
import type { Request } from './login-log';
import { secretState } from './secret';

/** What the command line of `token` says. */
export interface TokenOptions extends ClusterOptions {
  readonly stack: string;
  readonly system?: string | undefined;
  readonly roll?: boolean | undefined;
  readonly ca?: string | undefined;
  readonly portForward?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** The command `token`. @returns the exit code */
export async function token(run: CommandRun, options: TokenOptions): Promise<number> {
  const described = describedStack(run.projectDir, options.stack);
  const system = systemOf(described, options.system, (offered) => offered.token !== undefined);
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
  options: Pick<TokenOptions, 'roll' | 'ca' | 'portForward' | 'json'>,
  { signal, onRequest = () => undefined, showing = showingFor(options) }: Watching = {},
): Promise<Report> {
  const { namespace, operations } = place.system;
  const server = serverOf(place.system);
  const { token: facts } = operations;
  if (facts === undefined) throw new Failure(`${place.system.name} needs no token`, 'there is nothing to do');
  const { api } = await place.cluster();
  const { login, secret } = facts;
  if (options.roll !== true && login === undefined) throw instead(facts, place.stack, namespace);
  const findings: Finding[] = [];
  const subject = `Secret ${secret.name}`;
  const written: Step = {
    title: 'Login',
    work: async (say) => {
      if (login === undefined) return 'Login';
      say('starting the login');
      const token = { ...facts, login };
      const { before, after } = await logIn({ api, stack: place.stack, namespace, token, signal, say, onRequest });
      const versions =
        before === undefined ? `version ${after.version}` : `version ${before.version} → ${after.version}`;
      findings.push({
        subject,
        status: 'ok',
        found: `${before?.hasKey === true ? 'replaced' : 'written'}, ${versions}`,
      });
      return 'Login: approved';
    },
  };
  const there: Step = {
    title: 'Secret',
    work: async () => {
      const state = await secretState(api, namespace, secret);
      if (state?.hasKey !== true) {
        throw new Failure(`${subject} of namespace ${namespace} has no key ${secret.key}`, 'make it first');
      }
      findings.push({ subject, status: 'ok', found: `is there, version ${state.version}` });
      return 'Secret: is there';
    },
  };
  const restarted: Step = {
    title: 'Restart',
    work: async (say) => {
      say('waiting for the new pod');
      const started = Date.now();
      const workload = { ...server.workload, namespace };
      await restartWorkload(api, workload);
      await waitForRollout(api, workload, { seconds: server.startupSeconds + 300, signal });
      const found = `rolled out in ${Math.round((Date.now() - started) / 1000)} s`;
      findings.push({ subject: `${workload.kind} ${workload.name}`, status: 'ok', found });
      return 'Restart';
    },
  };
  await runSteps([options.roll === true ? there : written, restarted], showing);
  const { findings: seen, facts: figures = {} } = await verifySystem(
    place,
    { ...options, server: server.name, samples: 1 },
    signal,
    showing,
  );
  return { command: 'token', stack: place.stack, findings: [...findings, ...seen], facts: figures };
}
