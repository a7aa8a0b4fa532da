import assert from 'node:assert/strict';
import { clientAffinity } from '../../../components/kit/objects/backend-traffic-policy';
import { httpRoute } from '../../../components/kit/objects/http-route';
import { ingress } from '../../../components/kit/objects/ingress';
import { prefixMiddleware } from '../../../components/kit/objects/ingress-traefik';
import {
  clusterIpService,
  headlessService,
  loadBalancerService,
  nodePortService,
} from '../../../components/kit/objects/service';
import { clusterSchema } from '../../../config/cluster';
import { validateObject } from '../../support/schemas';

const metadata = { name: 'thing', namespace: 'ns' };
const hostname = 'thing.example';

describe('an Ingress', () => {
  const rules = [
    { path: '/mcp-http/memory', replaceBy: '/', backend: { name: 'memory-http', port: 8002 } },
    { path: '/qdrant', replaceBy: '/', backend: { name: 'qdrant', port: 6333 } },
  ];
  const whole = { path: '/', backend: { name: 'memory', port: 8000 } };
  const described = (change: object = {}, facts: object = {}) => {
    const cluster = clusterSchema.parse({ ingress: facts });
    assert.ok(cluster.ingress);
    return ingress({ metadata, ingress: cluster.ingress, hostname, rules, ...change }).object;
  };
  const nginx = (object: ReturnType<typeof described>, name: string) =>
    object.metadata.annotations?.[`nginx.ingress.kubernetes.io/${name}`];
  const pathsOf = (object: ReturnType<typeof described>) => object.spec?.rules?.[0]?.http?.paths ?? [];

  it('leads each prefix to its Service and takes the prefix off', async () => {
    const object = described();
    await validateObject(object);
    assert.deepEqual(
      pathsOf(object).map(({ path, pathType, backend }) => [path, pathType, backend.service?.port?.number]),
      [
        ['/mcp-http/memory(/|$)(.*)', 'ImplementationSpecific', 8002],
        ['/qdrant(/|$)(.*)', 'ImplementationSpecific', 6333],
      ],
    );
    assert.deepEqual([nginx(object, 'use-regex'), nginx(object, 'rewrite-target')], ['true', '/$2']);
  });

  it('keeps what follows the prefix as the path, and nothing that only begins like it', () => {
    const [path = ''] = pathsOf(described()).map((each) => each.path);
    const left = (asked: string) => new RegExp(`^${path}`).exec(asked)?.[2];
    assert.equal(left('/mcp-http/memory/mcp'), 'mcp');
    assert.equal(left('/mcp-http/memory'), '');
    assert.equal(left('/mcp-http/memory2/mcp'), undefined);
  });

  it('gives a whole host to a server without touching its paths', () => {
    const object = described({ rules: [whole] });
    assert.deepEqual(pathsOf(object)[0]?.path, '/');
    assert.deepEqual(pathsOf(object)[0]?.pathType, 'Prefix');
    assert.equal(nginx(object, 'rewrite-target'), undefined);
  });

  it('lets the whole host be one of several paths, which keep the same rewrite', () => {
    const [, rest] = pathsOf(described({ rules: [rules[0], whole] }));
    assert.equal(new RegExp(`^${rest?.path}`).exec('/messages/')?.[2], 'messages/');
  });

  it('leads to one path of a server as it is', () => {
    const object = described({ rules: [{ ...whole, path: '/mcp' }] });
    assert.deepEqual(
      pathsOf(object).map(({ path, pathType }) => [path, pathType]),
      [['/mcp', 'Prefix']],
    );
    assert.equal(nginx(object, 'use-regex'), undefined);
  });

  it('throws where one path is to be replaced and another is not, which one rewrite cannot do', () => {
    assert.throws(() => described({ rules: [rules[0], { ...whole, path: '/raw' }] }), /Ingress thing/);
    assert.throws(() => described({ rules: [{ ...rules[0], replaceBy: '/api' }] }), /Ingress thing/);
  });

  it('leaves streams open and unbuffered, and every client on its pod', () => {
    const object = described();
    assert.equal(nginx(object, 'proxy-read-timeout'), '3600');
    assert.equal(nginx(object, 'proxy-send-timeout'), '3600');
    assert.equal(nginx(object, 'proxy-buffering'), 'off');
    assert.equal(nginx(object, 'upstream-hash-by'), '$remote_addr');
    assert.equal(nginx(object, 'proxy-body-size'), '100m');
  });

  it('leads to exactly one path where that is asked for, and to everything below another', () => {
    const seed = [
      { path: '/health', isExact: true, backend: whole.backend },
      { path: '/api/v1', backend: whole.backend },
    ];
    for (const implementation of ['nginx', 'traefik']) {
      assert.deepEqual(
        pathsOf(described({ rules: seed }, { implementation })).map(({ path, pathType }) => [path, pathType]),
        [
          ['/health', 'Exact'],
          ['/api/v1', 'Prefix'],
        ],
      );
    }
    const exact = { path: '/health', isExact: true, replaceBy: '/', backend: whole.backend };
    assert.throws(() => described({ rules: [exact] }), /Ingress thing/);
  });

  it('of another controller has the annotations of the cluster facts, and takes no prefix off', () => {
    const facts = {
      implementation: 'other',
      className: 'contour',
      controller: { namespace: 'contour', labels: { app: 'envoy' } },
      annotations: { 'projectcontour.io/response-timeout': 'infinity' },
    };
    const object = described({ rules: [whole], tlsSecret: 'tls' }, facts);
    assert.deepEqual(object.metadata.annotations, facts.annotations);
    assert.deepEqual([object.spec?.ingressClassName, pathsOf(object)[0]?.pathType], ['contour', 'Prefix']);
    assert.throws(() => described({}, facts), /Ingress thing/);
    const { error } = clusterSchema.safeParse({ ingress: { implementation: 'other' } });
    assert.deepEqual(
      error?.issues.map(({ path }) => path.join('.')),
      ['ingress.className', 'ingress.controller.namespace', 'ingress.controller.labels'],
    );
    const added = described({}, { annotations: { 'example.org/a': 'b' } }).metadata.annotations ?? {};
    assert.equal(added['example.org/a'], 'b');
  });

  it('has the time of streams and the size of bodies from the server', () => {
    const object = described({ traffic: { silenceSeconds: 7200, bodyBytes: 102_400 } });
    assert.deepEqual(
      ['proxy-read-timeout', 'proxy-send-timeout', 'proxy-body-size', 'proxy-buffering'].map((key) =>
        nginx(object, key),
      ),
      ['7200', '7200', '102400', 'off'],
    );
  });

  it('speaks TLS by a Secret, which an issuer of the cluster may make', () => {
    const issuer = (object: ReturnType<typeof described>) =>
      Object.entries(object.metadata.annotations ?? {}).filter(([key]) => key.startsWith('cert-manager'));
    const plain = described();
    assert.equal(plain.spec?.tls, undefined);
    assert.equal(nginx(plain, 'ssl-redirect'), 'false');
    const existing = described({ tlsSecret: 'tls' });
    assert.deepEqual(existing.spec?.tls, [{ hosts: [hostname], secretName: 'tls' }]);
    assert.equal(nginx(existing, 'ssl-redirect'), 'true');
    assert.deepEqual(issuer(existing), []);
    const made = (kind: string) => issuer(described({ tlsSecret: 'tls', issuer: { name: 'ca', kind } }));
    assert.deepEqual(made('ClusterIssuer'), [['cert-manager.io/cluster-issuer', 'ca']]);
    assert.deepEqual(made('Issuer'), [['cert-manager.io/issuer', 'ca']]);
    assert.deepEqual(made('StepClusterIssuer'), [
      ['cert-manager.io/issuer', 'ca'],
      ['cert-manager.io/issuer-kind', 'StepClusterIssuer'],
      ['cert-manager.io/issuer-group', 'certmanager.step.sm'],
    ]);
    assert.deepEqual(issuer(described({ issuer: { name: 'ca', kind: 'Issuer' } })), [], 'nothing to make without TLS');
  });
});

