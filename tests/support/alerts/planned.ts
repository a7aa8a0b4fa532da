import type { SystemPlan } from '../../../components/system';
import type { Described } from '../../../components/system/described';

/**
 * Names and targets of a plan, by which series are made: an alert that asks for another name finds nothing.
 * @throws Error where the plan has no such object, or several
 */
export function planned(system: SystemPlan) {
  const objects = Object.values<Described>(system.objects).map(({ object }) => object);
  const only = (kind: string, matches: (object: Described['object']) => boolean = () => true) => {
    const found = objects.filter((object) => object.kind === kind && matches(object));
    const [first] = found;
    if (!first || found.length > 1) throw new Error(`the plan has ${found.length} such objects of kind ${kind}`);
    return first;
  };
  return {
    /** Name of the only object of a kind whose name ends so. */
    name: (kind: string, ending = '') => only(kind, ({ metadata }) => metadata.name.endsWith(ending)).metadata.name,
    /** Names of all objects of a kind. */
    names: (kind: string) => objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name),
    /** Job and target of the only Probe whose target matches. */
    probe: (matches: (target: string) => boolean, namespace = system.namespace) => {
      const { spec } = only('Probe', (probe) => matches(targetOf(probe))) as unknown as Probe;
      const target = (spec.targets.staticConfig.static[0] ?? '').replace(`.${system.namespace}.`, `.${namespace}.`);
      return { job: spec.jobName, target };
    },
  };
}

interface Probe {
  readonly spec: {
    readonly jobName: string;
    readonly targets: { readonly staticConfig: { readonly static: readonly string[] } };
  };
}

function targetOf(object: Described['object']): string {
  return (object as unknown as Probe).spec.targets.staticConfig.static[0] ?? '';
}
