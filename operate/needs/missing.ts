import { type Need, titleOf } from '../../components/needs';
import { placeholderFault } from '../../config/fields';

/** Reads an object; undefined where there is none. */
export type Look = <T>(path: string) => Promise<T | undefined>;

/** What is missing of something that a stack needs, in a clause; undefined where it is there. */
export async function missingOf(look: Look, need: Need): Promise<string | undefined> {
  const { keys, kind, name } = need;
  if (kind === 'upload') return uploaded(look, need);
  const found = await look<{ data?: Readonly<Record<string, string>> }>(pathOf(need));
  if (found === undefined) return `${kind} ${name} is not there`;
  if (kind === 'PersistentVolumeClaim') return undefined;
  const { data = {} } = found;
  const entries = Object.keys(data);
  if (keys.length === 0 && entries.length === 0) return `${kind} ${name} is empty`;
  const brought = keys.length === 0 ? entries : keys.find((set) => set.every((key) => entries.includes(key)));
  if (!brought) return `${kind} ${name} has no entry ${keys.map((set) => set.join(' and ')).join(', nor ')}`;
  return kind === 'Secret' ? unusable(name, data, brought) : undefined;
}

/** What of a Secret is no secret, without the values. */
function unusable(
  name: string,
  data: Readonly<Record<string, string>>,
  brought: readonly string[],
): string | undefined {
  const faults = brought.flatMap((key) => {
    const fault = placeholderFault(Buffer.from(data[key] ?? '', 'base64').toString());
    return fault === undefined
      ? []
      : [`entry ${key} of Secret ${name} is no secret, because ${fault}; remove it first`];
  });
  return faults[0];
}

const collections = {
  ConfigMap: 'configmaps',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  Secret: 'secrets',
} as const;

function pathOf({ kind, name, namespace }: Need): string {
  const collection = kind === 'upload' ? undefined : collections[kind];
  return `/api/v1/namespaces/${namespace}/${collection}/${name}`;
}

/** A CronJob keeps the time of its last success, also after the Job of it is gone. */
async function uploaded(look: Look, { cronJob, namespace }: Need): Promise<string | undefined> {
  const path = `/apis/batch/v1/namespaces/${namespace}/cronjobs/${cronJob}`;
  const found = await look<{ status?: { lastSuccessfulTime?: string } }>(path);
  return found?.status?.lastSuccessfulTime ? undefined : 'nothing has been uploaded';
}

/**
 * What is still to do, as text: each thing, what does not work without it, and the command that brings it to one cluster.
 *
 * @param kubectl how kubectl is called to reach it
 * @param kubeconfig the file that reaches it, where the stack's own commands would go elsewhere
 */
export function toDoInWords(missing: readonly Need[], kubectl: string, kubeconfig?: string): string {
  const option = kubeconfig === undefined ? '' : ` --kubeconfig ${kubeconfig}`;
  const reaching = (command: string) =>
    command.replaceAll(/\bkubectl /g, () => `${kubectl} `).replaceAll(/npx fleet .* --stack [\w-]+/g, `$&${option}`);
  const lines = missing.map((need) => `  ${titleOf(need)}; without it ${need.without}\n    ${reaching(need.command)}`);
  return ['Still to do:', ...lines].join('\n');
}