describe('an Ingress of Traefik', () => {
  const rules = ['/mcp/memory', '/mcp/memory/old', '/qdrant'].map((path) => ({
    ...{ path, replaceBy: '/' },
    backend: { name: 'thing', port: 80 },
  }));
  const described = (change: object = {}, facts: object = {}) => {
    const cluster = clusterSchema.parse({ ingress: { implementation: 'traefik', ...facts } });
    assert.ok(cluster.ingress);
    return ingress({ metadata, ingress: cluster.ingress, hostname, rules, ...change }).object;
  };
  /** Annotations by the names that Traefik's provider of Ingresses reads (RouterIng in its annotations.go, 3.6). */
  const router = ({ metadata: { annotations = {} } }: ReturnType<typeof described>) =>
    Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [
        key.replace('traefik.ingress.kubernetes.io/router.', ''),
        value,
      ]),
    );

  it('is reached by TLS alone, and takes prefixes off by a middleware of its namespace', async () => {
    const object = described({ tlsSecret: 'tls', issuer: { name: 'ca', kind: 'ClusterIssuer' } });
    await validateObject(object);
    assert.deepEqual(router(object), {
      'cert-manager.io/cluster-issuer': 'ca',
      entrypoints: 'websecure',
      tls: 'true',
      middlewares: 'ns-thing-prefixes@kubernetescrd',
    });
    assert.equal(object.spec?.ingressClassName, 'traefik');
    assert.deepEqual(
      object.spec?.rules?.[0]?.http?.paths.map(({ path, pathType }) => `${pathType} ${path}`),
      ['Prefix /mcp/memory', 'Prefix /mcp/memory/old', 'Prefix /qdrant'],
    );
    const middleware = prefixMiddleware(metadata, rules)?.object;
    assert.ok(middleware);
    await validateObject(middleware);
    assert.deepEqual([middleware.metadata.name, middleware.metadata.namespace], ['thing-prefixes', 'ns']);
    // Traefik takes off the first that fits.
    assert.deepEqual(middleware.spec.stripPrefix?.prefixes, ['/mcp/memory/old', '/mcp/memory', '/qdrant']);
  });

  it('has no middleware where paths are left as they are', () => {
    const whole = [{ path: '/', backend: { name: 'thing', port: 80 } }];
    assert.deepEqual(router(described({ rules: whole }, { entryPoint: 'mcp' })), { entrypoints: 'mcp', tls: 'true' });
    assert.equal(prefixMiddleware(metadata, whole), undefined);
    assert.equal(prefixMiddleware(metadata, [{ ...whole[0], path: '/', replaceBy: '/' } as never]), undefined);
  });

  it('is served by other pods and another class than those of ingress-nginx, unless facts say otherwise', () => {
    const facts = (ingressFacts: object) => clusterSchema.parse({ ingress: ingressFacts }).ingress;
    assert.deepEqual(facts({})?.controller.namespace, 'ingress-nginx');
    assert.deepEqual(facts({ implementation: 'traefik' })?.controller, {
      namespace: 'traefik',
      labels: { 'app.kubernetes.io/name': 'traefik' },
    });
    const k3s = facts({ implementation: 'traefik', className: 'edge', controller: { namespace: 'kube-system' } });
    assert.deepEqual([k3s?.className, k3s?.controller.namespace], ['edge', 'kube-system']);
    assert.deepEqual(k3s?.controller.labels, { 'app.kubernetes.io/name': 'traefik' });
  });
});

