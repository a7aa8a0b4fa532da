import { randomUUID } from 'node:crypto';
import type { HttpCall } from '../../../components/system/http-call';
import type { Access, InsideStep, Probe } from '../../../components/system/operations';
import { Failure, Interrupted, messageOf, throwIfInterrupted } from '../../base/failure';
import type { OpenEndpoint } from '../../mcp/endpoint';
import { restClient } from '../../mcp/rest';
import type { Finding } from '../../report/report';
import type { MemoryCheck, MemoryFindings } from './memory';
import { cleanUp, type ProbeOptions, runProbeSteps } from './probe';

/** What is looked at by requests, and how. */
export interface RequestsCheck extends Pick<MemoryCheck, 'open' | 'samples' | 'restart' | 'signal' | 'say'> {
  readonly probe: (id: string) => Probe<HttpCall>;
  readonly access: Access;
  /** Runs a command in a container of the server. @throws Failure where there is no way to one */
  readonly inside: (command: readonly string[]) => Promise<string>;
}

/**
 * Sees that a server of plain HTTP keeps what it is told, finds it and gives it up again. What was written is removed in
 * every case, also after a failure and after an interrupt.
 *
 * @throws Interrupted; Failure when there is no way to the server
 */
export async function checkRequests(check: RequestsCheck): Promise<MemoryFindings> {
  if (check.access.mode === 'clients' && check.access.own === undefined && !process.env.FLEET_TOKEN?.trim()) {
    return { findings: [nobody], latencies: {} };
  }
  const { probe: probeOf, restart, samples, say, signal } = check;
  const probe = probeOf(randomUUID().slice(0, 8));
  const findings: Finding[] = [];
  const latencies: Record<string, MemoryFindings['latencies'][string]> = {};
  let endpoint: OpenEndpoint | undefined;
  const run = async (steps: Probe<HttpCall>['read'], options: ProbeOptions = {}): Promise<boolean> => {
    endpoint ??= await check.open();
    const probed = await runProbeSteps(restClient(endpoint), steps, { ...options, signal });
    findings.push(...probed.findings);
    Object.assign(latencies, probed.latencies);
    return probed.good;
  };
  const work = async () => {
    say?.('writing and reading');
    if (!(await run(probe.write))) return;
    for (const step of probe.inside ?? []) findings.push(await lookInside(check, step));
    if (!(await run(probe.read, { samples }))) return;
    if (restart !== undefined) {
      say?.('restarting the server');
      await endpoint?.close();
      endpoint = undefined;
      findings.push({ subject: 'restart', status: 'ok', found: await restart() });
      if (!(await run(probe.read, { when: 'after the restart' }))) return;
    }
    await run(probe.change);
  };
  try {
    await work();
  } catch (error) {
    throwIfInterrupted(signal);
    if (error instanceof Interrupted) throw error;
    findings.push({
      subject: 'requests',
      status: 'failed',
      found: messageOf(error),
      remedy: 'look at the log of the server',
    });
  } finally {
    if (probe.cleanUp) findings.push(...(await removed(check, endpoint, probe.cleanUp)));
    await endpoint?.close();
  }
  return { findings, latencies };
}

/** What is found inside says nothing of the way in, so that all else goes on. */
async function lookInside({ inside, signal }: RequestsCheck, step: InsideStep): Promise<Finding> {
  const { remedy, title: subject } = step;
  try {
    const problem = step.problem(await inside(step.command));
    return problem === undefined
      ? { subject, status: 'ok', found: 'seen in its pod' }
      : { subject, status: 'failed', found: problem, remedy };
  } catch (error) {
    throwIfInterrupted(signal);
    if (error instanceof Failure) {
      return { subject, status: 'skipped', found: `no way to a pod: ${error.message}`, remedy: error.remedy };
    }
    return { subject, status: 'failed', found: messageOf(error), remedy };
  }
}

const nobody: Finding = {
  subject: 'memory',
  status: 'skipped',
  found: 'no client is for commands, so that nothing was stored',
  remedy: 'name one by authentication.verifyAs, with a tenant of its own, or set FLEET_TOKEN to the key of one',
};

async function removed(
  { open }: RequestsCheck,
  endpoint: OpenEndpoint | undefined,
  left: NonNullable<Probe<HttpCall>['cleanUp']>,
): Promise<readonly Finding[]> {
  try {
    const way = endpoint ?? (await open());
    await cleanUp(restClient(way), left).finally(() => (endpoint ? undefined : way.close()));
    return [];
  } catch (error) {
    const { method, path } = left.find;
    const remedy = `when the server is back, ask it ${method} ${path} and delete what it shows`;
    return [{ subject: 'clean-up', status: 'failed', found: `the probe may be left: ${messageOf(error)}`, remedy }];
  }
}
