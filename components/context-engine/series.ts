import { claims, system } from './names';
import type { ContextEngineSettings } from './settings';
import { running, runningServers, type ServiceName } from './settings/choices';

/** Job name of the Probe of a Service, which becomes a label of its results. */
export function probeJob(service: ServiceName): string {
  return `${system}-${service}`;
}

/**
 * Selectors of the series of one installation, for its alerts and its dashboard. What belongs to a repository is selected
 * by the beginning of its name and never by the name itself: a new repository then changes neither.
 */
export function seriesOf(settings: ContextEngineSettings) {
  const within = (labels: string) => `namespace="${settings.namespace.name}",${labels}`;
  const among = (names: readonly string[]) => names.join('|');
  const servers = runningServers(settings);
  const deployments = [...servers, ...(running(settings).llamacpp ? ['llamacpp'] : []), 'watcher-.+'];
  const selectors = {
    /** Qdrant's own metrics; the operator names the job after the scraped Service. */
    qdrant: within('job="qdrant"'),
    /** Pods that run for good. */
    pods: within(`pod=~"qdrant-0|(${among(deployments)})-[a-z0-9]+-[a-z0-9]+"`),
    claims: within(`persistentvolumeclaim=~"${among(Object.values(claims))}"`),
    storage: within(`persistentvolumeclaim="${claims.storage}"`),
    indexJobs: within('job_name=~"index-.+"'),
    watchers: within('deployment=~"watcher-.+"'),
    indexers: within('deployment=~"mcp-indexer|mcp-indexer-http"'),
    autoscalers: within('horizontalpodautoscaler=~"mcp-indexer-hpa|mcp-indexer-http-hpa"'),
    backup: within(`cronjob="${system}-backup"`),
    drill: within(`cronjob="${system}-backup-drill"`),
  };
  return {
    ...selectors,
    /** The result of one Probe, or of several. */
    probe: (...services: readonly ServiceName[]) => {
      const jobs = among(services.map(probeJob));
      return `probe_success{${within(services.length === 1 ? `job="${jobs}"` : `job=~"${jobs}"`)}}`;
    },
  };
}
