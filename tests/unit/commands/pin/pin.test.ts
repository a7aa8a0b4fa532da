import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { fleetHomeAt } from '../../../../operate/base/fleet-home';
import { imagesOf } from '../../../../operate/commands/pin/image-keys';
import { type PinOptions, pin } from '../../../../operate/commands/pin/pin';
import type { Finding } from '../../../../operate/report/report';
import { describedStack } from '../../../../operate/stack';
import { folder, removeFolders, standIn, withEnvironment } from '../../../support/unit/operate';
import { digestOf, imageType, indexType, RegistryServer } from '../../../support/unit/registry-server';

const server = { type: indexType, body: '{"manifests":[{"platform":"linux/amd64"}]}' };
const proxy = { type: imageType, body: '{"config":{}}' };

describe('the command `pin`', () => {
  let registry: RegistryServer;
  let projectDir: string;
  let docker: string;

  const stackFile = (serverImage: string, host = registry.host) =>
    [
      '# A cluster to try things on.',
      'config:',
      '  memory-fleet:memoryMcp:',
      `    image: ${serverImage} # the server`,
      '    # nobody could ask',
      '    imageUnpinnedReason: no registry answers here',
      '    authentication: # by a proxy',
      '      mode: bearer',
      `      image: ${host}/proxy:3`,
      '',
    ].join('\n');
  const read = () => readFileSync(join(projectDir, 'Pulumi.own.yaml'), 'utf8');
  const write = (text: string) => writeFileSync(join(projectDir, 'Pulumi.own.yaml'), text);

  async function run(options: Partial<PinOptions> = {}, signal = new AbortController().signal) {
    const { log } = console;
    const said: string[] = [];
    console.log = (line: string) => said.push(line);
    try {
      const command = { home: fleetHomeAt(projectDir), projectDir, signal };
      const exitCode = await withEnvironment({ DOCKER_CONFIG: docker, PATH: `${docker}:${process.env.PATH}` }, () =>
        pin(command, { stack: 'own', json: true, ...options }, 1),
      );
      return { exitCode, findings: JSON.parse(said.join('\n')).findings as Finding[] };
    } finally {
      console.log = log;
    }
  }

  beforeEach(async () => {
    registry = await RegistryServer.started();
    registry.manifests.set('team/memory:1', server).set('proxy:3', proxy);
    projectDir = folder();
    docker = folder();
    write(stackFile(`${registry.host}/team/memory:1`));
  });
  it('asks the mirror that images are pulled from, and writes the digest beside the name that the key has', async () => {
    registry.manifests.set('mirror/memory:1', server).set('mirror/haproxy:3', proxy);
    const mirror = `  memory-fleet:cluster:\n    pods:\n      imageMirror:\n        ghcr.io/team: ${registry.host}/mirror\n        docker.io/library: ${registry.host}/mirror\n`;
    write(stackFile('ghcr.io/team/memory:1').replace(`${registry.host}/proxy:3`, 'haproxy:3') + mirror);
    assert.equal((await run()).exitCode, 0);
    assert.match(read(), new RegExp(`image: ghcr\\.io/team/memory:1@${digestOf(server)} # the server`));
    assert.match(read(), new RegExp(`image: haproxy:3@${digestOf(proxy)}`));
    assert.equal((await run({ check: true })).exitCode, 0);
  });

  afterEach(async () => {
    await registry.stop();
    removeFolders();
  });

  it('writes the digest of an index and of a single image, and nothing else but what it makes idle', async () => {
    const before = read();
    const { exitCode, findings } = await run();
    assert.equal(exitCode, 0);
    const expected = before
      .replace('/team/memory:1 #', `/team/memory:1@${digestOf(server)} #`)
      .replace('/proxy:3\n', `/proxy:3@${digestOf(proxy)}\n`)
      .replace('    imageUnpinnedReason: no registry answers here\n', '');
    assert.equal(read(), expected);
    assert.match(findings.find(({ subject }) => subject.includes('memoryMcp.image'))?.found ?? '', /, index$/);
    assert.match(findings.find(({ subject }) => subject.includes('proxy:3'))?.found ?? '', /, single image$/);
  });

  it('renders the overlay with them', async () => {
    await run();
    const overlay = join(projectDir, 'deploy/k8s/overlays/own/memory-mcp/deployment-memory-mcp.yaml');
    assert.ok(readFileSync(overlay, 'utf8').includes(`/team/memory:1@${digestOf(server)}`));
  });

  it('changes nothing the second time, and passes its own check', async () => {
    await run();
    const once = read();
    const { findings } = await run();
    assert.equal(read(), once);
    assert.match(findings.at(-1)?.found ?? '', /nothing changed/);
    assert.equal((await run({ check: true })).exitCode, 0);
  });

  it('says in a check what is not pinned or has moved, and writes nothing', async () => {
    write(stackFile(`${registry.host}/team/memory:1@sha256:${'0'.repeat(64)}`));
    const before = read();
    const { exitCode, findings } = await run({ check: true });
    assert.equal(exitCode, 1);
    assert.deepEqual(findings.map(({ status }) => status).sort(), ['failed', 'missing']);
    assert.equal(read(), before);
  });

  it('ends where the operator wants it to, and writes nothing', async () => {
    const before = read();
    await assert.rejects(run({}, AbortSignal.abort()), /interrupted/);
    assert.equal(read(), before);
  });

  it('gets a token where one is asked for, without a login for public images', async () => {
    registry.asks = 'token';
    assert.equal((await run()).exitCode, 0);
    assert.ok(registry.seen.includes('GET /token'));
  });

  it('shows the credentials that docker has kept, in its file or with a helper', async () => {
    registry.user = 'ann:secret';
    for (const asks of ['basic', 'token'] as const) {
      registry.asks = asks;
      const auth = Buffer.from('ann:secret').toString('base64');
      writeFileSync(join(docker, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
      assert.equal((await run({ check: true })).exitCode, 1);
    }
    standIn(
      join(docker, 'docker-credential-test'),
      `grep -q '^${registry.host}$' && echo '{"Username":"ann","Secret":"secret"}'`,
    );
    writeFileSync(join(docker, 'config.json'), JSON.stringify({ credHelpers: { [registry.host]: 'test' } }));
    assert.equal((await run({ check: true })).exitCode, 1);
  });

  it('asks again while the registry is busy', async () => {
    registry.troubles.push(429, 503, 502);
    assert.equal((await run()).exitCode, 0);
  });

  it('hashes the content itself where the registry does not tell its digest', async () => {
    registry.claims = null;
    await run();
    assert.ok(read().includes(digestOf(server)));
  });

  it('speaks TLS, and trusts the certificates that it is told', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const secure = await RegistryServer.started({ key, cert });
    try {
      secure.manifests.set('team/memory:1', server).set('proxy:3', proxy);
      write(stackFile(`${secure.host}/team/memory:1`, secure.host));
      const ca = join(projectDir, 'ca.pem');
      writeFileSync(ca, cert);
      await assert.rejects(run(), /does not answer: self-signed certificate/);
      assert.equal((await run({ ca })).exitCode, 0);
    } finally {
      await secure.stop();
    }
  });

  describe('writes nothing and throws', () => {
    let before: string;
    beforeEach(() => {
      before = read();
    });
    afterEach(() => assert.equal(read(), before));

    it('if the registry wants a login', async () => {
      registry.asks = 'basic';
      registry.user = 'ann:secret';
      await assert.rejects(run(), (error: Error & { remedy: string }) => {
        assert.match(error.message, /team\/memory:1: the registry does not let you read it \(401\)/);
        assert.match(error.remedy, /docker login 127\.0\.0\.1/);
        return true;
      });
    });

    it('if there is no such tag, naming each', async () => {
      registry.manifests.clear();
      await assert.rejects(run(), /team\/memory:1: the registry has no such image or tag/);
      await assert.rejects(run(), /proxy:3: the registry has no such image or tag/);
    });

    it('if the registry stays busy', async () => {
      registry.troubles.push(...Array(12).fill(503));
      await assert.rejects(run(), /does not answer: it is busy \(503\)/);
    });

    it('if content and digest disagree', async () => {
      registry.claims = `sha256:${'1'.repeat(64)}`;
      await assert.rejects(run(), /the registry says sha256:1+, and what it sends has sha256:/);
    });

    it('if nobody listens there', async () => {
      const { host } = registry;
      await registry.stop();
      await assert.rejects(run(), new RegExp(`${host} does not answer: .*ECONNREFUSED`));
      registry = await RegistryServer.started();
    });

    it('if docker has no readable configuration, without a word of what is in it', async () => {
      registry.asks = 'basic';
      writeFileSync(join(docker, 'config.json'), '{"auths": {"x": {"auth": "c2VjcmV0"}');
      await assert.rejects(
        run(),
        (error: Error) => /cannot be read/.test(error.message) && !/c2VjcmV0/.test(error.message),
      );
    });
  });
});

describe('the images of a stack', () => {
  it('are those that its plan runs, with the keys that name them, written or by default', () => {
    const keysOf = (stack: string) =>
      imagesOf(describedStack(join(__dirname, '..', '..', '..', '..'), stack))
        .flatMap(({ keys }) => keys.map(({ path }) => path.join('.')))
        .sort();
    assert.deepEqual(keysOf('local'), [
      'contextEngine.backup.image',
      'contextEngine.image',
      'contextEngine.qdrant.image',
      'memoryMcp.image',
    ]);
    assert.deepEqual(keysOf('goddess'), [
      'memoryMcp.authentication.image',
      ...['memoryMcp.backup.image', 'memoryMcp.backup.volume.image', 'memoryMcp.backup.volume.toolsImage'],
      'memoryMcp.image',
    ]);
    assert.deepEqual(keysOf('staging'), ['memoryMcp.backup.image', 'memoryMcp.image']);
  });
});
