import { type Api, get } from '../../cluster/api';

interface AutoscalerList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly scaleTargetRef: { readonly kind: string; readonly name: string } };
  }[];
}

/** What autoscalers of these namespaces scale: `<kind> <namespace>/<name>`, each with the autoscaler's name. */
export async function scaledObjects(api: Api, namespaces: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const scaled = new Map<string, string>();
  for (const namespace of namespaces) {
    const path = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
    for (const { metadata, spec } of (await get<AutoscalerList>(api, path))?.items ?? []) {
      scaled.set(`${spec.scaleTargetRef.kind} ${namespace}/${spec.scaleTargetRef.name}`, metadata.name);
    }
  }
  return scaled;
}
