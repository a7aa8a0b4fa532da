import assert from 'node:assert/strict';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pauseImage } from '../../operate/oci/pause';
import { runJob } from '../support/contract/job-pod';
import { jobsOf } from '../support/contract/jobs-of';
import { orSkip } from '../support/contract/missing';
import { containerOf } from '../support/contract/pod';
import { distributionProgram } from '../support/contract/program';
import { planOf } from '../support/contract/server';
import { hasStandIn, packed, standIn, toolImage } from '../support/images';
import {
  Bundle,
  type Container,
  type ContainerOptions,
  containerRuntime,
  type Runtime,
} from '../support/images/bundle';

describe('an image made without a registry, as its official one', function () {
  this.timeout(120_000);
  let runtime: Runtime;
  const bundles: Bundle[] = [];

  before(async function () {
    this.timeout(0);
    runtime = await orSkip(this, containerRuntime);
  });
  afterEach(() => {
    for (const bundle of bundles.splice(0)) bundle.remove();
  });

  const unpacked = async (context: Mocha.Context, name: string): Promise<Bundle> => {
    const bundle = await Bundle.of(runtime, await orSkip(context, () => standIn(name)));
    bundles.push(bundle);
    return bundle;
  };

  /** A folder for a volume, which a user may write to. */
  const volume = (bundle: Bundle, name: string, [user, group]: ContainerOptions['user'] = [0, 0]): string => {
    const folder = join(bundle.folder, name);
    mkdirSync(folder);
    chownSync(folder, user, group);
    return folder;
  };

  /** Asks inside a container until the answer is what is waited for. */
  const said = async (
    bundle: Bundle,
    { id, process }: Container,
    command: readonly string[],
    awaited: RegExp,
  ): Promise<void> => {
    for (const end = Date.now() + 30_000; ; await sleep(100)) {
      const { stdout, stderr } = await bundle.exec(id, command);
      if (awaited.test(stdout + stderr)) return;
      assert.ok(Date.now() < end && !process.hasEnded, `${stdout}${stderr}${process.output}`);
    }
  };

  it('memory-mcp serves', async function () {
    this.timeout(0);
    const user = [1000, 1000] as const;
    const bundle = await unpacked(this, 'ghcr.io/butterflyskies/memory-mcp:0.17.1');
    const volumes = { '/data': volume(bundle, 'data', user), '/tmp': volume(bundle, 'tmp', user) };
    const container = bundle.start({ user, args: planOf().pod.containers[0]?.args ?? [], volumes });
    const request =
      'exec 3<>/dev/tcp/127.0.0.1/8080; printf "GET /healthz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n" >&3; cat <&3';
    await said(bundle, container, ['bash', '-c', request], /^HTTP\/1.[01] 200 /);
    const { exitCode } = await bundle.exec(container.id, ['test', '-d', '/data/repo/.git']);
    assert.equal(exitCode, 0, container.process.output);
    assert.equal((await container.process.stop(20)).code, 0, container.process.output);

    // The plan's script, which Debian's tools are there for.
    const { command } = containerOf(
      { containers: planOf({ indexRevision: 2 }).pod.initContainers ?? [] },
      'rebuild-index',
    );
    for (const answer of [/\.memory-mcp-index\/.*\n/, /has been taken away for revision 2 before/]) {
      const { code, output } = await bundle.run({ user, command: command ?? [], volumes });
      assert.equal(code, 0, output);
      assert.match(output, answer);
    }
  });

  it("haproxy takes the plan's configuration, and ends by the image's own signal", async function () {
    const user = [99, 99] as const;
    const bundle = await unpacked(this, 'docker.io/library/haproxy:3.2.4-alpine');
    const { plan, pod } = planOf({ authentication: { mode: 'bearer' } });
    const { args = [], env = [] } = containerOf(pod, 'bearer-proxy');
    const configuration = volume(bundle, 'configuration');
    const maps = Object.values(plan.objects).map(({ object }) => object as { data?: Record<string, string> });
    const text = maps.find(({ data }) => data?.['haproxy.cfg'] !== undefined)?.data?.['haproxy.cfg'] ?? '';
    writeFileSync(join(configuration, 'haproxy.cfg'), text);
    const plain = Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
    const options = {
      user,
      env: { ...plain, PROXY_TOKEN: 'token' },
      volumes: { '/usr/local/etc/haproxy': configuration },
    };

    const container = bundle.start({ ...options, args });
    await said(bundle, container, ['wget', '-O', '-', 'http://127.0.0.1:8081/mcp'], /HTTP\/1.1 401/);
    await said(bundle, container, ['wget', '-O', '-', 'http://127.0.0.1:8082/healthz'], /HTTP\/1.1 503/);
    assert.equal((await container.process.stop(20, 'SIGUSR1')).code, 0, container.process.output);
    assert.equal(bundle.stopSignal, 'SIGUSR1');

    const { code, output } = await bundle.run({ ...options, args: ['-c', '-f', '/usr/local/etc/haproxy/haproxy.cfg'] });
    assert.equal(code, 0, output);
  });

  it('curl is what options are for, and runs a script', async function () {
    const user = [100, 101] as const;
    const bundle = await unpacked(this, 'docker.io/curlimages/curl:8.16.0');
    assert.match((await bundle.run({ user, args: ['--version'] })).output, /^curl \d.*\bhttps\b/s);
    const script = 'id -un; id -gn; echo "$HOME"; test -s "$CURL_CA_BUNDLE" && command -v mktemp sed grep tr printf';
    const { code, output } = await bundle.run({ user, args: ['/bin/sh', '-c', script] });
    assert.equal(code, 0, output);
    assert.deepEqual(output.split('\n').slice(0, 3), ['curl_user', 'curl_group', '/home/curl_user']);
    const refused = await bundle.run({ user, args: ['http://127.0.0.1:1/'] });
    assert.equal(refused.code, 7, refused.output);
  });

  it("restic and python run the plan's backup, drill and restore of a volume", async function () {
    const images = new Map<string, Promise<Bundle>>();
    const { configMaps, ...pods } = jobsOf({ memoryMcp: { backup: { volume: {} } } }, 'volumeBackup');
    const [data, repository] = [mkdtempSync(join(tmpdir(), 'data-')), mkdtempSync(join(tmpdir(), 'repository-'))];
    const run = async (purpose: keyof typeof pods) => {
      const made = await runJob(pods[purpose], {
        configMaps,
        volumes: { '/repository': repository, '/volume': data },
        secrets: { 'memory-mcp-backup/password': 'a good one' },
        inImage: (name) => images.get(name) ?? (images.set(name, unpacked(this, name)).get(name) as Promise<Bundle>),
      });
      return [made.said?.ok, made.said?.counts, made.code === 0 ? '' : made.output];
    };
    try {
      writeFileSync(join(data, 'note'), 'kept', { mode: 0o664 });
      const counts = { volume: { files: 1 } };
      assert.deepEqual(await run('backup'), [true, counts, '']);
      assert.deepEqual(await run('drill'), [true, counts, '']);
      rmSync(join(data, 'note'));
      assert.deepEqual(await run('restore'), [true, counts, '']);
      assert.equal(readFileSync(join(data, 'note'), 'utf8'), 'kept');
      const used = Object.fromEntries(
        await Promise.all([...images].map(async ([name, bundle]) => [name.split(':')[0], await bundle])),
      );
      const user = [1000, 1000] as const;
      assert.match((await used['docker.io/restic/restic'].run({ user, args: ['version'] })).output, /^restic \d/);
      const secured = 'import ssl; print(len(ssl.create_default_context().get_ca_certs()) > 50)';
      assert.equal(
        (await used['docker.io/library/python'].run({ user, args: ['python3', '-c', secured] })).output,
        'True\n',
      );
    } finally {
      for (const folder of [data, repository]) rmSync(folder, { recursive: true });
    }
  });

  it('pause stays until it is told to end', async function () {
    const { path } = await orSkip(this, () => distributionProgram('catatonit'));
    const bundle = await Bundle.of(runtime, await packed(pauseImage('tests.invalid/pause:1', path)));
    bundles.push(bundle);
    const { process } = bundle.start({ user: [65535, 65535] });
    await sleep(300);
    assert.equal(process.hasEnded, false, process.output);
    assert.ok((await process.stop(10)).afterMs < 5000);
  });

  it('the tool reaches a server', async function () {
    const bundle = await unpacked(this, toolImage);
    const script =
      'echo hello >/tmp/page; busybox httpd -p 127.0.0.1:8000 -h /tmp; curl -sf http://127.0.0.1:8000/page';
    const user = [65534, 65534] as const;
    const volumes = { '/tmp': volume(bundle, 'tmp', user) };
    assert.equal((await bundle.run({ user, volumes, args: ['sh', '-c', script] })).output, 'hello\n');
  });
});

describe('the images that stacks run', () => {
  it('have a stand-in each, save for those that no package registry has', () => {
    const overlays = join(__dirname, '..', '..', 'deploy', 'k8s', 'overlays');
    const files = readdirSync(overlays, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));
    const images = files.flatMap((file) => readFileSync(join(overlays, file), 'utf8').match(/(?<= image: ).*/g) ?? []);
    assert.ok(images.length > 50);
    assert.deepEqual(
      [...new Set(images.filter((image) => !hasStandIn(image)).map((image) => image.split(':')[0]))].sort(),
      [
        'docker.io/qdrant/qdrant',
        'ghcr.io/ggml-org/llama.cpp',
        'registry.example.org/context-engine',
        'registry.lab.example.org/context-engine',
      ],
    );
  });
});
