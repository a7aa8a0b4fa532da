import assert from 'node:assert/strict';
import { waitFor } from '../../../operate/base/wait';
import type { Series } from '../alerts/promtool';
import { nodeApi } from './pods';
import { onNode } from './programs';

/** A volume that a few writes fill. */
export interface SmallVolume {
  readonly bytes: number;
  /** Uncovers the volume that was there before. No pod may use it. */
  remove(): Promise<void>;
}

/**
 * Covers the folder of a volume with a small one, which is empty. No pod may use it meanwhile.
 *
 * @throws Error where it does not lie there in the end
 */
export async function smallVolumeAt(folder: string): Promise<SmallVolume> {
  const bytes = 16 * 1024 * 1024;
  await onNode('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'small', folder);
  await onNode('mountpoint', '-q', folder);
  return { bytes, remove: async () => void (await onNode('umount', folder)) };
}

/**
 * The series of the node's kubelet about the volume of a claim, as Prometheus scrapes them, from now on always the same.
 *
 * @param told whether the free bytes are those that are waited for: a kubelet looks once in a while
 */
export async function volumeSeries(
  namespace: string,
  claim: string,
  told: (free: number) => boolean,
): Promise<readonly Series[]> {
  const api = await nodeApi();
  const ofClaim = `namespace="${namespace}",persistentvolumeclaim="${claim}"`;
  const look = async () => {
    const { body } = await api.send('GET', '/api/v1/nodes/real/proxy/metrics');
    const series = [...body.matchAll(/^(kubelet_volume_stats_\w+)\{(.*)\} (\S+)$/gm)].flatMap(
      ([, metric = '', labels, value]) =>
        labels === ofClaim
          ? [{ metric, labels: { namespace, persistentvolumeclaim: claim }, samples: `${Number(value)}x20` }]
          : [],
    );
    const free = series.find(({ metric }) => metric === 'kubelet_volume_stats_available_bytes')?.samples;
    return free !== undefined && told(Number.parseInt(free, 10)) ? series : undefined;
  };
  return (await waitFor(look, { seconds: 120, period: 1000 })) ?? assert.fail(`nothing of ${ofClaim} is told`);
}
