import { join } from 'node:path';
import type { OutputMap } from '@pulumi/pulumi/automation';
import { stringify } from 'yaml';
import type { FleetHome } from '../../base/fleet-home';

/** The outputs of a stack as text; a secret one is named and not shown. */
export function outputsAsText(outputs: OutputMap): string {
  // What others bring is told apart, once it is known what of it is missing.
  const own = Object.entries(outputs).filter(([name]) => name !== 'broughtByOthers');
  const shown = own.map(([name, { value, secret }]) => [name, secret ? '[secret]' : value]);
  return stringify(Object.fromEntries(shown)).trimEnd();
}

/** Command lines that show what was deployed, ready to be pasted. */
export function inspectionCommands(home: FleetHome, kubeconfig: string, outputs: OutputMap): readonly string[] {
  const kubectl = kubectlOf(home, kubeconfig);
  const namespaces = namespacesOf(outputs);
  const looks = namespaces.map((namespace) => `${kubectl} -n ${namespace} get all,pvc`);
  return looks.length > 0 ? looks : [`${kubectl} get all -A`];
}

/** How kubectl is called to reach a cluster. */
export function kubectlOf(home: FleetHome, kubeconfig: string): string {
  return `${quoted(join(home.bin, 'kubectl'))} --kubeconfig ${quoted(kubeconfig)}`;
}

function namespacesOf(outputs: OutputMap): readonly string[] {
  const named = Object.values(outputs).map(({ value }) => (value as { namespace?: unknown } | null)?.namespace);
  return [...new Set(named.filter((each): each is string => typeof each === 'string'))];
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
