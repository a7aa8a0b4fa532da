import { join } from 'node:path';
import type { FleetHome } from '../base/fleet-home';

/** Names of variables that would lead a tool to the operator's own clusters, logins or settings. */
const personal = /^(PULUMI_|KUBECONFIG$|KUBECACHEDIR$|KWOK_)/;

/**
 * The environment that every tool of ours runs in: the operator's (PATH, proxies, certificates), without what points at
 * their clusters and logins, and with every place where a tool would write moved into the fleet home.
 */
export function toolEnvironment(home: FleetHome, more: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !personal.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    PULUMI_HOME: home.pulumi,
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    KUBECACHEDIR: join(home.root, 'cache', 'kube'),
    // An empty list of files: kubectl and the provider then know no cluster unless they are told one.
    KUBECONFIG: '/dev/null',
    ...more,
  };
}
