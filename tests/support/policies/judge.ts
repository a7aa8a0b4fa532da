import type { KubernetesObject } from '../../../components/system/described';

/** One end of a connection. */
export interface Place {
  readonly name: string;
  /** Address, also of a pod: policies may name networks that it lies in. */
  readonly address: string;
  readonly pod?: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> } | undefined;
  /** Identity that Cilium reserves for it, such as `ingress`. */
  readonly entity?: string | undefined;
  /** Name by which it is looked up, for policies that name hosts. */
  readonly host?: string | undefined;
}

/** Whether somebody may connect to somebody. */
export interface Connection {
  readonly from: Place;
  readonly to: Place;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** Software that is not ours and says what policies mean. */
export interface PolicyJudge {
  readonly name: string;
  /** Whether each connection is allowed, by the egress of the one end and the ingress of the other, in the same order. */
  allowed(policies: readonly KubernetesObject[], connections: readonly Connection[]): Promise<readonly boolean[]>;
}
