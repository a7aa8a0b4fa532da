import assert from 'node:assert/strict';
import { describeStack, parseStack } from '../../components/stack';
import { ConfigError } from '../../config/parse';
import { checkPlan, planRules } from '../../policies/check';
import { type MadeUpCheckout, madeUpCheckout } from '../support/made-up';

type Values = Readonly<Record<string, object>>;

const engine = { image: 'registry.example.org/context-engine:1', preset: 'minimal', layout: 'single-node' };
const sealed = (...names: string[]) => Object.fromEntries(names.map((name) => [name, { secure: 'v1:sealed' }]));
const gateway = {
  name: 'public',
  section: 'https',
  implementation: 'envoy-gateway',
  proxies: { namespace: 'gateways' },
};
const argocd = { mode: 'observe', repoUrl: 'https://git.example.org/fleet' };
const open = { mode: 'none', reason: 'a test of names alone' };
const office = ['192.0.2.0/24'];

/** What is said against a stack file, before anything is registered: problems of keys, else broken rules. */
function said(values: Values): string[] {
  const { secrets = {}, ...rest } = values;
  try {
    const config = parseStack({ ...rest, secrets: marked(secrets) }, 'test');
    return checkPlan(describeStack(config)).violations.map(({ fault, object, rule }) => `${rule}: ${object} ${fault}`);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map(({ expected, key }) => `${key}: ${expected}`);
  }
}

function marked(secrets: object): unknown {
  const { encrypted } = require('../../config/fields');
  return JSON.parse(JSON.stringify(secrets), (_, value) => (value?.secure ? encrypted : value));
}

