import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
import { Failure } from '../base/failure';

/** A kubeconfig file, as far as this code looks at it. */
interface KubeconfigFile {
  readonly 'current-context'?: string;
  readonly contexts?: readonly { readonly name: string; readonly context: { cluster: string; user: string } }[];
  readonly clusters?: readonly { readonly name: string; readonly cluster: Readonly<Record<string, unknown>> }[];
  readonly users?: readonly { readonly name: string; readonly user: Readonly<Record<string, unknown>> }[];
}

/** Fields that name a file, and the field that holds such a file's content instead. */
const contentFields: Readonly<Record<string, string>> = {
  'certificate-authority': 'certificate-authority-data',
  'client-certificate': 'client-certificate-data',
  'client-key': 'client-key-data',
};

/**
 * Takes one context out of a kubeconfig, as a file of its own that works from anywhere: certificates inside, other
 * paths absolute. A program that reads it can reach no other cluster, whatever it is told.
 *
 * @param context @default the file's current context
 * @returns the name of the context and the file's content (JSON, which is YAML too)
 * @throws Failure where the file cannot be read or has no such context
 */
export function oneContext(path: string, context?: string): { readonly context: string; readonly content: string } {
  return singleContext(read(path), context, path);
}

/** {@link oneContext} for the text of a kubeconfig that names no file relatively. */
export function oneContextOf(text: string, context: string): { readonly context: string; readonly content: string } {
  return singleContext((parse(text) as KubeconfigFile | null) ?? {}, context, '/');
}

function singleContext(file: KubeconfigFile, context: string | undefined, path: string) {
  const name = context ?? file['current-context'];
  const found = file.contexts?.find((each) => each.name === name);
  const cluster = file.clusters?.find((each) => each.name === found?.context.cluster);
  const user = file.users?.find((each) => each.name === found?.context.user);
  if (name === undefined || found === undefined || cluster === undefined) {
    const known = (file.contexts ?? []).map((each) => each.name).join(', ') || 'none';
    throw new Failure(
      name ? `${path} has no context ${name}` : `${path} has no current context`,
      `name one with --context; the file has: ${known}`,
    );
  }
  const folder = dirname(path);
  const single = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [found],
    clusters: [{ name: cluster.name, cluster: settled(cluster.cluster, folder) }],
    users: user === undefined ? [] : [{ name: user.name, user: settled(user.user, folder) }],
  };
  return { context: name, content: JSON.stringify(single, null, 2) };
}

/** URLs of the API servers that a kubeconfig names; none where it cannot be read. */
export function serversIn(path: string): readonly string[] {
  try {
    return (read(path).clusters ?? []).map(({ cluster }) => String(cluster.server).replace(/\/$/, ''));
  } catch {
    return [];
  }
}

function settled(fields: Readonly<Record<string, unknown>>, folder: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => settle(field, value, folder)));
}

function settle(field: string, value: unknown, folder: string): [string, unknown] {
  const content = contentFields[field];
  if (content !== undefined && typeof value === 'string') {
    return [content, readFileSync(absolute(value, folder)).toString('base64')];
  }
  if (field === 'tokenFile' && typeof value === 'string') return [field, absolute(value, folder)];
  if (field === 'exec') return [field, settledProgram(value as { command: string }, folder)];
  return [field, value];
}

/** A program with a slash in its name is meant relative to the kubeconfig; one without is found on the search path. */
function settledProgram(exec: { readonly command: string }, folder: string) {
  return exec.command.includes('/') ? { ...exec, command: absolute(exec.command, folder) } : exec;
}

function absolute(path: string, folder: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

function read(path: string): KubeconfigFile {
  try {
    return (parse(readFileSync(path, 'utf8')) as KubeconfigFile | null) ?? {};
  } catch (error) {
    throw new Failure(
      `the kubeconfig ${path} cannot be read: ${(error as Error).message.split('\n')[0]}`,
      'name an existing kubeconfig file',
    );
  }
}
