import { componentType } from '../../../components/register/component-type';
import type { KubernetesObject } from '../../../components/system/described';
import type { Planned } from './adoption';

/** What `pulumi import --file` reads. */
export interface ImportFile {
  readonly nameTable: Readonly<Record<string, string>>;
  readonly resources: readonly ImportedResource[];
}

interface ImportedResource {
  readonly type: string;
  readonly name: string;
  readonly id?: string;
  readonly parent?: string;
  readonly provider?: string;
  readonly component?: boolean;
}

const project = 'memory-fleet';
const provider = 'cluster';

/**
 * The same adoption for an operator who runs the engine's own command line: the component of each system, and below it every
 * live object under the name that the program gives it. The provider must be in the state before, see docs/commands/adopt.md.
 */
export function importFile(stack: string, live: readonly Planned[]): ImportFile {
  const systems = [...new Set(live.map(({ system }) => system))];
  return {
    nameTable: { [provider]: `urn:pulumi:${stack}::${project}::pulumi:providers:kubernetes::${provider}` },
    resources: [
      ...systems.map((system) => ({ type: componentType(system), name: system.id, component: true })),
      ...live.map(({ system, key, described: { object } }) => ({
        type: resourceType(object),
        name: `${system.id}-${key}`,
        id: identity(object),
        parent: system.id,
        provider,
      })),
    ],
  };
}

function resourceType({ apiVersion, kind }: KubernetesObject): string {
  return `kubernetes:${apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

function identity({ metadata: { name, namespace } }: KubernetesObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
