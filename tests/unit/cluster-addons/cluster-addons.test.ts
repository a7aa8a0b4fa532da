import assert from 'node:assert/strict';
import { ClusterAddons } from '../../../components/cluster-addons/component';
import { describeStack, parseStack } from '../../../components/stack';
import type { SystemPlan } from '../../../components/system';
import { checkPlan } from '../../../policies/check';
import { recordRegistrations } from '../../support/engine-mocks';
import { validateObject } from '../../support/schemas';

const cluster = {
  ingress: { implementation: 'traefik' as const },
  gateway: { name: 'gw', namespace: 'edge', section: 'https', proxies: { namespace: 'edge' } },
};
const token = { secretName: 'dns', secretKey: 'token' };

function planOf(clusterAddons: object, facts: object = cluster): SystemPlan {
  const [plan] = describeStack(parseStack({ cluster: facts, clusterAddons }, 'test')).systems;
  assert.ok(plan);
  return plan;
}

/** Specs of the issuers, which are as the published schemas of cert-manager have them. */
async function specs(issuers: object, facts?: object): Promise<Record<string, unknown>> {
  const { objects } = planOf({ issuers }, facts);
  const all = Object.values(objects).map(({ object }) => object);
  await Promise.all(all.filter(({ kind }) => kind === 'ClusterIssuer').map((object) => validateObject(object)));
  return Object.fromEntries(
    all.flatMap(({ kind, metadata, spec }: { kind: string; metadata: { name: string }; spec?: unknown }) =>
      kind.endsWith('Issuer') ? [[metadata.name, spec]] : [],
    ),
  );
}

