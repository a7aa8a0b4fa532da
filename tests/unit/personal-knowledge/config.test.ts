import assert from 'node:assert/strict';
import { parseStack } from '../../../components/stack';
import { encrypted } from '../../../config/fields';
import { checkPlan } from '../../../policies/check';
import { describedInstances, facts, problems } from '../../support/unit/personal-knowledge';

function refuses(expected: RegExp, settings: object, cluster: object = facts): void {
  const found = problems({ work: settings }, cluster);
  assert.equal(found.length, 1, found.join('\n'));
  assert.match(found[0] ?? '', expected);
}

const bearer = { mode: 'bearer' };
const ingress = { kind: 'ingress', hostname: 'work.example.org' };

describe('settings of Personal Knowledge MCP', () => {
  it('need nothing but the image of an instance', () => {
    assert.deepEqual(problems({ work: {} }, {}), []);
    assert.throws(
      () => parseStack({ personalKnowledge: { instances: { work: {} } } }, 'test'),
      /personalKnowledge\.instances\.work\.image: found nothing, expected an image/,
    );
    assert.throws(() => parseStack({ personalKnowledge: { instances: {} } }, 'test'), /at least one instance/);
  });

  it('refuse a second replica and an autoscaler, and say why', () => {
    const why = /sessions, limits and jobs live in one process/;
    refuses(/^personalKnowledge\.instances\.work\.server\.replicas: expected 1/, { server: { replicas: 2 } });
    refuses(why, { server: { replicas: 3 } });
    refuses(/^personalKnowledge\.instances\.work\.server\.autoscaling\.enabled: expected false/, {
      server: { autoscaling: { enabled: true } },
    });
    refuses(why, { server: { autoscaling: { enabled: true } } });
    assert.deepEqual(problems({ work: { server: { replicas: 1, autoscaling: { enabled: false } } } }), []);
  });

  it('have no key for what no code reads', () => {
    for (const key of ['maxRetries', 'requestTimeoutSeconds', 'defaultSearchLimit', 'auditLog']) {
      refuses(/no such key/, { server: { [key]: 1 } });
    }
  });

  it('keep instances apart: no two in one namespace, and none where others live', () => {
    const both = { namespace: { name: 'knowledge' } };
    assert.deepEqual(problems({ private: both, work: both }), [
      'personalKnowledge.instances.work.namespace.name: expected another namespace than pk-mcp-private has: instances share nothing',
    ]);
    refuses(/namespace\.name: expected a namespace of its own: this one is the cluster's/, {
      namespace: { name: 'default' },
    });
    refuses(/cluster\.ingress\.controller\.namespace names this one/, { namespace: { name: 'ingress-nginx' } });
  });

  it('take names that everything made of them can have', () => {
    assert.deepEqual(problems({ ['a'.repeat(40)]: {} }), []);
    for (const name of ['a'.repeat(41), 'Work', 'work_1', '-work']) {
      assert.match(
        problems({ [name]: {} }).join(),
        /a name of lower-case letters, digits and "-", at most 40 characters/,
      );
    }
  });

  it('refuse the next generation of Chroma, and say how to get there', () => {
    refuses(/chroma\.image: expected a tag that begins with 0\.6/, {
      chroma: { image: 'docker.io/chromadb/chroma:1.0.0' },
    });
  });

  it('choose a graph by its kind, and tell who switches it on and off what takes the place of that', () => {
    for (const graph of [{ kind: 'falkordb' }, { kind: 'neo4j' }, { kind: 'none' }]) {
      assert.deepEqual(problems({ work: { graph } }), []);
    }
    for (const enabled of [true, false]) {
      refuses(
        /^personalKnowledge\.instances\.work\.graph\.kind: expected a map with kind "falkordb", "neo4j" or "none" in the place of "enabled": for true it is "falkordb", for false "none"$/,
        { graph: { enabled } },
      );
    }
    refuses(/graph\.kind: expected a map with kind "falkordb", "neo4j" or "none"$/, { graph: { kind: 'memgraph' } });
    refuses(/graph\.exporter: no such key/, { graph: { kind: 'neo4j', exporter: {} } });
  });

  it('refuse a Neo4j whose limit has no room for Java beside its heap and its page cache', () => {
    const graph = (memoryLimit: string) => ({ graph: { kind: 'neo4j', resources: { memoryLimit } } });
    refuses(
      /graph\.resources\.memoryLimit: expected at least 1Gi, and it is 1000Mi: .* or the kernel ends Neo4j/,
      graph('1000Mi'),
    );
    assert.deepEqual(problems({ work: graph('1Gi') }), []);
  });

  it('refuse a request above its limit, wherever each of them comes from', () => {
    refuses(/server\.resources\.memory: expected a memory request of at most the limit: 2Gi and 1Gi/, {
      server: { resources: { memory: '2Gi' } },
    });
    refuses(/chroma\.resources\.cpuLimit: expected a cpu request of at most the limit: 500m and 100m/, {
      chroma: { resources: { cpuLimit: '100m' } },
    });
    assert.deepEqual(problems({ work: { server: { resources: { memory: '2Gi', memoryLimit: '2Gi' } } } }), []);
  });

  it('ask for what a way in attaches to', () => {
    refuses(/exposure\.kind: expected another kind, or cluster\.ingress set/, { exposure: ingress }, {});
    refuses(
      /exposure\.kind: expected another kind, or cluster\.gateway set/,
      {
        exposure: { kind: 'gateway', hostname: 'work.example.org' },
      },
      {},
    );
    refuses(/authentication\.mode: expected "bearer" or "none"/, {
      authentication: { mode: 'gateway' },
      exposure: ingress,
    });
  });

  it('read optional entries of the Secret where they are named, and refuse those that nothing reads', () => {
    refuses(/secrets\.entries\.openaiKey: expected no such entry: nothing reads it/, {
      embedding: { provider: 'local' },
      secrets: { source: 'existing', entries: { openaiKey: {} } },
    });
    refuses(
      /secrets\.source: expected another source, or cluster\.externalSecrets set/,
      {
        embedding: { provider: 'local' },
        graph: { kind: 'none' },
        postgres: { enabled: false },
        secrets: { source: 'externalSecret' },
      },
      {},
    );
  });

  it('want an encrypted value for each entry that comes from the stack file, and none for another', () => {
    const settings = { graph: { kind: 'none' }, postgres: { enabled: false }, secrets: { source: 'config' } };
    assert.deepEqual(problems({ work: settings }, facts, {}), [
      'secrets.personalKnowledge.work.openaiKey: expected an encrypted value: set it by `pulumi config set --secret --path memory-fleet:secrets.personalKnowledge.work.openaiKey`',
    ]);
    assert.deepEqual(problems({ work: settings }, facts, { work: { openaiKey: encrypted } }), []);
    assert.match(
      problems({ work: settings }, facts, { work: { openaiKey: encrypted, graphPassword: encrypted } }).join(),
      /secrets\.personalKnowledge\.work\.graphPassword: expected no value/,
    );
    assert.match(
      problems({ work: {} }, facts, { home: { bearer: encrypted } }).join(),
      /secrets\.personalKnowledge\.home: expected no values, or personalKnowledge\.instances\.home set/,
    );
  });

  it('have nothing of another one, or of another purpose, in the store of secrets', () => {
    const only = { graph: { kind: 'none' }, postgres: { enabled: false } };
    const from = (remoteKey: string, remoteProperty?: string) => ({
      ...only,
      secrets: { source: 'externalSecret', entries: { openaiKey: { remoteKey, remoteProperty } } },
    });
    const key = (instance: string) => `personalKnowledge.instances.${instance}.secrets.entries.openaiKey.remoteKey`;
    const fault = (instance: string, other: string) =>
      `${key(instance)}: expected another key or property of the store than ${key(other)} has: who knows one would know both`;
    const shared = { private: from('pk/openai', 'key'), work: from('pk/openai', 'key'), public: from('pk/public') };
    assert.deepEqual(problems(shared), [fault('work', 'private')]);
    assert.deepEqual(problems({ ...shared, work: from('pk/openai', 'work') }), []);
    assert.deepEqual(problems({ ...shared, work: from('pk/openai') }), []);
    // What nothing reads is no secret.
    const alone = { ...only, embedding: { provider: 'local' } };
    assert.deepEqual(problems({ private: alone, work: from('pk/openai', 'key') }), []);
    const secret = { source: 'externalSecret', remoteKey: 'pk/openai', remoteProperty: 'key' };
    assert.deepEqual(problems({ work: { ...from('pk/openai', 'key'), authentication: { mode: 'bearer', secret } } }), [
      `personalKnowledge.instances.work.authentication.secret.remoteKey: expected another key or property of the store than ${key('work')} has: who knows one would know both`,
    ]);
    const other = { ...from('pk/work', 'key'), authentication: { mode: 'bearer', secret } };
    assert.match(
      problems({ private: from('pk/openai', 'key'), work: other }).join(),
      /work\.authentication\.secret\.remoteKey/,
    );
  });

  it('let no Secret serve two purposes', () => {
    refuses(/another Secret or entry than/, {
      authentication: {
        ...bearer,
        secret: { source: 'existing', secretName: 'pk-mcp-secrets', secretKey: 'OPENAI_API_KEY' },
      },
    });
  });

  it('refuse an instance on a production stack that everybody who reaches it may use', () => {
    const cluster = { ...facts, production: true, name: 'production' };
    const production = parseStack({ cluster }, 'production').cluster;
    const rulesOf = (settings: object) => {
      const instances = { work: { imageUnpinnedReason: 'no registry here', ...settings } };
      const systems = Object.values(describedInstances(instances, cluster));
      return checkPlan({ cluster: production, systems }).violations.map(({ rule }) => rule);
    };
    assert.deepEqual([...new Set(rulesOf({ exposure: ingress }))], ['guarded-routes']);
    assert.deepEqual(rulesOf({ exposure: ingress, authentication: bearer }), []);
  });
});
