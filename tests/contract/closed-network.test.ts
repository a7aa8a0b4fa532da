import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IConfigMap, IContainer, IPodSpec } from 'kubernetes-models/v1';
import type { Plan } from '../../components/system';
import { containersOf } from '../../policies/pods';
import { imageShell, type Shell } from '../support/contract/backup-script';
import { openSession } from '../support/contract/client';
import { type Behind, ClosedNetwork } from '../support/contract/closed-network';
import { engineScript, runOf, startPython } from '../support/contract/engine-scripts';
import { FileServer } from '../support/contract/file-server';
import { GitRemote } from '../support/contract/git-remote';
import { jobPrograms, runJob } from '../support/contract/job-pod';
import { obtainMemoryMcp } from '../support/contract/memory-mcp-build';
import { orSkip } from '../support/contract/missing';
import { translate } from '../support/contract/pod';
import { Running } from '../support/contract/process';
import { requiredPython } from '../support/contract/python';
import { hubClient } from '../support/contract/python-package';
import { S3Server, s3Key } from '../support/contract/s3-server';
import { Pod, type Programs } from '../support/contract/server';
import { planWith, podAt } from '../support/unit/pods';

// The containers of a plan with exactly its environment, on a network whose hosts are known to a proxy alone and whose
// certificates only a private authority has signed.

const proxy = 'http://proxy.example.org:3128';
const folderOfAuthority = '/etc/memory-fleet/certificate-authority';
const both = { proxy: { httpsProxy: proxy }, certificateAuthority: { name: 'corporate' } };

