import type { Constraint } from '../../config/constraint';

/** What the Python client and the instrumentation of FastAPI write in every version. */
const common = [
  'http_requests_total',
  'http_request_duration_seconds_bucket',
  'http_request_duration_seconds_count',
  'http_request_duration_seconds_sum',
  'http_request_duration_highr_seconds_bucket',
  'http_request_duration_highr_seconds_count',
  'http_request_duration_highr_seconds_sum',
  'process_cpu_seconds_total',
  'process_open_fds',
  'process_resident_memory_bytes',
  'process_start_time_seconds',
] as const;

/**
 * Series that the API really writes, by the commit of upstream that its image is made of. What is registered there and never
 * moves is not among them: cache_hit_total, rae_api_requests_total, llm_cost_usd_total and their like. An alert or a panel
 * on such a series would be silent for ever, so that tests/alerts/rae.test.ts holds every one against this list.
 */
export const writtenSeries = {
  '3243807c': [...common, 'rae_uptime_seconds', 'memory_reflection_event_total', 'rae_iso42001_compliance_score'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Version = keyof typeof writtenSeries;

export const versions = Object.keys(writtenSeries) as [Version, ...Version[]];

/** What the guide's alerts on budgets ask for. */
export const budgetSeries = { remaining: 'rae_budget_remaining', limit: 'rae_budget_limit' } as const;

/** Alerts on budgets, where the version has budgets to tell of. @param path of the key that asks for them */
export function budgetConstraint(
  path: readonly PropertyKey[],
  { isAsked, version }: { readonly isAsked: boolean; readonly version: Version },
): Constraint {
  const known: readonly string[] = writtenSeries[version];
  const missing = Object.values(budgetSeries).filter((series) => !known.includes(series));
  return {
    path,
    expected: `false: version ${version} writes no ${missing.join(' and no ')}, so that these alerts would never go off; watch the bills of the providers`,
    satisfied: !isAsked || missing.length === 0,
  };
}
