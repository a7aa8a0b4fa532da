import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stackSchema } from '../../../../components/stack';
import { isPromoted } from '../../../../config/promotion';
import { commandRun } from '../../../../operate/base/run';
import { configKeys, type JsonSchema } from '../../../../operate/commands/generate/json-schema';
import { type PromoteOptions, promote } from '../../../../operate/commands/promote/promote';
import { folder, printed, removeFolders } from '../../../support/unit/operate';

const staging = `config:
  memory-fleet:cluster:
    storageClass: cheap
  memory-fleet:memoryMcp:
    image: ghcr.io/butterflyskies/memory-mcp:0.18.0
    server:
      maxSessions: 200
    git:
      remoteUrl: https://github.com/example/staging
    token:
      source: config
  memory-fleet:secrets:
    memoryMcp:
      token:
        secure: v1:staging-secret
`;
const production = `# The cluster that matters.
config:
  memory-fleet:cluster:
    context: production
  memory-fleet:memoryMcp:
    # Taken over from staging, never tried here first.
    image: ghcr.io/butterflyskies/memory-mcp:0.17.1
    startupBudgetSeconds: 900 # a slow disk
    git:
      remoteUrl: https://github.com/example/production
`;

describe('fleet promote', () => {
  let projectDir: string;
  beforeEach(() => {
    projectDir = folder();
    mkdirSync(join(projectDir, 'deploy/k8s/overlays'), { recursive: true });
    writeFileSync(join(projectDir, 'Pulumi.staging.yaml'), staging);
    writeFileSync(join(projectDir, 'Pulumi.production.yaml'), production);
  });
  afterEach(removeFolders);

  const call = (more: Partial<PromoteOptions> = {}) =>
    printed(() =>
      promote(
        { ...commandRun(new AbortController().signal), projectDir },
        { from: 'staging', to: 'production', yes: true, kubeconfig: join(projectDir, 'none'), ...more },
      ),
    );
  const target = () => readFileSync(join(projectDir, 'Pulumi.production.yaml'), 'utf8');

  it('takes images and settings over, comments and order of the target kept', async () => {
    await call();
    assert.equal(
      target(),
      production
        .replace('0.17.1', '0.18.0')
        .replace('    startupBudgetSeconds: 900 # a slow disk\n', '')
        .concat('    server:\n      maxSessions: 200\n'),
    );
  });

  it('renders the overlay of the target', async () => {
    await call();
    const file = join(projectDir, 'deploy/k8s/overlays/production/memory-mcp/deployment-memory-mcp.yaml');
    assert.match(readFileSync(file, 'utf8'), /memory-mcp:0\.18\.0/);
  });

  it('shows what differs by nature apart from what is to promote, and no secret', async () => {
    const output = await call({ dryRun: true });
    const [kept = '', chosen = ''] = output.split('to promote ');
    assert.match(kept, /memoryMcp\.git\.remoteUrl +https:\/\/github\.com\/example\/staging/);
    assert.match(kept, /memoryMcp\.token +\{ source: config, … \} +\{ source: existing, … \}/);
    assert.match(chosen, /memoryMcp\.image .*0\.18\.0 .*0\.17\.1/);
    assert.ok(!output.includes('staging-secret'));
    assert.equal(target(), production);
  });

  it('writes nothing in a check and fails while something waits', async () => {
    await assert.rejects(call({ check: true }), { exitCode: 1 });
    assert.equal(target(), production);
    await call();
    assert.match(await call({ check: true }), /nothing to promote from staging to production/);
  });

  it('takes over only what is named, and also what differs by nature when it is', async () => {
    await call({ key: ['memoryMcp.image'] });
    assert.equal(target(), production.replace('0.17.1', '0.18.0'));
    await call({ key: ['memoryMcp.git'] });
    assert.match(target(), /remoteUrl: https:\/\/github\.com\/example\/staging/);
    await assert.rejects(call({ key: ['memoryMcp.imag'] }), /no difference at memoryMcp\.imag/);
  });

  it('never makes an invalid stack file, and never takes a secret over', async () => {
    await assert.rejects(
      call({ key: ['memoryMcp.token'] }),
      /secrets\.memoryMcp\.token: found nothing, expected an encrypted value/,
    );
    assert.equal(target(), production);
  });

  it('says it as data', async () => {
    const data = JSON.parse(await call({ json: true, dryRun: true }));
    assert.equal(data.ok, false);
    assert.deepEqual(
      data.promote.map(({ key }: { key: string }) => key),
      ['memoryMcp.image', 'memoryMcp.server.maxSessions', 'memoryMcp.startupBudgetSeconds'],
    );
  });

  it('asks, and without anybody to ask touches nothing', async () => {
    await assert.rejects(call({ yes: false }), /nobody can be asked here/);
    assert.equal(target(), production);
  });

  it('needs two stacks', async () => {
    await assert.rejects(call({ to: 'staging' }), /both staging/);
    await assert.rejects(call({ from: 'stagin' }), /there is no stack stagin/);
  });
});

describe('what is promoted', () => {
  it('is decided for every key', () => {
    const undecided = keysOf({ properties: configKeys() })
      .map((key) => key.split('.'))
      .filter((path) => path.length > 1 && path[0] !== 'secrets' && isPromoted(stackSchema, path) === undefined);
    assert.deepEqual(undecided, []);
  });

  for (const [key, expected] of Object.entries({
    'cluster.storageClass': false,
    'memoryMcp.image': true,
    'memoryMcp.git.remoteUrl': false,
    'memoryMcp.server.maxSessions': true,
    'memoryMcp.server.otlp.endpoint': false,
    'memoryMcp.authentication.mode': false,
    'memoryMcp.authentication.image': true,
    'contextEngine.qdrant.image': true,
    'contextEngine.qdrant.storage.size': false,
    'contextEngine.qdrant.apiKey.secretName': false,
    'contextEngine.qdrant.apiKey.everyClientSendsIt': true,
    'contextEngine.indexer.autoscaling.maxReplicas': false,
    'contextEngine.indexer.resources.cpu': true,
    'contextEngine.llamacpp.gpu.count': false,
    'contextEngine.llamacpp.image': true,
    'contextEngine.backup.keep': true,
    'contextEngine.backup.target.bucket': false,
  })) {
    it(`${expected ? 'takes over' : 'leaves alone'} ${key}`, () => {
      assert.equal(isPromoted(stackSchema, key.split('.')), expected);
    });
  }
});

/** Every key of a schema, also those that only some variants have. */
function keysOf(schema: JsonSchema, path: readonly string[] = []): string[] {
  const maps = [schema, ...(schema.oneOf ?? [])];
  return maps.flatMap(({ properties = {} }) =>
    Object.entries(properties).flatMap(([key, below]) => {
      const own = [...path, key];
      return [own.join('.'), ...keysOf(below.properties?.secure ? {} : below, own)];
    }),
  );
}
