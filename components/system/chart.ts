/**
 * A Helm chart that the engine installs. What it puts on the cluster is no part of the plan: rules see none of it, no
 * overlay has it, and drift is not looked for. So it is kept to what is nobody's system, such as a controller.
 */
export interface ChartRelease {
  /** Which chart it is; components/register/charts.ts knows how each is installed. */
  readonly chart: 'cert-manager';
  /** Where it comes from: `https://…` of a chart repository, `oci://…` of the chart itself, or a path on this machine. */
  readonly location: string;
  /** Its version, always one and never a range. */
  readonly version: string;
  readonly namespace: string;
  /** Values of the chart. Plain data, no secrets. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Groups of the kinds that it brings along. */
  readonly groups: readonly string[];
}
