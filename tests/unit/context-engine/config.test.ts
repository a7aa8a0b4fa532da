import assert from 'node:assert/strict';
import { parseStack } from '../../../components/stack';
import { encrypted } from '../../../config/fields';
import { ConfigError } from '../../../config/parse';
import { facts, image } from '../../support/unit/context-engine';

/** The problems of a configuration, as `key: what was expected`. */
function problems(contextEngine: object, cluster: object = facts, secrets: object = {}): string[] {
  try {
    parseStack({ cluster, contextEngine: { image, ...contextEngine }, secrets: { contextEngine: secrets } }, 'test');
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map(({ key, expected }) => `${key}: ${expected}`);
  }
}

function refuses(expected: RegExp, contextEngine: object, cluster: object = facts, secrets: object = {}): void {
  const found = problems(contextEngine, cluster, secrets);
  assert.equal(found.length, 1, found.join('\n'));
  assert.match(found[0] ?? '', expected);
}

const git = { source: 'git', name: 'backend', url: 'https://git.example.org/backend' };

describe('settings of Context Engine', () => {
  it('need nothing but an image, and a class of volumes that several nodes mount', () => {
    assert.deepEqual(problems({}), []);
  });

  it('say where the image comes from when there is none', () => {
    assert.throws(
      () => parseStack({ cluster: facts, contextEngine: {} }, 'test'),
      /contextEngine\.image: found nothing/,
    );
  });

  it('demand shared volumes or the single-node layout, and name both keys', () => {
    refuses(/^cluster\.sharedStorageClass: .*ReadWriteMany.*contextEngine\.layout "single-node"/, {}, {});
    assert.deepEqual(problems({ layout: 'single-node' }, {}), []);
    const volumes = { storageClass: 'own' };
    assert.deepEqual(problems({ volumes: { repositories: volumes, metadata: volumes, models: volumes } }, {}), []);
  });

  it('keep the replicas of a single node at one', () => {
    refuses(/maxReplicas: expected 1 in layout "single-node"/, {
      layout: 'single-node',
      indexer: { autoscaling: { maxReplicas: 2 } },
    });
  });

  it('refuse fewer most replicas than fewest', () => {
    refuses(/minReplicas: expected at most 2/, { indexer: { autoscaling: { minReplicas: 3, maxReplicas: 2 } } });
  });

  it('refuse several replicas behind a Gateway that scatters sessions', () => {
    const gateway = { name: 'public', proxies: { namespace: 'gateways' } };
    const exposure = { kind: 'gateway', hostname: 'context.example' };
    refuses(
      /maxReplicas: expected 1, or a Gateway whose implementation is "envoy-gateway"/,
      { exposure, indexer: { autoscaling: { maxReplicas: 3 } } },
      { ...facts, gateway },
    );
    assert.deepEqual(problems({ exposure }, { ...facts, gateway }), []);
  });

  it('refuse a Context Engine without any server', () => {
    const off = { sse: false, http: false };
    refuses(/indexer\.sse: expected true/, { memory: off, indexer: off });
  });

  it('refuse an image of Qdrant that runs as root', () => {
    refuses(/qdrant\.image: expected a tag that ends in -unprivileged/, {
      qdrant: { image: 'docker.io/qdrant/qdrant:v1.15.4' },
    });
  });

  it('refuse a quota of a namespace that others live in', () => {
    refuses(/quota: expected none, or namespace\.shared false/, { namespace: { shared: true }, quota: { pods: 9 } });
  });

  it('refuse a range of limits that the API server would, or that binds others too', () => {
    const range = { default: { cpu: '500m' }, defaultRequest: { cpu: '1' } };
    refuses(/containerLimits\.defaultRequest\.cpu: .*at most default\.cpu, which is 500m/, { containerLimits: range });
    const bounds = { min: { memory: '1Gi' }, max: { memory: '512Mi' } };
    refuses(/containerLimits\.min\.memory: .*at most max\.memory, which is 512Mi/, { containerLimits: bounds });
    const shared = { namespace: { shared: true }, containerLimits: { max: { cpu: '4' } } };
    refuses(/containerLimits: expected none, or namespace\.shared false/, shared);
  });

  it('refuse a path of an Application that there is not', () => {
    refuses(/applicationPath: expected no path, or cluster\.argocd/, { applicationPath: 'somewhere' });
  });
});

