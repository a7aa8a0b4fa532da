import assert from 'node:assert/strict';
import { join } from 'node:path';
import { needsOf } from '../../components/needs';
import { engineObject } from '../../components/register/written';
import { describeStack, parseStack } from '../../components/stack';
import type { Plan } from '../../components/system';
import { encrypted } from '../../config/fields';
import { loadStack } from '../../operate/stack-file';
import { checkPlan } from '../../policies/check';

const projectDir = join(__dirname, '..', '..');
const image = 'registry.team.example/engine:1';

/** What a person has to bring, written by hand from the docs of each part; and the workloads that `up` cannot wait for. */
interface Expected {
  readonly needs: readonly string[];
  readonly notAwaited: readonly string[];
}

const qdrantAndItsUsers = ['qdrant', 'mcp-indexer', 'mcp-indexer-http', 'mcp-memory', 'mcp-memory-http'];

const stacks: Readonly<Record<string, Expected>> = {
  goddess: {
    needs: [
      'Secret memory-mcp/memory-mcp-backup password',
      'Secret memory-mcp/memory-mcp-bearer token',
      'Secret memory-mcp/memory-mcp-github-token token',
    ],
    notAwaited: [],
  },
  staging: {
    needs: ['Secret memory-mcp/memory-mcp-api-keys', 'Secret memory-mcp/memory-mcp-github-token token'],
    notAwaited: [],
  },
  local: { needs: ['Secret context-engine/context-engine-backup password'], notAwaited: [] },
  lab: {
    needs: [
      'PersistentVolumeClaim context-engine/monolith-checkout',
      'Secret context-engine/context-engine-backup password',
      'Secret context-engine/context-engine-bearer token',
      'Secret context-engine/context-engine-qdrant api-key',
      'Secret context-engine/git-credentials password | ssh-privatekey, known_hosts',
      'Secret context-engine/registry .dockerconfigjson',
      'upload context-engine/sketches',
    ],
    notAwaited: [...qdrantAndItsUsers, 'llamacpp', 'watcher-backend', 'watcher-monolith', 'watcher-sketches'],
  },
};

const s3 = { kind: 's3', endpoint: 'https://s3.example.com', bucket: 'backups', secretName: 'bucket' };
const inVault = (secretName: string) => ({ source: 'externalSecret', secretName, remoteKey: `team/${secretName}` });
const sealed = (secretName: string) => ({ source: 'sealed', secretName, sealedValue: 'A'.repeat(400) });
const certificate = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const operator = { externalSecrets: { store: 'vault' } };
const block = { layout: 'single-node', image };

const variants: Readonly<Record<string, Expected & { readonly raw: Readonly<Record<string, unknown>> }>> = {
  'memory-mcp that must sync with a token that somebody makes': {
    raw: {
      memoryMcp: {
        git: { remoteUrl: 'https://git.example.com/m.git', requireRemoteSync: true },
        token: { source: 'existing', secretName: 'pat', secretKey: 'value' },
      },
    },
    needs: ['Secret memory-mcp/pat value'],
    // It listens, and says by /readyz that it has not synced.
    notAwaited: [],
  },
  'memory-mcp with a remote that it need not reach': {
    raw: { memoryMcp: { git: { remoteUrl: 'https://git.example.com/m.git' }, token: { source: 'existing' } } },
    needs: ['Secret memory-mcp/memory-mcp-github-token token'],
    notAwaited: [],
  },
  'memory-mcp whose volume is backed up into a bucket': {
    raw: { cluster: operator, memoryMcp: { backup: { volume: { target: s3, password: inVault('restic') } } } },
    needs: ['Secret memory-mcp/bucket access-key-id, secret-access-key', 'Secret memory-mcp/restic password'],
    notAwaited: [],
  },
  'memory-mcp behind an Ingress whose certificate nobody issues': {
    raw: { cluster: { ingress: {} }, memoryMcp: { exposure: { kind: 'ingress', hostname: 'm.example.com' } } },
    needs: ['Secret memory-mcp/memory-mcp-tls tls.crt, tls.key'],
    notAwaited: [],
  },
  'memory-mcp behind an Ingress with an issuer': {
    raw: {
      cluster: { ingress: { certificateIssuer: { name: 'ca' } } },
      memoryMcp: { exposure: { kind: 'ingress', hostname: 'm.example.com' } },
    },
    needs: [],
    notAwaited: [],
  },
  'a cluster whose images come from a registry that asks for a login': {
    raw: { cluster: { pods: { imagePullSecrets: ['company-registry'] } }, memoryMcp: {} },
    needs: ['Secret memory-mcp/company-registry .dockerconfigjson'],
    notAwaited: ['memory-mcp'],
  },
  'Context Engine with every Secret in the stack file': {
    raw: {
      contextEngine: {
        ...block,
        preset: 'minimal',
        qdrant: { apiKey: { source: 'config' } },
        authentication: { mode: 'bearer', secret: { source: 'config' } },
        backup: { password: { source: 'config' } },
      },
      secrets: { contextEngine: { qdrantKey: encrypted, bearer: encrypted, backupPassword: encrypted } },
    },
    needs: [],
    notAwaited: [],
  },
  'Context Engine whose API key is in a secret store': {
    raw: {
      cluster: operator,
      contextEngine: {
        ...block,
        qdrant: { apiKey: inVault('qdrant-key') },
        backup: { password: inVault('restic') },
      },
    },
    needs: ['Secret context-engine/qdrant-key api-key', 'Secret context-engine/restic password'],
    notAwaited: qdrantAndItsUsers,
  },
  'Context Engine with sealed Secrets, which somebody has yet to unseal': {
    raw: {
      cluster: { sealedSecrets: { certificate } },
      contextEngine: { ...block, qdrant: { apiKey: sealed('qdrant-key') }, backup: { password: sealed('restic') } },
    },
    needs: ['Secret context-engine/qdrant-key api-key', 'Secret context-engine/restic password'],
    notAwaited: qdrantAndItsUsers,
  },
  'Context Engine with a model that asks for a token': {
    raw: { contextEngine: { ...block, preset: 'standard', llamacpp: { model: { secretName: 'hugging-face' } } } },
    needs: ['Secret context-engine/context-engine-backup password', 'Secret context-engine/hugging-face token'],
    notAwaited: ['llamacpp'],
  },
  'Context Engine without the decoder that would ask for a token': {
    raw: { contextEngine: { ...block, preset: 'minimal', llamacpp: { model: { secretName: 'hugging-face' } } } },
    needs: ['Secret context-engine/context-engine-backup password'],
    notAwaited: [],
  },
  'Context Engine with public repositories alone': {
    raw: {
      contextEngine: {
        ...block,
        preset: 'core',
        repositories: [
          { source: 'git', name: 'one', url: 'https://git.example.com/one.git' },
          { source: 'git', name: 'two', url: 'https://git.example.com/two.git', watch: false },
        ],
      },
    },
    needs: ['Secret context-engine/context-engine-backup password'],
    notAwaited: ['watcher-one'],
  },
  'Context Engine whose repositories share what somebody brings': {
    raw: {
      contextEngine: {
        ...block,
        preset: 'core',
        repositories: ['one', 'two'].flatMap((name) => [
          { source: 'git', name, url: `https://git.example.com/${name}.git`, secretName: 'deploy', watch: false },
          { source: 'claim', name: `copy-of-${name}`, claimName: 'checkouts', path: name, watch: false },
        ]),
      },
    },
    needs: [
      'PersistentVolumeClaim context-engine/checkouts',
      'Secret context-engine/context-engine-backup password',
      'Secret context-engine/deploy password | ssh-privatekey, known_hosts',
    ],
    notAwaited: [],
  },
};