describe('a closed network', function () {
  this.timeout(60_000);
  let remote: GitRemote;
  let models: FileServer;
  let storage: S3Server;
  let network: ClosedNetwork;
  const hosts: Record<string, Behind> = {};
  let shell: Shell;
  let programs: Programs;
  let folder: string;
  const model = Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(20_000, 'm')]);

  before(async function () {
    this.timeout(0);
    remote = await orSkip(this, () => GitRemote.started());
    shell = await orSkip(this, imageShell);
    programs = { memoryMcp: await orSkip(this, () => obtainMemoryMcp()) };
    await orSkip(this, jobPrograms);
    storage = await orSkip(this, () => S3Server.started('bucket'));
    models = await FileServer.started(model);
    await remote.create('code');
    await remote.commit('code', { 'a.py': 'a = 1\n' });
    hosts['git.example.org'] = { url: remote.url('code') };
    hosts['models.example.org'] = models;
    hosts['s3.example.org'] = storage;
    network = await ClosedNetwork.started(hosts);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-closed-'));
    network.asked.length = 0;
    network.login = undefined;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  after(async () => {
    await network?.stop();
    await models?.stop();
    await storage?.stop();
    await remote?.stop();
  });

  const plan = (pods: object) => {
    const repositories = [
      { source: 'git', name: 'code', url: 'https://git.example.org/code.git', secretName: 'git-login' },
    ];
    const llamacpp = { model: { url: 'https://models.example.org/model.gguf', file: 'model.gguf' } };
    return planWith({ pods }, { contextEngine: { repositories, llamacpp } });
  };

  /** The environment of a container as its process gets it here. */
  function environment(container: IContainer, bundle: string | undefined): Record<string, string> {
    mkdirSync(join(folder, 'authority'), { recursive: true });
    if (bundle !== undefined) writeFileSync(join(folder, 'authority', 'ca.crt'), bundle);
    const places = ['/repos', '/models', '/credentials', '/tmp'];
    for (const place of places) mkdirSync(join(folder, place), { recursive: true });
    writeFileSync(join(folder, 'credentials', 'password'), remote.token);
    const paths = Object.fromEntries(places.map((place) => [place, join(folder, place)]));
    const { env } = translate(container, {
      paths: { ...paths, [folderOfAuthority]: join(folder, 'authority') },
      ports: {},
      secrets: { 'proxy-login/username': 'fleet', 'proxy-login/password': 'a%40b' },
    });
    // What the kubelet puts together, and where the proxy is here.
    const here = (value: string) =>
      value
        .replace(/\$\((\w+)\)/g, (all, name: string) => env[name] ?? all)
        .replace('proxy.example.org:3128', new URL(network.url).host);
    return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, here(value)]));
  }

  const containerIn = (of: Plan, place: RegExp, name: string): IContainer => {
    const found = containersOf(podAt(of, place).spec).find((each) => each.name === name);
    assert.ok(found);
    return found;
  };

  describe('for git', () => {
    const fetch = (pods: object, bundle?: string) =>
      runOf(
        startPython('fetch-repository.py', [], {
          TIMEOUT_SECONDS: '20',
          ...environment(containerIn(plan(pods), /index-code/, 'bring'), bundle),
        }),
      );

    it('is crossed by the proxy, with the authority', async () => {
      const run = await fetch(both, network.root);
      assert.equal(run.code, 0, run.output);
      assert.equal(readFileSync(join(folder, 'repos/code/a.py'), 'utf8'), 'a = 1\n');
      assert.deepEqual(new Set(network.asked), new Set(['git.example.org:443']));
    });

    it('is not without the authority, and says so', async () => {
      const run = await fetch({ proxy: both.proxy });
      assert.notEqual(run.code, 0);
      assert.match(run.output, /certificate/i);
    });

    it('is not without the proxy', async () => {
      const run = await fetch({ certificateAuthority: both.certificateAuthority }, network.root);
      assert.notEqual(run.code, 0);
      assert.deepEqual(network.asked, []);
    });

    it('shows the proxy the login of a Secret, percent-encoded', async () => {
      network.login = 'fleet:a@b';
      const refused = await fetch(both, network.root);
      assert.match(refused.output, /407/);
      const run = await fetch({ ...both, proxy: { ...both.proxy, secretName: 'proxy-login' } }, network.root);
      assert.equal(run.code, 0, run.output);
      assert.ok(!run.output.includes('a%40b') && !run.output.includes('a@b'));
    });
  });

  describe('for models', () => {
    const fetch = (pods: object, bundle?: string) => {
      const env = environment(containerIn(plan(pods), /llamacpp/, 'fetch-model'), bundle);
      const [command = '', ...args] = shell.command;
      return runOf(
        new Running(command, [...args, engineScript('fetch-model.sh')], {
          ...shell.env,
          ...env,
          DEADLINE_SECONDS: '3',
        }),
      );
    };

    it('is crossed by the proxy, with the authority', async () => {
      const run = await fetch(both, network.root);
      assert.equal(run.code, 0, run.output);
      assert.deepEqual(readFileSync(join(folder, 'models/model.gguf')), model);
      assert.deepEqual(network.asked, ['models.example.org:443']);
    });

    it('is not without the authority, nor without the proxy', async () => {
      const distrusting = await fetch({ proxy: both.proxy });
      assert.match(distrusting.output, /certificate of the host is not trusted/);
      const astray = await fetch({ certificateAuthority: both.certificateAuthority }, network.root);
      assert.match(astray.output, /the host cannot be reached/);
      assert.ok(!existsSync(join(folder, 'models/model.gguf')));
    });
  });

  describe('for the hub of embedding models', () => {
    const commit = 'c'.repeat(40);
    let hub: Server;
    let library: string;
    before(async function () {
      this.timeout(0);
      library = await orSkip(this, hubClient);
      hub = createServer((request, response) => {
        const headers = {
          etag: '"1"',
          'x-repo-commit': commit,
          'content-length': 2,
          'content-type': 'application/json',
        };
        response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : '{}');
      });
      await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
      hosts['huggingface.co'] = { url: `http://127.0.0.1:${(hub.address() as AddressInfo).port}` };
    });
    after(() => hub?.close());

    const run = (program: string, pods: object, bundle?: string) =>
      runOf(
        new Running(requiredPython(), ['-c', program], {
          PATH: process.env.PATH ?? '',
          PYTHONPATH: library,
          ...environment(containerIn(plan(pods), /mcp-memory\//, 'mcp-memory'), bundle),
        }),
      );
    const download = 'from huggingface_hub import hf_hub_download\nprint(hf_hub_download("team/model", "config.json"))';

    it('is crossed by the proxy, with the authority', async () => {
      const fetched = await run(download, both, network.root);
      assert.equal(fetched.code, 0, fetched.output);
      assert.equal(fetched.lastLine.endsWith(`${commit}/config.json`), true, fetched.output);
      assert.deepEqual(new Set(network.asked), new Set(['huggingface.co:443']));
    });

    it('is not without the authority', async () => {
      // What the hub's client asks with; it itself would try again for half a minute.
      const fetched = await run('import requests\nrequests.head("https://huggingface.co/")', { proxy: both.proxy });
      assert.match(fetched.lastLine, /CERTIFICATE_VERIFY_FAILED/);
    });

    it('asks no proxy for what is in the cluster, by any of its clients', async () => {
      const program = `
import httpx, requests, urllib.request
for url in ["http://qdrant:6333/", "http://qdrant.context-engine:6333/", "http://qdrant.context-engine.svc.cluster.local:6333/"]:
    for get in [lambda: httpx.get(url), lambda: requests.get(url), lambda: urllib.request.urlopen(url)]:
        try:
            get()
            print("answered", url)
        except Exception:
            pass
try:
    httpx.get("http://elsewhere.example.org/")
except Exception:
    pass
`;
      const asked = await run(program, both, network.root);
      assert.equal(asked.code, 0, asked.output);
      assert.equal(asked.output, '');
      assert.deepEqual(network.asked, ['http://elsewhere.example.org/']);
    });
  });

  describe('for memory-mcp', () => {
    const synced = async (bundle: string | undefined) => {
      // Where its own remote is does not count as outside; that must not be why the proxy is left alone.
      const asking = { https_proxy: network.url, HTTPS_PROXY: network.url, no_proxy: '', NO_PROXY: '' };
      const pod = await Pod.started(programs, {
        memoryMcp: { git: { remoteUrl: remote.url('memories') }, server: { sessionRateLimit: 0 } },
        cluster: { pods: both },
        secrets: { 'memory-mcp-github-token/token': remote.token },
        configMaps: bundle === undefined ? {} : { corporate: { 'ca.crt': bundle } },
        env: asking,
      });
      try {
        const session = await openSession(pod.url());
        await session.call('remember', { name: 'first', scope: 'global', content: 'about it' });
        return await session.call('sync', {});
      } finally {
        await pod.remove();
      }
    };

    it('serves without the authority, and trusts its remote with it', async () => {
      await remote.create('memories');
      await assert.rejects(synced(undefined), /certificate|sync failed/);
      assert.equal(await remote.head('memories'), undefined);
      await synced(readFileSync(remote.certificateFile, 'utf8'));
      assert.ok((await remote.files('memories')).includes('global/first.md'));
    });

    it('knows no proxy: it goes to its remote itself, as its policy says', async () => {
      await synced(readFileSync(remote.certificateFile, 'utf8'));
      assert.deepEqual(network.asked, []);
      const [memoryMcp] = plan(both).systems;
      const flow = memoryMcp?.flows.find(({ name }) => name === 'to-remotes');
      assert.deepEqual(flow?.peer, { kind: 'hosts', names: ['git.example.org'] });
    });
  });

  describe('for backups', () => {
    const run = (pods: object, bundle: string | undefined) => {
      const target = { kind: 's3', endpoint: 'https://s3.example.org', bucket: 'bucket' };
      const of = planWith({ pods }, { memoryMcp: { backup: { volume: { target, keep: 1 } } } });
      const configMaps = Object.fromEntries(
        of.systems
          .flatMap(({ objects }) => Object.values(objects).map(({ object }) => object))
          .filter((object): object is typeof object & IConfigMap => object.kind === 'ConfigMap')
          .map(({ data = {}, metadata }) => [metadata.name, data as Record<string, string>]),
      );
      const volume = join(folder, 'volume');
      mkdirSync(join(volume, 'repo'), { recursive: true });
      writeFileSync(join(volume, 'repo', 'one.md'), 'one\n');
      const pod: IPodSpec = podAt(of, /volumeBackup\/object/).spec;
      return runJob(pod, {
        configMaps: { ...configMaps, ...(bundle === undefined ? {} : { corporate: { 'ca.crt': bundle } }) },
        volumes: { '/volume': volume },
        secrets: {
          'memory-mcp-backup/password': 'a good one',
          'memory-mcp-s3/access-key-id': s3Key.id,
          'memory-mcp-s3/secret-access-key': s3Key.secret,
        },
        addresses: { [proxy]: network.url },
        env: { DEADLINE_SECONDS: '20' },
      });
    };

    it('is crossed by the proxy, with the authority', async () => {
      const made = await run(both, network.root);
      assert.equal(made.said?.ok, true, made.output);
      assert.deepEqual(new Set(network.asked), new Set(['s3.example.org:443']));
    });

    it('is not without the authority, and says so', async () => {
      const refused = await run(both, undefined);
      assert.notEqual(refused.said?.ok, true);
      assert.match(refused.output, /certificate|no such file/i);
      const distrusting = await run({ proxy: both.proxy }, undefined);
      assert.notEqual(distrusting.said?.ok, true);
      assert.match(distrusting.output, /certificate/i);
    });
  });
});
