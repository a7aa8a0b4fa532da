import { onNode } from '../programs';

/** The ends of the wire between the node and everything that is no pod: from a network that is set aside for benchmarks. */
const wire = { node: '198.19.255.1', world: '198.19.255.2' };

const gone = 'ip link del world; ip netns del world';

/**
 * Makes a machine beside the node that has these addresses: the internet, other networks, other nodes. It is a network
 * namespace named `world`.
 */
export async function makeWorld(addresses: readonly string[]): Promise<void> {
  const inWorld = 'ip -n world';
  const lines = [
    // What a test has left that failed.
    `(${gone}) 2>/dev/null || :`,
    'ip netns add world',
    'ip link add world type veth peer name node netns world',
    `ip address add ${wire.node}/30 dev world`,
    'ip link set world up',
    `${inWorld} link set lo up`,
    `${inWorld} address add ${wire.world}/30 dev node`,
    `${inWorld} link set node up`,
    `${inWorld} route add default via ${wire.node}`,
    ...addresses.flatMap((each) => [`${inWorld} address add ${each}/32 dev lo`, `ip route add ${each}/32 dev world`]),
  ];
  await onNode('sh', '-c', ['set -e', ...lines].join('\n'));
}

/** Takes it away. Without its wire there are no routes to it; the network namespace itself goes a moment later. */
export async function removeWorld(): Promise<void> {
  await onNode('sh', '-c', gone);
}