/** Stack files with two owners of one thing, and what must be named; nothing where they are right. */
const cases: readonly (readonly [about: string, values: Values, ...named: RegExp[]])[] = [
  ['two systems, each in its own namespace', { memoryMcp: {}, contextEngine: engine }],
  [
    'two systems that share a namespace of others',
    {
      memoryMcp: { namespace: { name: 'tools', shared: true } },
      contextEngine: { ...engine, namespace: { name: 'tools', shared: true } },
    },
  ],
  [
    'two systems in one dedicated namespace',
    { memoryMcp: { namespace: { name: 'tools' } }, contextEngine: { ...engine, namespace: { name: 'tools' } } },
    /one-owner: contextEngine\/Namespace\/tools .*memoryMcp\/Namespace\/tools .*memoryMcp\.namespace\.name and contextEngine\.namespace\.name/,
  ],
  [
    'a dedicated namespace in which another system lives as in a shared one',
    {
      memoryMcp: { namespace: { name: 'tools' } },
      contextEngine: { ...engine, namespace: { name: 'tools', shared: true } },
    },
    /own-namespaces: memoryMcp\/Namespace\/tools is where contextEngine lives too.*memoryMcp\.namespace\.name/,
  ],
  ...['default', 'kube-system', 'kube-public', 'kube-node-lease'].flatMap((name) =>
    [false, true].map(
      (shared) =>
        [
          `${name} as a ${shared ? 'shared' : 'dedicated'} namespace`,
          { contextEngine: { ...engine, namespace: { name, shared } } },
          /^contextEngine\.namespace\.name: expected a namespace of its own: this one is the cluster's$/,
        ] as const,
    ),
  ),
  ...(
    [
      [{ argocd: { ...argocd, namespace: 'tools' } }, 'argocd.namespace'],
      [{ gateway: { ...gateway, namespace: 'tools' } }, 'gateway.namespace'],
      [{ gateway: { ...gateway, proxies: { namespace: 'tools' } } }, 'gateway.proxies.namespace'],
      [{ ingress: { controller: { namespace: 'tools' } } }, 'ingress.controller.namespace'],
      [{ monitoring: { namespace: 'tools' } }, 'monitoring.namespace'],
      [{ dns: { namespace: 'tools' } }, 'dns.namespace'],
    ] as const
  ).flatMap(([cluster, key]) => [
    [
      `the namespace of cluster.${key}`,
      { cluster, memoryMcp: { namespace: { name: 'tools' } } },
      new RegExp(`^memoryMcp\\.namespace\\.name: expected .*shared true: cluster\\.${key} names this one`),
    ] as const,
    [
      `the namespace of cluster.${key}, shared`,
      { cluster, memoryMcp: { namespace: { name: 'tools', shared: true } } },
    ] as const,
  ]),
  [
    'the namespace of clients',
    { memoryMcp: { namespace: { name: 'agents' }, clients: [{ namespace: 'agents' }] } },
    /^memoryMcp\.namespace\.name: .*clients live in this one/,
  ],
  [
    'the namespace of a collector',
    {
      memoryMcp: { namespace: { name: 'telemetry' }, server: { otlp: { endpoint: 'http://otel.telemetry.svc:4317' } } },
    },
    /own-namespaces: memoryMcp\/Namespace\/telemetry is that of others \(traces\)/,
  ],
  [
    'clients in the namespace of another system of ours',
    { memoryMcp: {}, contextEngine: { ...engine, clients: [{ namespace: 'memory-mcp' }] } },
  ],
  [
    'two Secrets of one name in one system, both made here',
    {
      memoryMcp: {
        token: { source: 'config', secretName: 'secrets' },
        authentication: { mode: 'bearer', secret: { source: 'config', secretName: 'secrets', secretKey: 'bearer' } },
      },
      secrets: { memoryMcp: sealed('token', 'bearer') },
    },
    /^memoryMcp\.authentication\.secret\.secretName: .*memoryMcp\.token\.secretName names this Secret too/,
  ],
  [
    'the password of backups in the Secret of the bearer token',
    {
      contextEngine: {
        ...engine,
        authentication: { mode: 'bearer', secret: { source: 'config', secretName: 'shared-secret' } },
        backup: { password: { source: 'existing', secretName: 'shared-secret' } },
      },
      secrets: { contextEngine: sealed('bearer') },
    },
    /^contextEngine\.backup\.password\.secretName: .*contextEngine\.authentication\.secret\.secretName names this Secret too/,
  ],
  [
    'one entry that is token of clients and password of backups',
    {
      contextEngine: {
        ...engine,
        authentication: { mode: 'bearer', secret: { secretName: 'mine', secretKey: 'value', source: 'existing' } },
        backup: { password: { source: 'existing', secretName: 'mine', secretKey: 'value' } },
      },
    },
    /^contextEngine\.backup\.password\.secretName: .*who knows one would know both/,
  ],
  [
    'two entries of one Secret that somebody else makes',
    {
      contextEngine: {
        ...engine,
        authentication: { mode: 'bearer', secret: { secretName: 'mine', secretKey: 'bearer', source: 'existing' } },
        backup: { password: { source: 'existing', secretName: 'mine', secretKey: 'password' } },
      },
    },
  ],
  [
    'the certificate of cert-manager in the Secret of the token that a login writes',
    {
      cluster: { ingress: { certificateIssuer: { name: 'ca' } } },
      memoryMcp: {
        token: { source: 'bootstrap', secretName: 'one' },
        exposure: { kind: 'ingress', hostname: 'notes.example.org', tlsSecretName: 'one' },
        authentication: open,
      },
    },
    /^memoryMcp\.exposure\.tlsSecretName: .*memoryMcp\.token\.secretName/,
  ],
  [
    'a repository whose credentials are a Secret that is made here, beside two that share one of their own',
    {
      contextEngine: {
        ...engine,
        authentication: { mode: 'bearer', secret: { source: 'config', secretName: 'git' } },
        repositories: ['a', 'b'].map((name) => ({ source: 'git', name, url: 'https://e.org/r', secretName: 'git' })),
      },
      secrets: { contextEngine: sealed('bearer') },
    },
    /^contextEngine\.repositories\[0\]\.secretName: .*authentication\.secret\.secretName/,
    /^contextEngine\.repositories\[1\]\.secretName: .*authentication\.secret\.secretName/,
  ],
  [
    'repositories that share their credentials and a claim of somebody else',
    {
      contextEngine: {
        ...engine,
        repositories: [
          ...['a', 'b'].map((name) => ({ source: 'git', name, url: 'https://e.org/r', secretName: 'git' })),
          ...['c', 'd'].map((name) => ({ source: 'claim', name, claimName: 'checkouts', path: name })),
        ],
      },
    },
  ],
  ...['context-engine-repos', 'qdrant-storage-qdrant-0', 'context-engine-backup'].map(
    (claimName) =>
      [
        `a repository on the system's own claim ${claimName}`,
        { contextEngine: { ...engine, repositories: [{ source: 'claim', name: 'a', claimName }] } },
        /^contextEngine\.repositories\[0\]\.claimName: expected a claim of yours/,
      ] as const,
  ),
  [
    'a repository on the claim of another system in a shared namespace',
    {
      memoryMcp: { namespace: { name: 'tools', shared: true } },
      contextEngine: {
        ...engine,
        namespace: { name: 'tools', shared: true },
        repositories: [{ source: 'claim', name: 'a', claimName: 'memory-mcp-data', watch: false }],
      },
    },
    /own-claims: contextEngine\/Job\/index-a-\w+ mounts memoryMcp\/PersistentVolumeClaim\/memory-mcp-data/,
  ],
  [
    'one Secret of two systems in a shared namespace',
    {
      memoryMcp: {
        namespace: { name: 'tools', shared: true },
        authentication: { mode: 'bearer', secret: { source: 'config', secretName: 'bearer' } },
      },
      contextEngine: {
        ...engine,
        namespace: { name: 'tools', shared: true },
        authentication: { mode: 'bearer', secret: { source: 'config', secretName: 'bearer' } },
      },
      secrets: { memoryMcp: sealed('bearer'), contextEngine: sealed('bearer') },
    },
    /one-owner: contextEngine\/Secret\/bearer .*memoryMcp\.authentication\.secret\.secretName and contextEngine\.authentication\.secret\.secretName/,
  ],
  [
    'a Secret by the operator of secrets for one system, by this program for the other',
    {
      cluster: { externalSecrets: { store: 'vault' } },
      memoryMcp: {
        namespace: { name: 'tools', shared: true },
        token: { source: 'externalSecret', secretName: 'one', remoteKey: 'x' },
      },
      contextEngine: {
        ...engine,
        namespace: { name: 'tools', shared: true },
        qdrant: { apiKey: { source: 'config', secretName: 'one', secretKey: 'token', everyClientSendsIt: true } },
      },
      secrets: { contextEngine: sealed('qdrantKey') },
    },
    /one-owner: contextEngine\/Secret\/one has the same Secret tools\/one as memoryMcp\/ExternalSecret\/one/,
  ],
  [
    'an entry that the Secret of another system has not',
    {
      memoryMcp: {
        namespace: { name: 'tools', shared: true },
        authentication: { mode: 'bearer', secret: { source: 'config', secretName: 'bearer' } },
      },
      contextEngine: {
        ...engine,
        namespace: { name: 'tools', shared: true },
        backup: { password: { source: 'existing', secretName: 'bearer', secretKey: 'password' } },
      },
      secrets: { memoryMcp: sealed('bearer') },
    },
    ...['backup', 'backup-restore', 'backup-drill'].map(
      (job) => new RegExp(`held-entries: contextEngine/CronJob/context-engine-${job} reads password of Secret bearer`),
    ),
  ],
  [
    'one path of one host name',
    {
      cluster: { gateway },
      memoryMcp: { hostname: 'mcp.example.org', authentication: open },
      contextEngine: {
        ...engine,
        authentication: open,
        exposure: {
          kind: 'gateway',
          hostname: 'context.example.org',
          sseHostnames: { memory: 'mcp.example.org' },
        },
      },
    },
    /one-host: contextEngine\/HTTPRoute\/mcp-memory has the path \/ of the host name mcp\.example\.org .*memoryMcp\.hostname and contextEngine\.exposure\.sseHostnames\.memory/,
  ],
  [
    'one host name with a path for each',
    {
      cluster: { gateway },
      memoryMcp: { hostname: 'mcp.example.org', path: '/mcp', authentication: open },
      contextEngine: { ...engine, authentication: open, exposure: { kind: 'gateway', hostname: 'mcp.example.org' } },
    },
  ],
  [
    'one host name by the Gateway and by an Ingress',
    {
      cluster: { gateway, ingress: {} },
      memoryMcp: { hostname: 'mcp.example.org', path: '/mcp', authentication: open },
      contextEngine: { ...engine, authentication: open, exposure: { kind: 'ingress', hostname: 'mcp.example.org' } },
    },
    /one-host: contextEngine\/Ingress\/context-engine has the host name mcp\.example\.org, which leads to one entrance only/,
  ],
  [
    'one port of the nodes',
    {
      memoryMcp: {
        exposure: { kind: 'nodePort', port: 30806, sourceRanges: office },
        server: { allowedHosts: ['node.example.org'] },
        authentication: open,
      },
      contextEngine: { ...engine, authentication: open, exposure: { kind: 'nodePort', sourceRanges: office } },
    },
    /one-node-port: contextEngine\/Service\/mcp-indexer-http-external has the port 30806 of the nodes .*memoryMcp\.exposure\.port/,
  ],
  ...[
    [{ 'metallb.io/loadBalancerIPs': '192.0.2.7' }, true] as const,
    [{ 'kube-vip.io/loadbalancerIPs': '192.0.2.7' }, true] as const,
    [{ 'lbipam.cilium.io/ips': '192.0.2.7, 192.0.2.8' }, true] as const,
    [{ 'metallb.io/address-pool': 'public' }, false] as const,
    [{ 'metallb.io/loadBalancerIPs': '192.0.2.7', 'metallb.io/allow-shared-ip': 'mcp' }, false] as const,
  ].map(
    ([annotations, clashes]) =>
      [
        `load balancers with ${JSON.stringify(annotations)}`,
        {
          cluster: { loadBalancer: { annotations } },
          contextEngine: {
            ...engine,
            authentication: open,
            exposure: {
              kind: 'loadBalancer',
              sourceRanges: office,
              services: ['mcp-indexer-http', 'mcp-memory-http'],
            },
          },
        },
        ...(clashes
          ? Object.values(annotations)
              .flatMap((ips) => ips.split(', '))
              .map(
                (ip) =>
                  new RegExp(
                    `one-address: contextEngine/Service/mcp-memory-http-external has the address ${ip} .*cluster\\.loadBalancer`,
                  ),
              )
          : []),
      ] as const,
  ),
  [
    'an Application of the folder above that of another system',
    {
      cluster: { argocd },
      memoryMcp: { applicationPath: 'deploy/k8s/overlays/test' },
      contextEngine: engine,
    },
    /own-folders: memoryMcp\/Application\/memory-mcp syncs deploy\/k8s\/overlays\/test, which holds deploy\/k8s\/overlays\/test\/context-engine of contextEngine: see memoryMcp\.applicationPath/,
  ],
  [
    'Applications of one folder',
    {
      cluster: { argocd },
      memoryMcp: { applicationPath: 'apps/tools' },
      contextEngine: { ...engine, applicationPath: 'apps/tools' },
    },
    /own-folders: memoryMcp\/Application\/memory-mcp/,
    /own-folders: contextEngine\/Application\/context-engine/,
  ],
  [
    'the folder of the whole stack where one system is all of it',
    { cluster: { argocd }, memoryMcp: { applicationPath: 'deploy/k8s/overlays/test' } },
  ],
];

