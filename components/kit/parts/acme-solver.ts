import type { ClusterFacts } from '../../../config/cluster';
import type { Flow } from '../../system/flow';
import { solverLabels, solverPort } from '../objects/certificate';
import { foreignIssuer, type TlsSettings } from '../settings/tls';
import { outsidePeer } from './exposure';

/**
 * Pods that cert-manager starts in the namespace of a certificate to answer for the host name (ACME, HTTP-01), where an
 * issuer of somebody else may be one of ACME. In a namespace that is closed for all pods they need to be let in to.
 *
 * @param dedicated whether the namespace is the system's own; in a shared one nothing but our own pods is closed
 */
export function solverFlows(
  exposure: Parameters<typeof outsidePeer>[0] & { readonly tls?: TlsSettings | undefined },
  dedicated: boolean,
  cluster: ClusterFacts,
): Flow[] {
  if (exposure.kind !== 'ingress' && exposure.kind !== 'gateway') return [];
  const peer = outsidePeer(exposure);
  if (!dedicated || !peer || !foreignIssuer(exposure.kind, exposure.tls, cluster)) return [];
  const purpose = "the question of a certificate authority whether the host name is ours, asked of cert-manager's pods";
  return [{ name: 'acme-solver', pods: solverLabels, direction: 'in', peer, port: solverPort, purpose }];
}