describe('the API key of Qdrant', () => {
  const apiKey = { source: 'existing' };

  it('is refused with the reason while the watcher of a repository would send none', () => {
    refuses(/apiKey\.everyClientSendsIt: .*upstream's watcher sends no key/, {
      qdrant: { apiKey },
      repositories: [git],
    });
  });

  it('is fine with an image that sends it, or where nothing is watched', () => {
    const watched = { qdrant: { apiKey: { ...apiKey, everyClientSendsIt: true } }, repositories: [git] };
    assert.deepEqual(problems(watched), []);
    assert.deepEqual(problems({ qdrant: { apiKey }, repositories: [{ ...git, watch: false }] }), []);
  });

  it('comes from the encrypted configuration only where that has it', () => {
    const qdrant = { apiKey: { source: 'config' } };
    refuses(/^secrets\.contextEngine\.qdrantKey: expected an encrypted value/, { qdrant });
    assert.deepEqual(problems({ qdrant }, facts, { qdrantKey: encrypted }), []);
    refuses(/^secrets\.contextEngine\.qdrantKey: expected no value/, {}, facts, { qdrantKey: encrypted });
  });

  it('comes from a store only where there is one', () => {
    const qdrant = { apiKey: { source: 'externalSecret', remoteKey: 'qdrant' } };
    refuses(/qdrant\.apiKey\.source: expected another source/, { qdrant });
  });
});

describe('repositories', () => {
  it('have names of their own', () => {
    refuses(/repositories\[1\]\.name: expected a name that no other repository has/, { repositories: [git, git] });
  });

  it('are cloned by https or ssh, without credentials in the URL', () => {
    const withUrl = (url: string) => problems({ repositories: [{ ...git, url }] });
    assert.deepEqual(withUrl('ssh://git@git.example.org/backend'), []);
    for (const url of ['http://git.example.org/x', 'https://me:secret@git.example.org/x', 'git@git.example.org:x']) {
      assert.equal(withUrl(url).length, 1, url);
    }
  });

  it('never have an option for a reference', () => {
    assert.equal(problems({ repositories: [{ ...git, ref: '--upload-pack=x' }] }).length, 1);
  });
});

describe('the exposure', () => {
  const hosted = { kind: 'ingress', hostname: 'context.example' };

  it('needs what it is made of', () => {
    const { ingress: _, gateway: __, ...bare } = facts;
    refuses(/exposure\.kind: expected another kind, or cluster\.ingress/, { exposure: hosted }, bare);
    refuses(
      /exposure\.kind: expected another kind, or cluster\.gateway/,
      { exposure: { ...hosted, kind: 'gateway' } },
      bare,
    );
  });

  it('by ports of the nodes names the networks that may come in', () => {
    refuses(/exposure\.sourceRanges: expected/, { exposure: { kind: 'nodePort' } });
    refuses(/exposure\.sourceRanges: expected at least one network/, {
      exposure: { kind: 'nodePort', sourceRanges: [] },
    });
  });

  it('is part of the preset "full"', () => {
    refuses(/exposure\.kind: .*preset "full"/, { preset: 'full' });
  });

  it('is of something that runs', () => {
    refuses(/exposure\.services\[0\]: expected a Service that runs/, {
      preset: 'core',
      exposure: { kind: 'nodePort', sourceRanges: ['10.0.0.0/8'], services: ['mcp-memory-http', 'mcp-memory'] },
    });
  });

  it('of an SSE flavour is by a host name of its own', () => {
    refuses(/sseHostnames\.memory: .*\/messages\//, {
      exposure: { ...hosted, services: ['mcp-memory', 'mcp-indexer-http'] },
    });
    refuses(/sseHostnames\.indexer: expected a host name that nothing else here has/, {
      exposure: { ...hosted, sseHostnames: { indexer: 'context.example' } },
    });
    refuses(/sseHostnames\.memory: expected none, or memory\.sse true/, {
      memory: { sse: false },
      exposure: { ...hosted, sseHostnames: { memory: 'memory.example' } },
    });
  });

  it('is of at least one Service', () => {
    refuses(/exposure\.kind: expected at least one Service/, { preset: 'core', exposure: hosted });
  });

  it('asks for API keys only where a Gateway can', () => {
    const authentication = { mode: 'gateway' };
    refuses(/authentication\.mode: expected "bearer" or "none"/, { authentication, exposure: hosted });
    assert.deepEqual(problems({ authentication, exposure: { ...hosted, kind: 'gateway' } }), []);
  });

  it('has one replica behind Traefik, which keeps nobody on theirs without a cookie', () => {
    const traefik = { ...facts, ingress: { implementation: 'traefik' } };
    assert.deepEqual(problems({ exposure: hosted }, traefik), []);
    const several = { exposure: hosted, indexer: { autoscaling: { maxReplicas: 2 } } };
    refuses(/maxReplicas: expected 1, .*or ingress-nginx/, several, traefik);
    assert.deepEqual(problems(several), []);
  });

  it('lets no token travel by plain HTTP, which a route without a listener attaches to', () => {
    const exposure = { ...hosted, kind: 'gateway' };
    const by = (gateway: object, mode = 'bearer') =>
      problems(
        { authentication: { mode }, exposure },
        { ...facts, gateway: { ...facts.gateway, section: undefined, ...gateway } },
      );
    for (const mode of ['bearer', 'gateway']) {
      assert.match(by({}, mode).join(), /^cluster\.gateway\.section: expected the listener with HTTPS/);
      assert.deepEqual(by({ section: 'https' }, mode), []);
      assert.deepEqual(by({ tlsOnly: true }, mode), []);
    }
    const inside = { name: 'inside', namespace: 'gateways' };
    const found = by({ section: 'https', additional: [{ section: 'wide' }, inside] });
    assert.equal(found.length, 1);
    assert.match(found[0] ?? '', /^cluster\.gateway\.additional\[1\]\.section: expected the listener with HTTPS/);
    const { section: _, ...unnamed } = facts.gateway;
    assert.deepEqual(problems({ exposure }, { ...facts, gateway: unnamed }), []);
  });

  it('has ports of the nodes of those that the cluster gives out, where they are opened', () => {
    const exposure = { kind: 'nodePort', sourceRanges: ['10.0.0.0/8'], services: ['mcp-indexer-http'] };
    const ports = (own: object, cluster: object = facts) =>
      problems({ exposure: { ...exposure, ports: own } }, cluster);
    assert.deepEqual(ports({ 'mcp-indexer-http': 32_000, qdrant: 80 }), []);
    assert.match(ports({ 'mcp-indexer-http': 29_999 }).join(), /exposure\.ports\.mcp-indexer-http: .*30000 to 32767/);
    const nodePorts = { first: 20_000, last: 22_767 };
    assert.deepEqual(ports({ 'mcp-indexer-http': 22_767 }, { ...facts, nodePorts }), []);
    assert.match(ports({}, { ...facts, nodePorts }).join(), /ports\.mcp-indexer-http: .*20000 to 22767/);
  });

  it('has certificates for SSE host names where there are such, and one for all only where nobody makes it', () => {
    const by = (own: object, ingress: object = {}) =>
      problems({ exposure: { ...hosted, kind: 'ingress', ...own } }, { ...facts, ingress });
    const sseHostnames = { memory: 'memory.example', indexer: 'indexer.example' };
    const one = { tlsSecretName: 'wildcard', sseTlsSecretNames: { memory: 'wildcard', indexer: 'wildcard' } };
    assert.deepEqual(by({ ...one, sseHostnames }), []);
    assert.match(
      by({ ...one, sseHostnames: {} }).join(),
      /sseTlsSecretNames\.memory: expected none, or exposure\.sseHostnames\.memory set/,
    );
    const issued = by({ ...one, sseHostnames }, { certificateIssuer: { name: 'ca' } });
    assert.equal(issued.length, 3, 'each two of the three');
    assert.match(issued.join(), /only one may make it/);
  });
});

