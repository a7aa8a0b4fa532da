import type { CertManagerArgs } from '@pulumi/kubernetes-cert-manager';
import type * as pulumi from '@pulumi/pulumi';
import type { ChartRelease } from '../system/chart';

/**
 * Installs a chart. The package is loaded for a plan that has one: its plugin is another program, which the engine fetches
 * when it is first used.
 *
 * @param name logical name
 */
export function registerChart(
  name: string,
  release: ChartRelease,
  options: pulumi.ComponentResourceOptions,
): pulumi.Resource {
  const { CertManager } =
    require('@pulumi/kubernetes-cert-manager') as typeof import('@pulumi/kubernetes-cert-manager');
  return new CertManager(name, certManagerArgs(release), options);
}

/** The release has the name of its chart, as the chart's own instructions have it, so that others recognise it. */
export function certManagerArgs({ chart, location, namespace, values, version }: ChartRelease): CertManagerArgs {
  return {
    helmOptions: {
      name: chart,
      namespace,
      version,
      ...source(chart, location),
      createNamespace: false,
      // A release that has failed is taken back, else the next `up` would find it half done.
      atomic: true,
      timeout: 600,
      values: { ...values },
    },
  };
}

/** A repository is asked for the chart by its name; a chart by itself must not be looked for in the default repository. */
function source(chart: string, location: string): { chart: string; repositoryOpts: { repo: string } } {
  return location.startsWith('https://')
    ? { chart, repositoryOpts: { repo: location } }
    : { chart: location, repositoryOpts: { repo: '' } };
}
