import type { ServerFacts } from '../../../components/system/operations';
import { messageOf } from '../../base/failure';
import type { Connection, Reply } from '../../mcp/connection';
import { isTokenRefused, otherToken } from '../../mcp/credentials';
import type { Finding } from '../../report/report';

/** Milliseconds until a server must have answered. */
const patience = 15_000;

/** Where requests go: the root of the URLs, and a connection. */
export interface HttpTarget {
  readonly root: string;
  readonly connection: Connection;
  readonly signal?: AbortSignal | undefined;
}

/** Asks a server for its health and its version. */
export async function healthFindings(target: HttpTarget, server: ServerFacts): Promise<readonly Finding[]> {
  const { checks = [], live, ready, version } = server.paths;
  const rest = version === undefined ? [] : [await versionFinding(target, version, server.image)];
  const paths = new Set([live, ready]);
  const health: Finding[] = [];
  for (const path of paths) health.push(await statusFinding(target, path, path === ready ? checks : []));
  return [...health, ...rest];
}

/** The findings in their stead where nobody can ask. */
export function healthSkipped({ paths }: ServerFacts, found: string, remedy: string): readonly Finding[] {
  const subjects = [...new Set([paths.live, paths.ready]), ...(paths.version === undefined ? [] : [paths.version])];
  return subjects.map((subject) => ({ subject, status: 'skipped', found, remedy }));
}

/** Statuses of who does not serve a host; others say that the host was accepted and only the request was not. */
const refusals = [403, 404, 421];

/** Asks under a name that nobody has, which a server that can be rebound to another name would answer. */
export async function unknownHostFinding(target: HttpTarget, path: string): Promise<Finding> {
  const subject = 'unknown host name';
  return findingFrom(
    target,
    path,
    subject,
    { ...target.connection.headers, host: 'fleet-verify.invalid' },
    ({ status }) =>
      refusals.includes(status)
        ? { subject, status: 'ok', found: `refused with status ${status}` }
        : {
            subject,
            status: 'failed',
            found: `answered with status ${status}`,
            remedy: 'look at the host names of the route and at the accepted hosts of the server',
          },
  );
}

/** Asks without any token or key. */
export async function unauthenticatedFinding(target: HttpTarget, path: string): Promise<Finding> {
  const subject = 'without token';
  return findingFrom(target, path, subject, {}, ({ status }) =>
    status === 401 || status === 403
      ? { subject, status: 'ok', found: `refused with status ${status}` }
      : {
          subject,
          status: 'failed',
          found: `answered with status ${status}`,
          remedy: 'whoever reaches the server may use it: look at the proxy or the policy that asks for the token',
        },
  );
}

async function statusFinding(target: HttpTarget, path: string, wanted: readonly string[]): Promise<Finding> {
  return findingFrom(target, path, path, target.connection.headers, ({ status, body }) => {
    const missing = status === 200 ? wanted.filter((check) => !(check in checksIn(body))) : [];
    if (missing.length > 0) {
      const found = `status 200, and nothing of ${missing.join(' and ')}`;
      const remedy = 'the server looks for it at its start alone: see whether its pod is ready, and restart the server';
      return { subject: path, status: 'missing', found, remedy };
    }
    if (status === 200) return { subject: path, status: 'ok', found: 'status 200' };
    const log = 'look at the log of the server; docs/runbook.md has a section for it';
    const remedy = isTokenRefused(status) ? otherToken : log;
    return { subject: path, status: 'failed', found: `status ${status}${downChecks(body)}`, remedy };
  });
}

async function versionFinding(target: HttpTarget, path: string, image: string): Promise<Finding> {
  const wanted = tagOf(image);
  return findingFrom(target, path, path, target.connection.headers, ({ status, body }) => {
    const version = versionIn(body);
    const remedy = 'run `pulumi up`, or wait for the rollout: another image runs than the stack file names';
    if (status !== 200 || version === undefined) {
      return { subject: path, status: 'failed', found: `status ${status} without a version`, remedy };
    }
    if (wanted === undefined || !/^v?\d+\.\d+\.\d+$/.test(wanted)) {
      const why = 'an image with a tag such as 0.17.1 says which version is meant';
      return { subject: path, status: 'skipped', found: `${version}; ${image} names no version`, remedy: why };
    }
    if (version !== wanted.replace(/^v/, '')) {
      return { subject: path, status: 'failed', found: `${version}, and the image is ${wanted}`, remedy };
    }
    return { subject: path, status: 'ok', found: version };
  });
}

/** The tag of an image, also of one that is pinned by a digest; undefined where it has none. */
export function tagOf(image: string): string | undefined {
  return /:([\w][\w.-]*)$/.exec(image.replace(/@.*$/, '').replace(/^.*\//, ''))?.[1];
}

async function findingFrom(
  target: HttpTarget,
  path: string,
  subject: string,
  headers: Readonly<Record<string, string>>,
  findingOf: (reply: Reply) => Finding,
): Promise<Finding> {
  try {
    return findingOf(await ask(target, path, headers));
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    const remedy = 'look at the route, the Service and the pods: kubectl get httproute,service,pods';
    return { subject, status: 'failed', found: `no answer: ${cause}`, remedy };
  }
}

function ask({ root, connection, signal }: HttpTarget, path: string, headers: object): Promise<Reply> {
  const end = AbortSignal.timeout(patience);
  // Of a server of streams the first header is what makes a request acceptable at all.
  const all = { accept: 'application/json, text/event-stream', ...headers };
  return connection.ask(`${root}${path}`, all, signal === undefined ? end : AbortSignal.any([end, signal]));
}

/** A check of a readiness answer: a word, or a map with one. */
type ReadinessCheck = string | { readonly status?: string; readonly reason?: string };

const good: readonly (string | undefined)[] = ['up', 'connected'];

/** The checks of a readiness answer that are down. */
function downChecks(body: string): string {
  const checks = Object.entries(checksIn(body)).map(([name, check]): [string, { status?: string; reason?: string }] => [
    name,
    typeof check === 'string' ? { status: check } : check,
  ]);
  const down = checks.filter(([, { status }]) => !good.includes(status));
  return down.map(([name, { reason }]) => `, ${name} is down${reason === undefined ? '' : ` (${reason})`}`).join('');
}

function checksIn(body: string): Readonly<Record<string, ReadinessCheck>> {
  const { checks } = parsed(body) as { checks?: Record<string, ReadinessCheck> };
  return checks ?? {};
}

function versionIn(body: string): string | undefined {
  const { version } = parsed(body) as { version?: unknown };
  return typeof version === 'string' ? version : undefined;
}

function parsed(body: string): object {
  try {
    return (JSON.parse(body) as object | null) ?? {};
  } catch {
    return {};
  }
}
