/** An entry below `images` of a kustomization. */
export interface KustomizeImage {
  readonly name: string;
  readonly newTag?: string;
  readonly digest?: string;
}

/**
 * The images of objects as entries of a kustomization, each with exactly the version that the objects have, so that
 * nothing changes until a tool such as Argo CD Image Updater writes another one there. Tag and digest always go together:
 * Kustomize drops whichever an entry leaves out. An image of which the objects have two versions gets no entry, because
 * one would give both the same version.
 * @see https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */
export function kustomizeImages(objects: readonly unknown[]): KustomizeImage[] {
  const references = [...new Set(objects.flatMap(imagesIn))].sort();
  return references.flatMap((reference) => {
    const image = parsed(reference);
    const touched = references.filter((other) => matches(other, image.name));
    return touched.length === 1 && (image.newTag || image.digest) ? [image] : [];
  });
}

/** Kustomize looks for containers at any depth of any object, custom resources included. */
function imagesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(imagesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [
    ...(key === 'containers' || key === 'initContainers' ? imagesOf(child) : []),
    ...imagesIn(child),
  ]);
}

function imagesOf(containers: unknown): string[] {
  if (!Array.isArray(containers)) return [];
  return containers.flatMap((container: { image?: unknown } | null) =>
    typeof container?.image === 'string' ? [container.image] : [],
  );
}

function parsed(reference: string): KustomizeImage {
  const [tagged = '', digest] = reference.split('@');
  const colon = tagged.indexOf(':', tagged.lastIndexOf('/') + 1);
  return {
    name: colon < 0 ? tagged : tagged.slice(0, colon),
    ...(colon < 0 ? {} : { newTag: tagged.slice(colon + 1) }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** Whether Kustomize takes a reference for one of an image. It reads the name as a regular expression, dots included. */
function matches(reference: string, name: string): boolean {
  return new RegExp(`^${name}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`).test(reference);
}