describe('a model in parts', () => {
  const url = 'https://huggingface.co/a/b/resolve/main/Qwen-00001-of-00003.gguf';
  const file = 'mine-00001-of-00003.gguf';
  const sums = ['a', 'b', 'c'].map((letter) => letter.repeat(64));
  const ofModel = (model: object) => problems({ llamacpp: { model } });

  it('is named by its first part, on the volume as well', () => {
    assert.deepEqual(ofModel({ url, file, partsSha256: sums }), []);
    assert.deepEqual(ofModel({ url: `${url}?download=true`, file }), []);
    assert.match(ofModel({ url }).join(), /model\.file: expected a name that ends in -00001-of-00003\.gguf/);
    assert.match(ofModel({ url, file: 'a-00001-of-00002.gguf' }).join(), /model\.file: expected a name that ends in/);
    assert.match(ofModel({ url, file: 'a-00002-of-00003.gguf' }).join(), /model\.file: expected a name that ends in/);
    assert.match(ofModel({ file }).join(), /model\.file: expected a name without the number of a part/);
    assert.match(
      ofModel({ url: url.replace('00001', '00002'), file }).join(),
      /model\.url: expected the URL of the first part, Qwen-00001-of-00003\.gguf/,
    );
    assert.match(ofModel({ url: url.replace('00003', '99999'), file }).join(), /model\.url: .* at most 200/);
  });

  it('has one checksum for each part, or none', () => {
    assert.match(ofModel({ url, file, sha256: sums[0] }).join(), /model\.sha256: expected none, and partsSha256/);
    assert.match(ofModel({ url, file, partsSha256: sums.slice(1) }).join(), /model\.partsSha256: expected 3 checksums/);
    assert.match(ofModel({ partsSha256: sums }).join(), /model\.partsSha256: expected none, and sha256/);
  });
});

it('a name of a Secret that a longer one comes of leaves room for it', () => {
  const exposure = (own: object) => ({
    exposure: { kind: 'ingress', hostname: 'context.example', sseHostnames: { indexer: 'sse.example' }, ...own },
  });
  const [fits, long] = [241, 242].map((length) => `${'a'.repeat(60)}.`.repeat(3).concat('b'.repeat(length - 183)));
  assert.deepEqual(problems(exposure({ tlsSecretName: fits })), []);
  assert.match(
    problems(exposure({ tlsSecretName: long })).join(),
    /sseTlsSecretNames\.indexer: expected a name of its own/,
  );
  assert.deepEqual(problems(exposure({ tlsSecretName: long, sseTlsSecretNames: { indexer: 'a' } })), []);
});
