import assert from 'node:assert/strict';
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { describeStack, parseStack } from '../../components/stack';
import type { Plan } from '../../components/system';
import { podOf } from '../../policies/pods';

const everything = {
  memoryMcp: { token: { source: 'bootstrap' } },
  contextEngine: { image: 'registry.example.org/context-engine:1', preset: 'standard', layout: 'single-node' },
};
const guarded = {
  memoryMcp: { authentication: { mode: 'bearer' } },
  contextEngine: { ...everything.contextEngine, authentication: { mode: 'bearer' } },
};

function planOf(ipFamilies: readonly string[] | undefined, systems: object): Plan {
  return describeStack(parseStack({ ...systems, cluster: ipFamilies ? { ipFamilies } : {} }, 'test'));
}

/** Where each container of a plan listens, by what says so to it. */
function listening(plan: Plan): Record<string, string> {
  const pods = plan.systems.flatMap(({ objects }) =>
    Object.values(objects).flatMap(({ object }) => podOf(object) ?? []),
  );
  const found = pods.flatMap(({ containers, initContainers = [] }: IPodSpec) =>
    [...initContainers, ...containers].flatMap((container) => {
      const address = addressOf(container);
      return address === undefined ? [] : [[container.name, address] as const];
    }),
  );
  return Object.fromEntries(found.sort(([a], [b]) => a.localeCompare(b)));
}

function addressOf({ args = [], env = [] }: IContainer): string | undefined {
  const names = ['MEMORY_MCP_BIND', 'FASTMCP_HOST', 'QDRANT__SERVICE__HOST', 'PROXY_ADDRESS'];
  const told = env.find(({ name }) => names.includes(name))?.value;
  return told ?? (args.includes('--host') ? args[args.indexOf('--host') + 1] : undefined);
}

/** What upstream's programs want to be told, each in its own way. */
const servers = { 'mcp-indexer': '', 'mcp-indexer-http': '', 'mcp-memory': '', 'mcp-memory-http': '' };
const open = { 'drill-qdrant': '::', llamacpp: '::', 'memory-mcp': '[::]:8080', qdrant: '::', ...servers };

describe('the IP families of a cluster', () => {
  it('are where servers listen, IPv4 alone where nobody says otherwise', () => {
    for (const families of [undefined, ['IPv4']]) {
      assert.deepEqual(listening(planOf(families, everything)), {
        llamacpp: '0.0.0.0',
        'mcp-indexer': '0.0.0.0',
        'mcp-indexer-http': '0.0.0.0',
        'mcp-memory': '0.0.0.0',
        'mcp-memory-http': '0.0.0.0',
        'memory-mcp': '0.0.0.0:8080',
      });
    }
  });

  it('are listened to by one address for both wherever IPv6 is among them', () => {
    for (const families of [['IPv6'], ['IPv4', 'IPv6'], ['IPv6', 'IPv4']]) {
      assert.deepEqual(listening(planOf(families, everything)), open);
    }
  });

  it('are the proxies where these guard servers, which stay on the loopback address', () => {
    assert.deepEqual(listening(planOf(['IPv6'], guarded)), {
      ...open,
      'bearer-proxy': '::',
      'mcp-indexer': '127.0.0.1',
      'mcp-indexer-http': '127.0.0.1',
      'mcp-memory-http': '127.0.0.1',
      'memory-mcp': '127.0.0.1:8080',
    });
  });

  it('make every Service dual-stack where there are two, and leave it to the cluster where there is one', () => {
    const policies = (families: readonly string[]) =>
      new Set(
        planOf(families, everything).systems.flatMap(({ objects }) =>
          Object.values(objects).flatMap(({ object }) =>
            object.kind === 'Service' ? [object.spec?.ipFamilyPolicy] : [],
          ),
        ),
      );
    assert.deepEqual(policies(['IPv4', 'IPv6']), new Set(['PreferDualStack']));
    assert.deepEqual(policies(['IPv6']), new Set([undefined]));
  });

  it('are at least one, each once', () => {
    for (const families of [[], ['IPv4', 'IPv4'], ['IPv5']]) {
      assert.throws(() => planOf(families, everything), /cluster\.ipFamilies/);
    }
  });
});
