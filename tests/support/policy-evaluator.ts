import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { KubernetesObject } from '../../components/system/described';
import { judgePath } from './judge';

/** One end of a connection: a pod, or an address outside of the cluster. */
export interface Place {
  readonly name: string;
  readonly address: string;
  readonly pod?: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
}

/** Whether somebody may connect to somebody. */
export interface Connection {
  readonly from: Place;
  readonly to: Place;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** Cyclonus, which takes NetworkPolicies for what their specification says. It knows none of Cilium's own kinds. */
export interface PolicyEvaluator {
  /** Whether each connection is allowed, by the egress of the one end and the ingress of the other, in the same order. */
  allowed(policies: readonly KubernetesObject[], connections: readonly Connection[]): Promise<readonly boolean[]>;
  /** Removes what was written for it. */
  tidy(): void;
}

export async function policyEvaluator(projectDir: string): Promise<PolicyEvaluator> {
  const cyclonus = await judgePath(projectDir, 'cyclonus');
  const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-policies-'));
  const write = (name: string, content: unknown) => {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify(content));
    return file;
  };
  return {
    allowed: async (policies, connections) => {
      const list = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicyList', items: policies };
      const files = ['--policy-path', write('policies.json', list), '--traffic-path'];
      const args = ['analyze', '--mode', 'query-traffic', ...files, write('traffic.json', connections.map(traffic))];
      const { stdout } = await execa(cyclonus, args, { maxBuffer: 1_000_000_000 });
      const verdicts = [...stdout.matchAll(/^\| IS ALLOWED\? +\| +(TRUE|FALSE) /gm)].map(
        ([, verdict]) => verdict === 'TRUE',
      );
      if (verdicts.length !== connections.length) {
        throw new Error(`cyclonus was asked ${connections.length} questions and gave ${verdicts.length} answers`);
      }
      return verdicts;
    },
    tidy: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function traffic({ from, to, port, protocol }: Connection) {
  return { Source: peer(from), Destination: peer(to), ResolvedPort: port, ResolvedPortName: '', Protocol: protocol };
}

function peer({ address, pod }: Place) {
  if (pod === undefined) return { IP: address };
  const { labels, namespace } = pod;
  const namespaceLabels = { 'kubernetes.io/metadata.name': namespace };
  return { IP: address, Internal: { PodLabels: labels, NamespaceLabels: namespaceLabels, Namespace: namespace } };
}