describe('what has one owner', () => {
  for (const [about, values, ...named] of cases) {
    it(`${named.length > 0 ? 'refuses' : 'leaves alone'}: ${about}`, () => {
      const found = said(values);
      assert.equal(found.length, named.length, found.join('\n'));
      for (const pattern of named)
        assert.ok(
          found.some((line) => pattern.test(line)),
          `${pattern}\n${found.join('\n')}`,
        );
    });
  }

  it('has a case for every rule about objects among each other', () => {
    const tried = new Set(cases.flatMap(([, , ...named]) => named.map(({ source }) => source.split(':')[0])));
    assert.deepEqual(
      planRules.map(({ name }) => name).filter((name) => !tried.has(name)),
      [],
    );
  });
});

describe('what has one owner, in a system that says nothing of it itself', () => {
  let checkout: MadeUpCheckout;
  const refusal = (values: Values) => {
    checkout.stack('notes', values);
    const { describedStack } = checkout.load<typeof import('../../operate/stack')>('operate/stack');
    try {
      describedStack(checkout.root, 'notes');
      return '';
    } catch (error) {
      return String(error);
    }
  };

  before(() => {
    checkout = madeUpCheckout();
  });
  after(() => checkout.remove());

  it('is refused all the same', () => {
    const instances = { a: {}, b: {} };
    assert.equal(refusal({ notebook: { instances } }), '');
    assert.match(
      refusal({ notebook: { instances }, memoryMcp: { namespace: { name: 'notebook-b' } } }),
      /notebook\.instances\.b\/Namespace\/notebook-b has the same .*memoryMcp\.namespace\.name/,
    );
    assert.match(
      refusal({ notebook: { instances }, cluster: { monitoring: { namespace: 'notebook-a' } } }),
      /notebook\.instances\.a\/Namespace\/notebook-a is the one of cluster\.monitoring\.namespace/,
    );
    const hosts = { a: { hostname: 'notes.example.org' }, b: { hostname: 'notes.example.org' } };
    assert.match(
      refusal({ notebook: { instances: hosts }, cluster: { gateway } }),
      /notebook\.instances\.b\/HTTPRoute\/notebook has the path \/ of the host name notes\.example\.org/,
    );
  });
});
