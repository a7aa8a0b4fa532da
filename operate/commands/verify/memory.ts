import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Probe, ServerFacts } from '../../../components/system/operations';
import { Interrupted, messageOf, throwIfInterrupted } from '../../base/failure';
import { isTokenRefused, otherToken } from '../../mcp/credentials';
import type { OpenEndpoint } from '../../mcp/endpoint';
import { openSession, type Session } from '../../mcp/session';
import type { Latency } from '../../report/latency';
import type { Finding } from '../../report/report';
import { type CleanUp, cleanUp, type Probed, type ProbeOptions, runProbeSteps } from './probe';
import { recordStreams, type Stream } from './streams';

/** What is looked at through a session, and how. */
export interface MemoryCheck {
  readonly server: ServerFacts;
  /** Opens the way to the server; again after a restart. */
  readonly open: () => Promise<OpenEndpoint>;
  /** How often each read is measured. */
  readonly samples: number;
  /** Seconds that a stream must last without a word. */
  readonly idleSeconds?: number | undefined;
  /** Restarts the server. @returns what was done, in words */
  readonly restart?: (() => Promise<string>) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly say?: (text: string) => void;
}

/** What the check found. */
export interface MemoryFindings {
  readonly findings: readonly Finding[];
  readonly latencies: Readonly<Record<string, Latency>>;
}

interface ProbedSession {
  readonly session: Session;
  readonly streams: readonly Stream[];
  close(): Promise<void>;
}

/**
 * Opens a session and sees that the server has its tools, keeps what it is told, finds it and gives it up again. What
 * was written is removed in every case, also after a failure and after an interrupt.
 *
 * @throws Interrupted; Failure when there is no way to the server
 */
export async function checkMemory(check: MemoryCheck): Promise<MemoryFindings> {
  const probe = check.server.probe(randomUUID().slice(0, 8));
  const findings: Finding[] = [];
  const latencies: Record<string, Latency> = {};
  const sessions: ProbedSession[] = [];
  let written = false;
  const runSteps = async (steps: Probe['read'], options: ProbeOptions = {}): Promise<boolean> => {
    const current = sessions.at(-1);
    if (current === undefined) return false;
    const probed: Probed = await runProbeSteps(current.session, steps, { ...options, signal: check.signal });
    findings.push(...probed.findings);
    Object.assign(latencies, probed.latencies);
    return probed.good;
  };
  const work = async (): Promise<void> => {
    sessions.push(await openProbedSession(check.open));
    findings.push({ subject: 'MCP session', status: 'ok', found: 'opened' });
    findings.push(await toolsFinding(sessions.at(-1)?.session, check.server.tools));
    check.say?.(probe.write.length > 0 ? 'writing and reading' : 'reading');
    written = true;
    if (!(await runSteps(probe.write)) || !(await runSteps(probe.read, { samples: check.samples }))) return;
    if (check.idleSeconds !== undefined) findings.push(await idle(sessions.at(-1), check.idleSeconds, check));
    if (check.restart !== undefined) {
      check.say?.('restarting the server');
      await sessions.pop()?.close();
      const found = await check.restart();
      sessions.push(await openProbedSession(check.open));
      findings.push({ subject: 'restart', status: 'ok', found });
      if (!(await runSteps(probe.read, { when: 'after the restart' }))) return;
    }
    await runSteps(probe.change);
  };
  try {
    await work();
  } catch (error) {
    throwIfInterrupted(check.signal);
    if (error instanceof Interrupted) throw error;
    const refused = isTokenRefused((error as { code?: unknown }).code);
    const remedy = refused ? otherToken : 'look at the log of the server and at what lies before it';
    findings.push({ subject: 'MCP session', status: 'failed', found: messageOf(error), remedy });
  } finally {
    if (written && probe.cleanUp) findings.push(...(await removeProbe(check.open, sessions.at(-1), probe.cleanUp)));
    await sessions.at(-1)?.close();
  }
  return { findings, latencies };
}

async function openProbedSession(open: () => Promise<OpenEndpoint>): Promise<ProbedSession> {
  const endpoint = await open();
  const { connection, streams } = recordStreams(endpoint.connection);
  try {
    const session = await openSession(endpoint.url, connection, endpoint.transport);
    const close = async () => {
      await session.close();
      await endpoint.close();
    };
    return { session, streams, close };
  } catch (error) {
    await endpoint.close();
    throw error;
  }
}

async function toolsFinding(session: Session | undefined, wanted: readonly string[]): Promise<Finding> {
  const { tools } = (await session?.client.listTools()) ?? { tools: [] };
  const missing = wanted.filter((name) => !tools.some((tool) => tool.name === name));
  if (missing.length === 0) return { subject: 'tools', status: 'ok', found: `${tools.length}, none missing` };
  const remedy = 'this is another server or another version than the image names';
  return { subject: 'tools', status: 'missing', found: missing.join(', '), remedy };
}

/** Waits without a word, then sees that the stream was never cut and that the session still answers. */
async function idle(
  current: ProbedSession | undefined,
  seconds: number,
  { signal, say }: MemoryCheck,
): Promise<Finding> {
  const subject = 'idle stream';
  const streams = current?.streams ?? [];
  say?.(`leaving the stream alone for ${seconds} s`);
  if (streams.length === 0) {
    const remedy = 'nothing to do: answers come without it';
    return { subject, status: 'skipped', found: 'the server offers none', remedy };
  }
  try {
    await sleep(seconds * 1000, undefined, signal ? { signal } : {});
  } catch {
    throw new Interrupted();
  }
  const cut = streams.find(({ endedAt }) => endedAt !== undefined);
  if (cut?.endedAt !== undefined) {
    const after = Math.round((cut.endedAt - cut.openedAt) / 1000);
    const why = cut.broke === undefined ? '' : `: ${cut.broke}`;
    const remedy = 'raise or switch off the timeouts of the Gateway for this route (cluster.gateway.streamTimeouts)';
    return { subject, status: 'failed', found: `cut after ${after} s${why}`, remedy };
  }
  await current?.session.client.listTools();
  return { subject, status: 'ok', found: `open for ${seconds} s` };
}

/** Cleans up through the session, or through a new one where that has come to an end. */
async function removeProbe(
  open: () => Promise<OpenEndpoint>,
  current: ProbedSession | undefined,
  left: CleanUp,
): Promise<readonly Finding[]> {
  try {
    if (current === undefined) throw new Error('the session has ended');
    await cleanUp(current.session, left);
    return [];
  } catch {
    try {
      const next = await openProbedSession(open);
      await cleanUp(next.session, left).finally(() => next.close());
      return [];
    } catch (error) {
      const { tool, arguments: given } = left.find;
      const remedy = `when the server is back, call its tool ${tool} with ${JSON.stringify(given)} and remove what it shows`;
      return [{ subject: 'clean-up', status: 'failed', found: `the probe may be left: ${messageOf(error)}`, remedy }];
    }
  }
}
