import assert from 'node:assert/strict';
import { z } from 'zod';
import { secretGate } from '../../../components/kit/parts/gate';
import {
  broughtSet,
  entryRevisions,
  entryVariable,
  gatedEntries,
  usedEntries,
  wantedSet,
} from '../../../components/kit/parts/secret-set';
import { secretObjects } from '../../../components/kit/parts/secrets';
import {
  type EntryUses,
  secretSet,
  secretSetConstraints,
  secretSetValues,
} from '../../../components/kit/settings/secret-set';
import { clusterSchema } from '../../../config/cluster';
import { broken } from '../../../config/constraint';
import { encrypted } from '../../../config/fields';

const entries = {
  openaiApiKey: {
    about: 'API key of OpenAI',
    secretKey: 'OPENAI_API_KEY',
    value: 'given',
    without: 'nothing is embedded',
  },
  postgresPassword: {
    about: 'password of PostgreSQL',
    secretKey: 'POSTGRES_PASSWORD',
    value: 'random',
    without: 'PostgreSQL does not start',
  },
  githubPat: {
    about: 'token of GitHub',
    secretKey: 'GITHUB_PAT',
    value: 'given',
    without: 'private repositories fail',
  },
} as const;
type Entry = keyof typeof entries;

const secret = ['knowledge', 'private'];
const path = ['knowledge', 'instances', 'private', 'secrets'];
const schema = secretSet(entries, 'pk-mcp-secrets', secret);
const required: EntryUses<Entry> = { openaiApiKey: 'required', postgresPassword: 'required', githubPat: 'optional' };
const cluster = clusterSchema.parse({ externalSecrets: { store: 'vault' } });
const metadata = { name: 'knowledge', namespace: 'pk-mcp-private' };

function setOf(settings: unknown, uses: EntryUses<Entry> = required) {
  return { entries, uses, settings: schema.parse(settings), path };
}

function objectsOf(settings: unknown) {
  const used = usedEntries(setOf(settings));
  return secretObjects(metadata, { secrets: wantedSet(used, secret, path) }, cluster);
}

