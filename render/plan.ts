import type { Plan, SystemPlan } from '../components/system';
import type { Described } from '../components/system/described';
import type { PlannedObject } from '../components/system/planned-object';
import { kustomizeImages } from './images';
import { toYaml } from './yaml';

/** Name by which Kustomize and Argo CD know a folder as a kustomization. */
const kustomization = 'kustomization.yaml';

/**
 * The overlay of a stack: relative paths with `/`, each with the text of its file. It holds what Argo CD may write,
 * which is every object but Secrets and those that are Pulumi's alone. Its kustomizations set no namespace, because
 * Kustomize would rename Namespace objects by it.
 *
 * @param stack Name of the stack, for the first line of each file.
 * @throws Error when two objects of a system would share a file.
 */
export function renderPlan(plan: Plan, stack: string): Map<string, string> {
  const systems = plan.systems
    .map((system) => ({ name: system.id, objects: renderedObjects(system) }))
    .filter(({ objects }) => objects.length > 0);
  const files = new Map([[kustomization, text(stack, kustomizationOf(systems.map(({ name }) => name)))]]);
  for (const { name, objects } of systems) {
    const names = objects.map(fileName);
    files.set(`${name}/${kustomization}`, text(stack, kustomizationOf(names, objects)));
    for (const [index, object] of objects.entries()) {
      const path = `${name}/${names[index]}`;
      if (files.has(path)) throw new Error(`${path}: two objects of ${name} have this kind and name`);
      files.set(path, text(stack, inOrder(object)));
    }
  }
  return files;
}

/** The objects of a system that Argo CD may write, in the order in which they are created. */
export function renderedObjects(system: SystemPlan): PlannedObject[] {
  return Object.values(system.objects)
    .filter(isRendered)
    .map(({ object }) => object);
}

/** Not even a Secret whose values are references is rendered: a pull request is no place to find one. */
function isRendered({ deliveredBy, object }: Described): boolean {
  return deliveredBy !== 'pulumi' && object.kind !== 'Secret';
}

function fileName({ kind, metadata }: PlannedObject): string {
  // Names of roles may have a colon, which not every file system takes.
  return `${kind}-${metadata.name}.yaml`.toLowerCase().replace(/[^a-z0-9.-]/g, '-');
}

function kustomizationOf(resources: readonly string[], objects: readonly PlannedObject[] = []) {
  const images = kustomizeImages(objects);
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources,
    ...(images.length > 0 ? { images } : {}),
  };
}

function inOrder(object: PlannedObject) {
  const { apiVersion, kind, metadata, ...rest } = object;
  return { apiVersion, kind, metadata, ...rest };
}

function text(stack: string, content: unknown): string {
  return `# Rendered from Pulumi.${stack}.yaml by \`npm run render\`; do not edit.\n${toYaml(content)}`;
}