describe('an HTTPRoute', () => {
  const cluster = clusterSchema.parse({ gateway: { name: 'gw', proxies: { namespace: 'gateways' } } });
  assert.ok(cluster.gateway);
  const { object } = httpRoute({
    metadata,
    gateway: cluster.gateway,
    hostname,
    rules: [
      { path: '/mcp/memory', backend: { name: 'memory', port: 8000 }, replaceBy: '/' },
      { path: '/raw', backend: { name: 'raw', port: 80 } },
    ],
  });

  it('has a rule for each path, which replaces the prefix where it is told to', async () => {
    await validateObject(object);
    assert.deepEqual(
      object.spec?.rules?.map(({ filters }) => filters?.map(({ urlRewrite }) => urlRewrite?.path)),
      [[{ type: 'ReplacePrefixMatch', replacePrefixMatch: '/' }], undefined],
    );
  });

  it('keeps clients on their pods by a policy of Envoy Gateway', async () => {
    const policy = clientAffinity(metadata).object;
    await validateObject(policy);
    assert.equal(policy.spec?.targetRefs?.[0]?.name, object.metadata.name);
  });
});

describe('a Service within the cluster', () => {
  const args = {
    metadata,
    selector: { app: 'thing' },
    ports: [{ name: 'http', port: 80, targetPort: 8080, appProtocol: 'http' as const }],
  };

  it('leads a port to a port of the pods, and to any of them', async () => {
    const { object } = clusterIpService(args);
    await validateObject(object);
    assert.deepEqual(object.spec, {
      type: 'ClusterIP',
      selector: { app: 'thing' },
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP', appProtocol: 'http' }],
    });
  });

  it('keeps a client on its pod where sessions live there', async () => {
    const { object } = clusterIpService({ ...args, sticky: true });
    await validateObject(object);
    assert.equal(object.spec?.sessionAffinity, 'ClientIP');
    assert.equal(object.spec?.sessionAffinityConfig?.clientIP?.timeoutSeconds, 3 * 3600);
  });

  it('without an address names pods before they are ready, so that they find each other', async () => {
    const { object } = headlessService(args);
    await validateObject(object);
    assert.deepEqual([object.spec?.clusterIP, object.spec?.publishNotReadyAddresses], ['None', true]);
  });
});

