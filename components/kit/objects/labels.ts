/**
 * Labels of an object. The selector is part of them; it never changes, because selectors of workloads are immutable.
 * `app.kubernetes.io/instance` is left alone: Argo CD tracks objects by it.
 */
export function labelsOf(system: string, selector: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    ...selector,
    'app.kubernetes.io/name': system,
    'app.kubernetes.io/part-of': 'memory-fleet',
  };
}
