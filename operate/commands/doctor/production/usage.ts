/** What a kubelet says of its pods, as far as it is about volumes. */
export interface NodeStats {
  readonly pods?: readonly {
    readonly volume?: readonly {
      readonly pvcRef?: { readonly name: string; readonly namespace: string };
      readonly usedBytes?: number;
      readonly capacityBytes?: number;
      readonly inodesUsed?: number;
      readonly inodes?: number;
    }[];
  }[];
}

/** How full a volume is. */
export interface Usage {
  readonly claim: { readonly name: string; readonly namespace: string };
  /** Of its bytes or of its inodes, whichever are nearer to their end. */
  readonly share: number;
}

/**
 * How full the mounted volumes of a node are.
 * @see https://pkg.go.dev/k8s.io/kubelet/pkg/apis/stats/v1alpha1
 */
export function usagesOf({ pods = [] }: NodeStats): Usage[] {
  return pods.flatMap(({ volume = [] }) =>
    volume.flatMap(({ capacityBytes, inodes, inodesUsed = 0, pvcRef, usedBytes = 0 }) => {
      if (!pvcRef || !capacityBytes) return [];
      const share = Math.max(usedBytes / capacityBytes, inodes ? inodesUsed / inodes : 0);
      return [{ claim: pvcRef, share }];
    }),
  );
}
