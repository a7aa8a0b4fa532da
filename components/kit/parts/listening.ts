import type { ClusterFacts } from '../../../config/cluster';

/**
 * Address on which a server takes connections from other pods. That of IPv6 takes those of IPv4 too. Within a pod it stays
 * 127.0.0.1 on every cluster: the kernel gives it to the loopback interface, whatever families the pod has besides.
 */
export function anyAddress({ ipFamilies }: Pick<ClusterFacts, 'ipFamilies'>): '0.0.0.0' | '::' {
  return ipFamilies.includes('IPv6') ? '::' : '0.0.0.0';
}