describe('a Secret with several entries', () => {
  it('is one Secret of references to its values, without the entry that nobody names', () => {
    const { secrets } = objectsOf({ source: 'config' });
    assert.deepEqual(secrets?.object, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'pk-mcp-secrets', namespace: 'pk-mcp-private' },
      type: 'Opaque',
      stringData: {
        OPENAI_API_KEY: { secret: ['knowledge', 'private', 'openaiApiKey'] },
        POSTGRES_PASSWORD: { secret: ['knowledge', 'private', 'postgresPassword'] },
      },
    });
    assert.deepEqual(secrets?.namedBy, [...path, 'secretName']);
  });

  it('is one ExternalSecret with a key and a property for each entry', () => {
    const { secrets } = objectsOf({
      source: 'externalSecret',
      entries: {
        openaiApiKey: { remoteKey: 'pk-mcp/openai', remoteProperty: 'api_key' },
        postgresPassword: { remoteKey: 'pk-mcp/postgres', secretKey: 'password' },
      },
    });
    assert.ok(secrets?.object.kind === 'ExternalSecret');
    assert.equal(secrets.object.apiVersion, 'external-secrets.io/v1');
    const { data, refreshInterval, secretStoreRef, target } = secrets.object.spec ?? {};
    assert.deepEqual(
      [refreshInterval, secretStoreRef, target?.name],
      ['3600s', { kind: 'ClusterSecretStore', name: 'vault' }, 'pk-mcp-secrets'],
    );
    assert.deepEqual(
      data?.map(({ remoteRef, secretKey }) => [secretKey, remoteRef?.key, remoteRef?.property]),
      [
        ['OPENAI_API_KEY', 'pk-mcp/openai', 'api_key'],
        ['password', 'pk-mcp/postgres', undefined],
      ],
    );
  });

  it('is one SealedSecret with what was sealed for each entry, and as many scopes as the controller knows', () => {
    const sealedValue = 'A'.repeat(400);
    const { secrets } = objectsOf({
      source: 'sealed',
      scope: 'namespace-wide',
      entries: { openaiApiKey: { sealedValue }, postgresPassword: { sealedValue: `${sealedValue}==` } },
    });
    assert.deepEqual(secrets?.object, {
      apiVersion: 'bitnami.com/v1alpha1',
      kind: 'SealedSecret',
      metadata: {
        ...{ name: 'pk-mcp-secrets', namespace: 'pk-mcp-private' },
        annotations: { 'sealedsecrets.bitnami.com/namespace-wide': 'true' },
      },
      spec: {
        encryptedData: { OPENAI_API_KEY: sealedValue, POSTGRES_PASSWORD: `${sealedValue}==` },
        template: {
          metadata: {
            ...{ name: 'pk-mcp-secrets', namespace: 'pk-mcp-private' },
            annotations: {
              'sealedsecrets.bitnami.com/namespace-wide': 'true',
              'sealedsecrets.bitnami.com/managed': 'true',
              'sealedsecrets.bitnami.com/skip-set-owner-references': 'true',
            },
          },
          type: 'Opaque',
        },
      },
    });
    assert.match(
      schema.safeParse({ source: 'sealed', entries: { githubPat: { sealedValue: 'plain' } } }).error?.message ?? '',
      /has sealed/,
    );
  });

  it('is nothing of ours where somebody else makes it; each entry is then brought by itself', () => {
    const set = setOf({ source: 'existing', entries: { githubPat: {} } });
    assert.deepEqual(objectsOf({ source: 'existing' }), {});
    const told = broughtSet('pk-mcp-private', 'pk-mcp-private', set, usedEntries(set));
    const apply = (key: string) =>
      `kubectl -n pk-mcp-private create secret generic pk-mcp-secrets --from-file=${key}=/dev/stdin ` +
      `--dry-run=client -o yaml | kubectl -n pk-mcp-private apply --server-side --field-manager=${key} -f -`;
    assert.deepEqual(
      told.map(({ command, keys, name, without }) => [name, keys, without, command('any')]),
      [
        [
          'pk-mcp-secrets',
          [['OPENAI_API_KEY']],
          'nothing is embedded',
          `read -rs VALUE && printf %s "$VALUE" | ${apply('OPENAI_API_KEY')}`,
        ],
        [
          'pk-mcp-secrets',
          [['POSTGRES_PASSWORD']],
          'PostgreSQL does not start',
          `openssl rand -hex 32 | tr -d '\\n' | ${apply('POSTGRES_PASSWORD')}`,
        ],
        [
          'pk-mcp-secrets',
          [['GITHUB_PAT']],
          'private repositories fail',
          `read -rs VALUE && printf %s "$VALUE" | ${apply('GITHUB_PAT')}`,
        ],
      ],
    );
  });

  it('keeps a pod waiting for what it must have, and gives a container its own entries alone', () => {
    const { githubPat, openaiApiKey, postgresPassword } = usedEntries(
      setOf({ source: 'existing', entries: { githubPat: { secretKey: 'pat' } } }),
    );
    const gate = secretGate({
      image: 'any',
      namespace: 'pk-mcp-private',
      entries: gatedEntries([openaiApiKey, postgresPassword, githubPat]),
    });
    assert.deepEqual(gate.volumes[0]?.secret?.items, [
      { key: 'OPENAI_API_KEY', path: 'OPENAI_API_KEY' },
      { key: 'POSTGRES_PASSWORD', path: 'POSTGRES_PASSWORD' },
    ]);
    assert.equal(gate.volumes.length, 1);
    assert.deepEqual(
      [...entryVariable('OPENAI_API_KEY', openaiApiKey), ...entryVariable('GITHUB_PAT', githubPat)],
      [
        {
          name: 'OPENAI_API_KEY',
          valueFrom: { secretKeyRef: { name: 'pk-mcp-secrets', key: 'OPENAI_API_KEY' } },
        },
        { name: 'GITHUB_PAT', valueFrom: { secretKeyRef: { name: 'pk-mcp-secrets', key: 'pat', optional: true } } },
      ],
    );
    assert.deepEqual(entryVariable('X', undefined), []);
  });

  it('waits at one gate for entries of two Secrets', () => {
    const of = (secretName: string) => ({ source: 'existing', secretName, secretKey: 'key' }) as const;
    const { initContainers, volumes } = secretGate({
      image: 'any',
      namespace: 'search',
      entries: [
        { source: of('first.secret'), value: 'given' },
        { source: of('second'), value: 'random' },
      ],
    });
    const [gate] = initContainers;
    assert.deepEqual(
      volumes.map(({ name, secret: mounted }) => [name, mounted?.secretName]),
      [
        ['gate', 'first.secret'],
        ['gate-2', 'second'],
      ],
    );
    assert.deepEqual(
      gate?.volumeMounts?.map(({ mountPath, name }) => [name, mountPath]),
      [
        ['gate', '/gate'],
        ['gate-2', '/gate-2'],
      ],
    );
    assert.deepEqual([gate?.command?.[4], gate?.command?.[7]], ['/gate/key', '/gate-2/key']);
  });

  it('counts revisions entry by entry', () => {
    const { openaiApiKey, postgresPassword } = usedEntries(
      setOf({ source: 'config', entries: { openaiApiKey: { secretRevision: 2 } } }),
    );
    assert.deepEqual(entryRevisions([openaiApiKey, postgresPassword]), {
      'memory-fleet.dev/openai-api-key-revision': '2',
    });
    assert.deepEqual(entryRevisions([postgresPassword]), {});
  });

  const values = { openaiApiKey: encrypted, postgresPassword: encrypted };
  const local: EntryUses<Entry> = { ...required, openaiApiKey: 'unused' };
  const faults: readonly [string, unknown, EntryUses<Entry>, object | undefined, readonly string[]][] = [
    ['all is there', { source: 'config' }, required, values, []],
    ['nothing is there', { source: 'config' }, required, undefined, ['openaiApiKey', 'postgresPassword']],
    ['a named one is not there', { source: 'config', entries: { githubPat: {} } }, required, values, ['githubPat']],
    [
      'one is there that nobody names',
      { source: 'config' },
      required,
      { ...values, githubPat: encrypted },
      ['githubPat'],
    ],
    ['one is there that nothing reads', { source: 'config' }, local, values, ['openaiApiKey']],
    [
      'one is named that nothing reads',
      { source: 'existing', entries: { openaiApiKey: {} } },
      local,
      {},
      ['secrets.entries.openaiApiKey'],
    ],
    [
      'values for a Secret of somebody else',
      { source: 'existing' },
      required,
      values,
      ['openaiApiKey', 'postgresPassword'],
    ],
    [
      'two have one key',
      { source: 'existing', entries: { openaiApiKey: { secretKey: 'POSTGRES_PASSWORD' } } },
      required,
      {},
      ['secrets.entries.openaiApiKey.secretKey', 'secrets.entries.postgresPassword.secretKey'],
    ],
    [
      'the store does not know where',
      { source: 'externalSecret', entries: { openaiApiKey: { remoteKey: 'pk-mcp/openai' } } },
      required,
      {},
      ['secrets.entries.postgresPassword'],
    ],
  ];
  for (const [title, settings, uses, given, keys] of faults) {
    it(`is judged where ${title}`, () => {
      const held = secretSetValues(entries).parse(given ?? {});
      const found = broken(secretSetConstraints(setOf(settings, uses), secret, given && held, cluster), {});
      const start = /^(secrets\.)?knowledge\.(instances\.)?private\./;
      assert.deepEqual(
        found.map(({ key }) => key.replace(start, '')),
        keys,
      );
    });
  }

  it('asks for an operator where one has to make it', () => {
    const set = setOf({
      source: 'externalSecret',
      entries: { openaiApiKey: { remoteKey: 'a' }, postgresPassword: { remoteKey: 'b' } },
    });
    assert.deepEqual(broken(secretSetConstraints(set, secret, {}, cluster), {}), []);
    const [fault] = broken(secretSetConstraints(set, secret, {}, clusterSchema.parse({})), {});
    assert.match(fault?.expected ?? '', /cluster\.externalSecrets/);
  });

  it('asks for a controller where one has to unseal it, and for every sealed value', () => {
    const sealedBy = { sealedSecrets: { certificate: 'any' } };
    const set = setOf({ source: 'sealed', entries: { openaiApiKey: { sealedValue: 'A'.repeat(400) } } });
    const found = (facts: object) =>
      broken(secretSetConstraints(set, secret, {}, facts), {}).map(({ expected }) => expected);
    assert.deepEqual(found(sealedBy), ['expected sealedValue below it, for the password of PostgreSQL']);
    assert.match(found({})[0] ?? '', /cluster\.sealedSecrets/);
  });

  it('refuses the name of no entry, and a remote key where no store is read', () => {
    const wrong = (settings: unknown) =>
      z.safeParse(schema, settings).error?.issues.map(({ path: at }) => at.join('.'));
    assert.deepEqual(wrong({ source: 'existing', entries: { github: {} } }), ['entries']);
    assert.deepEqual(wrong({ source: 'config', entries: { githubPat: { remoteKey: 'x' } } }), ['entries.githubPat']);
  });
});