const problems = (clusterAddons: object, facts: object = cluster): string => {
  try {
    parseStack({ cluster: facts, clusterAddons }, 'test');
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('issuers of certificates', () => {
  it("ask Let's Encrypt through the ingress controller unless they are told otherwise", async () => {
    assert.deepEqual(await specs({ letsencrypt: { type: 'acme' } }), {
      letsencrypt: {
        acme: {
          server: 'https://acme-staging-v02.api.letsencrypt.org/directory',
          privateKeySecretRef: { name: 'letsencrypt-key' },
          solvers: [{ http01: { ingress: { ingressClassName: 'traefik' } } }],
        },
      },
    });
    const seed = { type: 'acme', directory: 'production', email: 'ops@fleet.dev', accountKeySecretName: 'account' };
    assert.deepEqual(await specs({ 'letsencrypt-prod': seed }), {
      'letsencrypt-prod': {
        acme: {
          server: 'https://acme-v02.api.letsencrypt.org/directory',
          email: 'ops@fleet.dev',
          privateKeySecretRef: { name: 'account' },
          solvers: [{ http01: { ingress: { ingressClassName: 'traefik' } } }],
        },
      },
    });
    const other = 'https://ca.example.org/acme/acme/directory';
    const { own } = (await specs({ own: { type: 'acme', directory: other } })) as { own: { acme: { server: string } } };
    assert.equal(own.acme.server, other);
  });

  it('answer through the Gateway at the listener with plain HTTP, or by a record in DNS', async () => {
    const solverOf = async (solver: object) => {
      const { one } = (await specs({ one: { type: 'acme', solver } })) as { one: { acme: { solvers: unknown[] } } };
      return one.acme.solvers;
    };
    const parent = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'gw', namespace: 'edge' };
    const through = { challenge: 'http01', through: 'gateway' };
    assert.deepEqual(await solverOf(through), [{ http01: { gatewayHTTPRoute: { parentRefs: [parent] } } }]);
    assert.deepEqual(await solverOf({ ...through, section: 'web' }), [
      { http01: { gatewayHTTPRoute: { parentRefs: [{ ...parent, sectionName: 'web' }] } } },
    ]);
    const reference = { name: 'dns', key: 'token' };
    const table: [object, object][] = [
      [{ provider: 'cloudflare', token }, { cloudflare: { apiTokenSecretRef: reference } }],
      [{ provider: 'digitalocean', token }, { digitalocean: { tokenSecretRef: reference } }],
      [{ provider: 'route53', region: 'eu-central-1' }, { route53: { region: 'eu-central-1' } }],
      [
        {
          ...{ provider: 'route53', region: 'eu-central-1', hostedZoneId: 'Z1' },
          ...{ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: token },
        },
        {
          route53: {
            ...{ region: 'eu-central-1', hostedZoneID: 'Z1', accessKeyID: 'AKIAIOSFODNN7EXAMPLE' },
            secretAccessKeySecretRef: reference,
          },
        },
      ],
      [
        { provider: 'rfc2136', nameserver: '192.0.2.53:53', keyName: 'acme.', key: token },
        {
          rfc2136: {
            ...{ nameserver: '192.0.2.53:53', tsigKeyName: 'acme.', tsigAlgorithm: 'HMACSHA256' },
            tsigSecretSecretRef: reference,
          },
        },
      ],
    ];
    for (const [dns, expected] of table) {
      assert.deepEqual(await solverOf({ challenge: 'dns01', dns }), [{ dns01: expected }]);
    }
  });

  it('sign by an authority of one’s own, by themselves, or by step-ca', async () => {
    const provisioner = { name: 'admin', keyId: 'N6I99', password: { secretName: 'step', secretKey: 'password' } };
    const step = { type: 'step', url: 'https://ca.step.svc', caBundle: 'LS0t', provisioner };
    assert.deepEqual(await specs({ own: { type: 'ca', secretName: 'root' }, trial: { type: 'selfSigned' }, step }), {
      own: { ca: { secretName: 'root' } },
      trial: { selfSigned: {} },
      step: {
        url: 'https://ca.step.svc',
        caBundle: 'LS0t',
        provisioner: {
          name: 'admin',
          kid: 'N6I99',
          passwordRef: { name: 'step', namespace: 'cert-manager', key: 'password' },
        },
      },
    });
  });

  it('name the Secrets that a person brings, where cert-manager reads them', () => {
    const issuers = {
      web: { type: 'acme' },
      dns: { type: 'acme', solver: { challenge: 'dns01', dns: { provider: 'cloudflare', token } } },
      own: { type: 'ca', secretName: 'root' },
    };
    const { brought = [] } = planOf({ certManager: { source: 'existing', namespace: 'certs' }, issuers }).operations;
    assert.deepEqual(
      brought.map(({ command, keys, name }) => [name, keys, command('test')]),
      [
        [
          'dns',
          [['token']],
          'read -rs VALUE && printf %s "$VALUE" | kubectl -n certs create secret generic dns --from-file=token=/dev/stdin',
        ],
        ['root', [['tls.crt', 'tls.key']], 'kubectl -n certs create secret tls root --cert=FILE --key=FILE'],
      ],
    );
  });

  it('are refused where they could issue nothing, or what nobody trusts', () => {
    const one = (issuer: object, facts?: object) => problems({ issuers: { one: issuer } }, facts);
    const acme = { type: 'acme', directory: 'production' };
    for (const email of ['me@example.org', 'me@fleet.example', 'me@fleet.invalid', 'me@host.local']) {
      assert.match(one({ ...acme, email }), /issuers\.one\.email: .*example domains/, email);
      assert.equal(one({ ...acme, directory: 'staging', email }), '');
    }
    for (const email of [undefined, 'me@fleet.dev', 'me@examples.org'])
      assert.equal(one({ ...acme, email }), '', email);
    const production = { ...cluster, production: true };
    assert.match(one({ type: 'acme' }, production), /issuers\.one\.directory: .*staging/);
    assert.match(one({ type: 'selfSigned' }, production), /issuers\.one\.type: /);
    assert.equal(one(acme, production), '');
    assert.match(one(acme, {}), /issuers\.one\.solver\.through: .*cluster\.ingress/);
    const through = (more: object) => ({ ...acme, solver: { challenge: 'http01', ...more } });
    assert.match(one(through({ through: 'gateway' }), {}), /issuers\.one\.solver\.through: .*cluster\.gateway/);
    assert.match(one(through({ section: 'web' })), /issuers\.one\.solver\.section: /);
    const route53 = { provider: 'route53', region: 'eu-central-1', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' };
    assert.match(one({ ...acme, solver: { challenge: 'dns01', dns: route53 } }), /secretAccessKey: .*set exactly/);
    assert.match(one({ ...acme, solver: { challenge: 'dns01', dns: { provider: 'cloudflare' } } }), /dns\.token/);
  });
});

describe('cert-manager', () => {
  const chart = (more: object = {}) => ({ certManager: { source: 'chart', ...more } });

  it('that is there is used as it is', () => {
    const { charts, namespace, objects } = planOf({});
    assert.deepEqual([charts, namespace, objects], [undefined, 'cert-manager', {}]);
  });

  it('is installed in a version, with definitions that stay when it goes', () => {
    const { charts = [], objects } = planOf(chart());
    assert.deepEqual(Object.keys(objects), ['namespace']);
    assert.deepEqual(charts, [
      {
        chart: 'cert-manager',
        location: 'https://charts.jetstack.io',
        version: 'v1.21.2',
        namespace: 'cert-manager',
        values: { crds: { enabled: true, keep: true }, replicaCount: 1 },
        groups: ['cert-manager.io', 'acme.cert-manager.io'],
      },
    ]);
    assert.match(problems(chart({ version: '1.x' })), /certManager\.version/);
    assert.match(problems(chart({ location: 'jetstack' })), /certManager\.location/);
  });

  it('is told what its issuers need of it', () => {
    const values = (issuers: object) => planOf({ ...chart(), issuers }).charts?.[0]?.values;
    const gateway = { type: 'acme', solver: { challenge: 'http01', through: 'gateway' } };
    assert.deepEqual(values({ gateway })?.config, { enableGatewayAPI: true });
    const provisioner = { name: 'admin', keyId: 'k', password: { secretName: 's' } };
    const step = { type: 'step', url: 'https://ca.step.svc', caBundle: 'LS0t', provisioner };
    assert.deepEqual(values({ step })?.approveSignerNames, [
      ...['issuers.cert-manager.io/*', 'clusterissuers.cert-manager.io/*'],
      'stepclusterissuers.certmanager.step.sm/*',
    ]);
  });

  it('lives in a namespace that is made, or in one that is there and is left alone', () => {
    assert.deepEqual(Object.keys(planOf(chart({ createNamespace: false })).objects), []);
    assert.match(problems(chart({ namespace: 'kube-system' })), /certManager\.namespace/);
    assert.match(problems(chart({ namespace: 'edge' })), /certManager\.namespace/);
  });

  it('breaks no rule, not on production either', () => {
    const issuers = { web: { type: 'acme', directory: 'production' } };
    const facts = { ...cluster, production: true };
    const plan = describeStack(parseStack({ cluster: facts, clusterAddons: { ...chart(), issuers } }, 'test'));
    assert.deepEqual(checkPlan(plan).violations, []);
  });
});

describe('the ClusterAddons component', () => {
  const registered = (certManager: object) =>
    recordRegistrations(
      () =>
        new ClusterAddons('addons', {
          cluster,
          settings: { certManager, issuers: { web: { type: 'acme' } } } as never,
        }),
    );

  it('installs the chart between the namespace and the issuers', async () => {
    const registrations = await registered({ source: 'chart', replicas: 2 });
    assert.deepEqual(
      registrations.map(({ type, name }) => `${type} ${name}`),
      [
        'memory-fleet:index:ClusterAddons addons',
        'kubernetes:core/v1:Namespace addons-namespace',
        'kubernetes-cert-manager:index:CertManager addons-cert-manager',
        'kubernetes:cert-manager.io/v1:ClusterIssuer addons-issuer-web',
      ],
    );
    assert.deepEqual(registrations[2]?.inputs, {
      helmOptions: {
        name: 'cert-manager',
        namespace: 'cert-manager',
        version: 'v1.21.2',
        chart: 'cert-manager',
        repositoryOpts: { repo: 'https://charts.jetstack.io' },
        createNamespace: false,
        atomic: true,
        timeout: 600,
        values: { crds: { enabled: true, keep: true }, replicaCount: 2 },
      },
    });
  });

  it('takes the chart from an OCI registry or a path, past the repository that the package would ask', async () => {
    for (const location of ['oci://quay.io/jetstack/charts/cert-manager', './charts/cert-manager-v1.21.2.tgz']) {
      const [, , release] = await registered({ source: 'chart', location });
      const { chart, repositoryOpts } = (release?.inputs.helmOptions ?? {}) as Record<string, unknown>;
      assert.deepEqual([chart, repositoryOpts], [location, { repo: '' }]);
    }
  });

  it('registers no chart where cert-manager is there', async () => {
    assert.deepEqual(
      (await registered({ source: 'existing' })).map(({ name }) => name),
      ['addons', 'addons-issuer-web'],
    );
  });
});
