import assert from 'node:assert/strict';
import { describeStack, parseStack } from '../../components/stack';
import { enforceRules } from '../../policies/enforce';

type Values = Readonly<Record<string, object>>;

const engine = { image: 'registry.example.org/context-engine:1', preset: 'minimal', layout: 'single-node' };
const core = { ...engine, preset: 'core' };
const ingress = { kind: 'ingress', hostname: 'context.example.org' };
const everybody = { clients: [{ namespace: '*' }] };
const sourceRanges = ['192.0.2.0/24'];
const gateway = {
  name: 'public',
  namespace: 'gateways',
  implementation: 'envoy-gateway',
  section: 'https',
  proxies: { namespace: 'gateways' },
};
const git = (remoteUrl: string) => ({ memoryMcp: { ...everybody, git: { remoteUrl } } });

/** What the preview warns of. */
function warned(values: Values): string[] {
  const warnings: string[] = [];
  const log = { info: () => undefined, warn: (message: string) => warnings.push(message) };
  enforceRules(describeStack(parseStack(values, 'test')), log);
  return warnings;
}

/** Stack files, and what their operator is told of them at preview; nothing where somebody may come in. */
const cases: readonly (readonly [about: string, values: Values, ...named: RegExp[]])[] = [
  [
    'a server that nobody is let in to',
    { memoryMcp: {} },
    /^memoryMcp: nobody can reach memory-mcp: .*; let in pods of the cluster by memoryMcp\.clients, or users from outside by memoryMcp\.hostname or memoryMcp\.exposure$/,
  ],
  ['pods of a namespace', { memoryMcp: { clients: [{ namespace: 'agents' }] } }],
  ['pods of every namespace', { memoryMcp: everybody, contextEngine: { ...engine, ...everybody } }],
  ['a route', { cluster: { gateway }, memoryMcp: { hostname: 'memories.example.org' } }],
  [
    'a port of the nodes',
    { memoryMcp: { exposure: { kind: 'nodePort', sourceRanges }, server: { allowedHosts: ['node.example.org'] } } },
  ],
  [
    'who asks for its health, and the own pods that back it up, which are no clients',
    {
      cluster: { monitoring: {} },
      memoryMcp: { authentication: { mode: 'bearer' }, git: { remoteUrl: 'https://github.com/a/b' } },
    },
    /nobody can reach memory-mcp/,
  ],
  [
    'several servers, of which the own pods reach one',
    { contextEngine: core },
    /^contextEngine: nobody can reach mcp-indexer, mcp-memory: .*contextEngine\.clients, or users from outside by contextEngine\.exposure$/,
  ],
  [
    'one flavour of each server, the other of which has no host name: a client takes the one',
    { cluster: { ingress: {} }, contextEngine: { ...engine, exposure: ingress } },
  ],
  [
    'one of two servers',
    { cluster: { ingress: {} }, contextEngine: { ...engine, exposure: { ...ingress, services: ['mcp-memory-http'] } } },
    /nobody can reach mcp-indexer-http, mcp-indexer:/,
  ],
  [
    'a host that is private by its name',
    git('https://git.corp.internal/a'),
    /^memoryMcp: git\.corp\.internal \(git pull and push\) is private by its name, .*cluster\.privateNetworks .*cluster\.services/,
  ],
  ['a public host', git('https://codeberg.org/a')],
  ['a private host by its address', git('https://10.20.30.40/a')],
  [
    'a private host whose network is known',
    { ...git('https://git.corp.internal/a'), cluster: { privateNetworks: [{ cidrs: ['10.1.0.0/24'] }] } },
  ],
  [
    'a private host that is pods',
    { ...git('https://git.lan/a'), cluster: { services: [{ host: 'git.lan', namespace: 'forge' }] } },
  ],
  [
    'a private host where policies go by names',
    { ...git('https://git.lan/a'), cluster: { networkPolicies: 'cilium' } },
  ],
  [
    'private hosts of every kind of URL, each named once',
    {
      memoryMcp: { ...everybody, server: { otlp: { endpoint: 'http://tempo.lan:4317' } } },
      contextEngine: {
        ...engine,
        ...everybody,
        modelHosts: ['models.lan'],
        backup: { target: { kind: 's3', endpoint: 'https://nas.home.arpa', bucket: 'snapshots' } },
        repositories: ['a', 'b'].map((name) => ({
          source: 'git',
          name,
          url: `ssh://git@git.local/${name}`,
          watch: false,
        })),
      },
    },
    /^memoryMcp: tempo\.lan \(traces\)/,
    /^contextEngine: models\.lan \(models\)/,
    /^contextEngine: nas\.home\.arpa \(backups\)/,
    /^contextEngine: git\.local \(git fetch of a, git fetch of b\)/,
  ],
];

describe('what a preview warns of', () => {
  for (const [about, values, ...named] of cases) {
    it(about, () => {
      const warnings = warned(values);
      assert.equal(warnings.length, named.length, warnings.join('\n'));
      for (const [index, expected] of named.entries()) assert.match(warnings[index] ?? '', expected);
    });
  }
});
