import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseStack } from '../../../components/stack';
import { encrypted } from '../../../config/fields';
import { ConfigError, rawConfig } from '../../../config/parse';
import type { Problem } from '../../../config/problems';

function problemsOf(raw: Record<string, unknown>): readonly Problem[] {
  try {
    parseStack(raw, 'test');
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  assert.fail('the configuration was accepted');
}

describe('configuration', () => {
  it('accepts a system without any setting, on a cluster without any fact', () => {
    const config = parseStack({ memoryMcp: {} }, 'test');
    assert.equal(config.cluster.production, false);
    assert.equal(config.memoryMcp?.image, 'ghcr.io/butterflyskies/memory-mcp:0.17.1');
    assert.equal(config.memoryMcp?.volume.storageClass, undefined);
  });

  it('installs nothing that is not named', () => {
    assert.equal(parseStack({}, 'test').memoryMcp, undefined);
  });

  it('reports every problem at once, each with key path, value and what was expected', () => {
    const problems = problemsOf({
      cluster: { storageClass: 'Ceph_Block' },
      memoryMcp: { volume: { size: '1 GB' }, server: { maxSessions: 0, allowedHosts: ['fine.example', 'NOT fine'] } },
    });
    assert.deepEqual(
      problems.map(({ key, found }) => [key, found]),
      [
        ['cluster.storageClass', '"Ceph_Block"'],
        ['memoryMcp.volume.size', '"1 GB"'],
        ['memoryMcp.server.maxSessions', '0'],
        ['memoryMcp.server.allowedHosts[1]', '"NOT fine"'],
      ],
    );
    for (const { expected } of problems) assert.match(expected, /^expected \S/);
  });

  it('names the nearest known key for a misspelt one, at every depth', () => {
    const problems = problemsOf({ clusterr: {}, memoryMcp: { hostnme: 'x', volume: { sise: '1Gi' } } });
    const nearest = Object.fromEntries(problems.map(({ key, expected }) => [key, expected]));
    assert.match(nearest.clusterr ?? '', /nearest known key is "cluster"/);
    assert.match(nearest['memoryMcp.hostnme'] ?? '', /nearest known key is "hostname"/);
    assert.match(nearest['memoryMcp.volume.sise'] ?? '', /nearest known key is "size"/);
  });

  it('lists the known keys where none is near', () => {
    const [problem] = problemsOf({ memoryMcp: { volume: { replication: 3 } } });
    assert.match(problem?.expected ?? '', /known keys here: size, storageClass/);
  });

  it('says with which kind a key goes that another kind has', () => {
    const backup = { volume: { target: { kind: 'volume', bucket: 'b' } } };
    const problems = problemsOf({ memoryMcp: { backup, exposure: { kind: 'none', hostname: 'a.example.org' } } });
    assert.deepEqual(Object.fromEntries(problems.map(({ key, expected }) => [key, expected])), {
      'memoryMcp.backup.volume.target.bucket': 'no such key here; it goes with kind: s3',
      'memoryMcp.exposure.hostname': 'no such key here; it goes with kind: ingress',
    });
  });

  it('refuses a host name without a Gateway, together with problems elsewhere', () => {
    const keys = problemsOf({ memoryMcp: { hostname: 'memories.example', volume: { size: 'x' } } }).map(
      ({ key }) => key,
    );
    assert.deepEqual(keys.sort(), ['memoryMcp.hostname', 'memoryMcp.volume.size']);
  });

  it('refuses a required sync without a remote, which the server would answer by exiting', () => {
    assert.deepEqual(
      problemsOf({ memoryMcp: { git: { requireRemoteSync: true } } }).map(({ key }) => key),
      ['memoryMcp.git.requireRemoteSync'],
    );
  });

  it('refuses images without a version', () => {
    for (const image of ['registry.example/a', 'registry.example/a:latest', 'registry.example/a:1@sha256:12']) {
      assert.deepEqual(
        problemsOf({ memoryMcp: { image } }).map(({ key }) => key),
        ['memoryMcp.image'],
      );
    }
  });

  it('refuses a secret in plain text, without showing it', () => {
    const token = { source: 'config' };
    const problems = problemsOf({ memoryMcp: { token }, secrets: { memoryMcp: { token: 'ghp_plain' } } });
    assert.deepEqual(
      problems.map(({ key, found }) => [key, found]),
      [['secrets.memoryMcp.token', '[redacted]']],
    );
    assert.match(problems[0]?.expected ?? '', /pulumi config set --secret/);
  });

  it('wants a secret where a source names it, and nowhere else', () => {
    const keys = (raw: Record<string, unknown>) => problemsOf(raw).map(({ key }) => key);
    const bearer = { mode: 'bearer', secret: { source: 'config' } };
    const both = ['secrets.memoryMcp.token', 'secrets.memoryMcp.bearer'];
    const secrets = { memoryMcp: { token: encrypted, bearer: encrypted } };
    assert.deepEqual(keys({ memoryMcp: { token: { source: 'config' }, authentication: bearer } }), both);
    assert.deepEqual(keys({ memoryMcp: {}, secrets }), both);
    assert.deepEqual(keys({ secrets }), ['secrets.memoryMcp']);
  });

  it('says where an encrypted value belongs that is somewhere else', () => {
    const [problem] = problemsOf({ memoryMcp: {}, memoryMcpToken: encrypted });
    assert.equal(problem?.key, 'memoryMcpToken');
    assert.match(problem?.expected ?? '', /pulumi config set --secret --path memory-fleet:secrets\./);
    // Of a map with an encrypted value somewhere in it, the engine tells the program no more than that.
    for (const raw of [{ memoryMcp: encrypted }, { memoryMcp: { volume: { size: encrypted } } }]) {
      const [other] = problemsOf(raw);
      assert.match(other?.found ?? '', /^an encrypted value, or one inside of it$/);
      assert.match(other?.expected ?? '', /^expected plain text; encrypted values live in one map: `pulumi config set/);
    }
  });

  it('shows no credentials that somebody has put into a value', () => {
    for (const url of [
      'https://me:hunter2@git.example.org/a',
      'https://me:hun/ter2@x@git.example.org/a',
      'me:hunter2@git.example.org:a',
      'https://hunter2@git.example.org/a',
    ]) {
      const [problem] = problemsOf({ memoryMcp: { git: { remoteUrl: url } } });
      assert.doesNotMatch(JSON.stringify(problem), /hunter2|ter2/);
      assert.match(problem?.found ?? '', /\[redacted\]@/);
    }
    const [problem] = problemsOf({ memoryMcp: { image: 'registry:5000/a:latest@sha256:12' } });
    assert.equal(problem?.found, '"registry:5000/a:latest@sha256:12"');
  });

  it('names a key of a free map that cannot be one', () => {
    const [problem] = problemsOf({ cluster: { monitoring: { labels: { 'not a key': 'x' } } } });
    assert.equal(problem?.key, 'cluster.monitoring.labels.not a key');
    assert.match(problem?.expected ?? '', /^expected another name: a label key: letters, digits/);
  });

  it('refuses what the cluster has no means for, naming the fact that is missing', () => {
    const cases: [Record<string, unknown>, string][] = [
      [{ memoryMcp: { token: { source: 'externalSecret', remoteKey: 'k' } } }, 'memoryMcp.token.source'],
      [{ memoryMcp: { token: { source: 'bootstrap', secretKey: 'github' } } }, 'memoryMcp.token.secretKey'],
      [{ memoryMcp: { authentication: { mode: 'gateway' } } }, 'memoryMcp.authentication.mode'],
      [{ memoryMcp: { applicationPath: 'a/b' } }, 'memoryMcp.applicationPath'],
      [{ cluster: { gateway: { name: 'gw' } } }, 'cluster.gateway.proxies'],
      [{ cluster: { gateway: { name: 'gw', implementation: 'cilium' } } }, 'cluster.networkPolicies'],
      [
        { cluster: { argocd: { mode: 'shared', repoUrl: 'https://git.example/a', imageUpdater: true } } },
        'cluster.argocd.imageUpdater',
      ],
    ];
    for (const [raw, key] of cases)
      assert.deepEqual(
        problemsOf(raw).map((problem) => problem.key),
        [key],
      );
  });

  it('never shows a credential, wherever somebody put it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^ghp_[A-Za-z0-9]{20,36}$/), (token) => {
        for (const raw of [
          { memoryMcp: { token } },
          { memoryMcp: { git: { remoteUrl: `https://me:${token}@github.com/a/b` } } },
          { memoryMcp: { githubTokn: token } },
          { memoryMcp: { token: { secretName: {}, [token]: 'x'.repeat(3) } } },
        ]) {
          const shown = problemsOf(raw).map(({ found = '' }) => found);
          assert.ok(!shown.join().includes(token), shown.join());
        }
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  it('never fails other than by naming problems, whatever a stack file holds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('cluster', 'memoryMcp', 'other'), fc.jsonValue()), (raw) => {
        try {
          parseStack(raw, 'test');
        } catch (error) {
          assert.ok(error instanceof ConfigError, String(error));
          assert.ok(error.problems.length > 0);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

describe("the engine's flat configuration", () => {
  it('yields the keys of the project, structured values as data', () => {
    const all = { 'memory-fleet:memoryMcp': '{"path":"/mcp"}', 'memory-fleet:name': 'text', 'kubernetes:context': 'c' };
    assert.deepEqual(
      rawConfig(all, 'memory-fleet', () => false),
      { memoryMcp: { path: '/mcp' }, name: 'text' },
    );
  });

  it('replaces an encrypted value by a mark at once', () => {
    const raw = rawConfig({ 'memory-fleet:memoryMcp': '{"image":"x"}' }, 'memory-fleet', () => true);
    assert.deepEqual(raw, { memoryMcp: encrypted });
  });

  it('replaces each leaf of the map of secrets by that mark', () => {
    const all = { 'memory-fleet:secrets': '{"memoryMcp":{"token":"ghp_x","bearer":"y"}}' };
    assert.deepEqual(
      rawConfig(all, 'memory-fleet', () => true),
      { secrets: { memoryMcp: { token: encrypted, bearer: encrypted } } },
    );
  });

  it('leaves broken structures to the schema, which names their key', () => {
    assert.deepEqual(
      rawConfig({ 'memory-fleet:memoryMcp': '{broken' }, 'memory-fleet', () => false),
      { memoryMcp: '{broken' },
    );
  });
});