describe('a first up', () => {
  for (const [stack, expected] of Object.entries(stacks)) {
    it(`of stack ${stack} waits for nothing that somebody brings, and names all of it`, () => {
      holds(describeStack(loadStack(projectDir, stack)), expected);
    });
  }
  for (const [name, { raw, ...expected }] of Object.entries(variants)) {
    it(`of ${name} does too`, () => holds(describeStack(parseStack(raw, 'test')), expected));
  }

  it('asks for no secret value on a command line, and for a restart of what starts without', () => {
    const needs = needsOf(describeStack(loadStack(projectDir, 'lab')), 'lab');
    const command = (name: string) => needs.find((need) => need.name === name)?.command;
    assert.equal(
      command('context-engine-bearer'),
      "openssl rand -hex 32 | tr -d '\\n' | kubectl -n context-engine create secret generic context-engine-bearer --from-file=token=/dev/stdin" +
        ' && kubectl -n context-engine rollout restart deployment/mcp-indexer-http' +
        ' deployment/mcp-indexer deployment/mcp-memory-http deployment/mcp-memory',
    );
    assert.equal(command('sketches'), 'npx fleet repos upload sketches FOLDER --stack lab');
    for (const each of needs) assert.doesNotMatch(each.command, /--from-literal|<[a-z]/, each.name);
  });

  it('starts no Qdrant without the key that it has to ask for', () => {
    const { systems } = describeStack(loadStack(projectDir, 'lab'));
    const objects = systems.flatMap((system) => Object.values(system.objects));
    const qdrant = objects.find(({ object }) => object.kind === 'StatefulSet')?.object;
    assert.ok(qdrant?.kind === 'StatefulSet');
    const { containers, initContainers = [] } = qdrant.spec?.template.spec ?? { containers: [] };
    const key = containers[0]?.env?.find(({ name }) => name === 'QDRANT__SERVICE__API_KEY')?.valueFrom?.secretKeyRef;
    assert.deepEqual(key, { name: 'context-engine-qdrant', key: 'api-key' }, 'a kubelet starts nothing without it');
    assert.deepEqual([initContainers[0]?.name, initContainers[0]?.image], ['gate', containers[0]?.image]);
  });
});

function holds(plan: Plan, { needs, notAwaited }: Expected): void {
  assert.deepEqual(checkPlan(plan).violations, []);
  const named = needsOf(plan, 'test').map(({ keys, kind, name, namespace }) =>
    [kind, `${namespace}/${name}`, keys.map((set) => set.join(', ')).join(' | ')].filter(Boolean).join(' '),
  );
  assert.deepEqual(named.toSorted(), [...needs].sort());
  const workloads = plan.systems
    .flatMap(({ objects }) => Object.values(objects))
    .filter(({ object }) => object.kind === 'Deployment' || object.kind === 'StatefulSet');
  const left = workloads.filter(
    ({ awaited, object }) => engineObject(object, awaited).metadata.annotations?.['pulumi.com/skipAwait'] === 'true',
  );
  assert.deepEqual(left.map(({ object }) => object.metadata.name).sort(), [...notAwaited].sort());
}
