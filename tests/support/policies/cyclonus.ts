import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { testToolPath } from '../test-tool';
import type { Connection, Place, PolicyJudge } from './judge';

/** Cyclonus, which takes NetworkPolicies for what their specification says. It knows none of Cilium's own kinds. */
export async function cyclonus(projectDir: string): Promise<PolicyJudge> {
  const program = await testToolPath(projectDir, 'cyclonus');
  return {
    name: 'cyclonus',
    allowed: async (policies, connections) => {
      const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-policies-'));
      const write = (name: string, content: unknown) => {
        const file = join(folder, name);
        writeFileSync(file, JSON.stringify(content));
        return file;
      };
      try {
        const list = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicyList', items: policies };
        const files = ['--policy-path', write('policies.json', list), '--traffic-path'];
        const args = ['analyze', '--mode', 'query-traffic', ...files, write('traffic.json', connections.map(traffic))];
        const { stdout } = await execa(program, args, { maxBuffer: 1_000_000_000 });
        const verdicts = [...stdout.matchAll(/^\| IS ALLOWED\? +\| +(TRUE|FALSE) /gm)].map(
          ([, verdict]) => verdict === 'TRUE',
        );
        if (verdicts.length !== connections.length) {
          throw new Error(`cyclonus was asked ${connections.length} questions and gave ${verdicts.length} answers`);
        }
        return verdicts;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
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
