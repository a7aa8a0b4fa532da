/** An object whose controller says by conditions how it is. */
export interface WithConditions {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** Whether it is ready, and what its controller says about that. */
export function readiness({ status }: WithConditions): { readonly isReady: boolean; readonly words: string } {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const words = ready?.message ?? ready?.reason ?? 'its controller has not said anything yet';
  return { isReady: ready?.status === 'True', words };
}
