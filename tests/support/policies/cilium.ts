import { execa } from 'execa';
import { testToolPath } from '../test-tool';
import type { Place, PolicyJudge } from './judge';

/**
 * Cilium's own code, see tools/cilium. It knows both kinds of policies, and addresses only outside of the cluster.
 *
 * @param dns the resolver: policies that name hosts hold only for names whose look-ups pass Cilium's proxy on their way there
 * @param dnsPort port of the resolver itself
 */
export async function cilium(projectDir: string, dns: Place, dnsPort = 53): Promise<PolicyJudge> {
  const program = await testToolPath(projectDir, 'cilium-judge');
  return {
    name: 'Cilium',
    allowed: async (policies, connections) => {
      const input = JSON.stringify({
        policies,
        dns: place(dns),
        dnsPort,
        connections: connections.map(({ from, to, ...rest }) => ({ ...rest, from: place(from), to: place(to) })),
      });
      const { stdout } = await execa(program, [], { input, maxBuffer: 1_000_000_000 });
      return JSON.parse(stdout) as boolean[];
    },
  };
}

function place({ address, entity, host, pod }: Place) {
  return pod ?? (entity === undefined ? { address, host } : { entity });
}