describe('a Service that is reached from outside', () => {
  const args = {
    metadata,
    selector: { app: 'thing' },
    ports: [{ name: 'http', port: 8000, targetPort: 8081, nodePort: 30800 }],
  };

  it('keeps the address of the client, and the client on its pod', async () => {
    for (const { object } of [nodePortService(args), loadBalancerService(args, [], clusterSchema.parse({}))]) {
      await validateObject(object);
      assert.equal(object.spec?.externalTrafficPolicy, 'Local');
      assert.equal(object.spec?.sessionAffinity, 'ClientIP');
      assert.deepEqual(object.spec?.ports, [
        { name: 'http', port: 8000, targetPort: 8081, protocol: 'TCP', nodePort: 30800 },
      ]);
    }
  });

  it('says to a load balancer who may come in, and by what class and from which pool its address is', () => {
    const annotations = { 'example.org/pool': 'internal' };
    const cluster = clusterSchema.parse({ loadBalancer: { className: 'example.org/internal', annotations } });
    const { object } = loadBalancerService(args, ['192.0.2.0/24'], cluster);
    assert.deepEqual(object.spec?.loadBalancerSourceRanges, ['192.0.2.0/24']);
    assert.equal(object.spec?.loadBalancerClass, 'example.org/internal');
    assert.deepEqual(object.metadata.annotations, annotations);
  });

  it('is another Service under another class, which nobody may change', () => {
    const nameUnder = (className?: string) =>
      loadBalancerService(args, [], clusterSchema.parse({ loadBalancer: { className } })).object.metadata.name;
    assert.equal(nameUnder(), args.metadata.name);
    const names = [nameUnder(), nameUnder('example.org/internal'), nameUnder('example.org/public')];
    assert.equal(new Set(names).size, 3);
  });
});
