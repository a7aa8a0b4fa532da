import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runChild } from '../../operate/base/child';
import { fleetHomeAt } from '../../operate/base/fleet-home';
import { waitFor } from '../../operate/base/wait';
import { type Api, create } from '../../operate/cluster/api';
import { toolPath } from '../../operate/toolchain';
import { toolEnvironment } from '../../operate/toolchain/environment';
import { controlPlane, projectDir, removeNamespace } from '../support/cluster/control-plane';
import { withDefinitions } from '../support/cluster/with-definitions';
import { toolImage } from '../support/images';
import { makeFileServer } from '../support/node/file-server';
import { nodeApi, podsReady, toolPod, waits } from '../support/node/pods';

const namespace = 'looked-into';
const within = `/api/v1/namespaces/${namespace}`;

/** What the placeholders of the page stand for here. */
const places: Readonly<Record<string, string>> = {
  ...{ NAMESPACE: namespace, POD: 'client', CONTAINER: 'main', INIT: 'wait-for', IMAGE: toolImage, CLAIM: 'data' },
  ...{ DEPLOYMENT: 'worker', SERVICE: 'server', LOCAL: '18080', PORT: '80', INGRESS: 'server' },
  ...{ SECRET: 'keys', TLSSECRET: 'tls' },
};

/** The command lines of the page with these in their places. */
const lines = [...readFileSync(join(projectDir, 'docs/looking-inside.md'), 'utf8').matchAll(/^```sh\n(.*?)^```$/gms)]
  .flatMap(([, block = '']) => block.trim().split('\n'))
  .map((line) => line.replace(/\b[A-Z]{3,}\b/g, (word) => places[word] ?? word));
const only = (part: string) => {
  const found = lines.filter((line) => line.includes(part));
  assert.equal(found.length, 1, `${part}: ${found.join('\n')}`);
  return found[0] ?? '';
};

describe('every line of docs/looking-inside.md', () => {
  let api: Api;
  let removeDefinitions: (() => Promise<void>) | undefined;
  const tried = new Set<string>();

  /** Runs a line in a shell that has kubectl. No terminal is here, so that `-it` is `-i`. */
  const run = async (part: string, input = '') => {
    const line = only(part);
    tried.add(line);
    const { cluster, folder, tools } = controlPlane();
    const kubectl = dirname(toolPath(tools, 'kubectl'));
    const env = { ...toolEnvironment(fleetHomeAt(folder)), KUBECONFIG: cluster.kubeconfig };
    const path = `${kubectl}:${process.env.PATH}`;
    const script = `printf '%s' "$INPUT" | { ${line.replace(' -it ', ' -i ')}; }`;
    return runChild('sh', ['-c', script], { env: { ...env, PATH: path, INPUT: input } });
  };
  const says = async (part: string, words: RegExp, input?: string) => {
    const { exitCode, stderr, stdout } = await run(part, input);
    assert.equal(exitCode, 0, `${part}: ${stderr}`);
    assert.match(`${stdout}${stderr}`, words, part);
  };

  before(async () => {
    api = await nodeApi();
    removeDefinitions = await withDefinitions(
      ...['certificates.cert-manager.io', 'certificaterequests.cert-manager.io'],
      ...['orders.acme.cert-manager.io', 'challenges.acme.cert-manager.io'],
    );
    const ended = {
      ...{ name: 'wait-for', image: toolImage, command: ['sh', '-c', 'echo waited for nothing'] },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    };
    // It ends once, so that there is a log of the container before.
    const script = `[ -e /tmp/once/x ] || { touch /tmp/once/x; echo ended before; exit 1; }; echo runs; ${waits}`;
    const client = toolPod('client', {
      script,
      spec: { initContainers: [ended as never], volumes: [{ name: 'once', emptyDir: {} }] },
      container: { volumeMounts: [{ name: 'once', mountPath: '/tmp/once' }] },
    });
    await makeFileServer(api, namespace, client);
    const { metadata, spec } = toolPod('worker', { script: `echo works; ${waits}` });
    const selector = { matchLabels: metadata.labels };
    await create(api, `/apis/apps/v1/namespaces/${namespace}/deployments`, {
      ...{
        metadata: { name: 'worker' },
        spec: { selector, template: { metadata: { labels: metadata.labels }, spec } },
      },
    });
    await create(api, `${within}/secrets`, {
      metadata: { name: 'keys' },
      stringData: { first: 'hidden', second: 'x' },
    });
    await create(api, `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`, {
      metadata: { name: 'server' },
      spec: {
        podSelector: { matchLabels: { app: 'server' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { app: 'client' } } }], ports: [{ port: 8080 }] }],
      },
    });
    await create(api, `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`, {
      metadata: { name: 'server' },
      spec: { defaultBackend: { service: { name: 'server', port: { number: 80 } } } },
    });
    const { stdout } = await runChild(
      'sh',
      [
        '-c',
        'openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -days 3 -subj /CN=server.example -addext subjectAltName=DNS:server.example 2>/dev/null',
      ],
      { env: process.env as Record<string, string> },
    );
    await create(api, `${within}/secrets`, { metadata: { name: 'tls' }, stringData: { 'tls.crt': stdout } });
    await podsReady(namespace, () => true, 3);
  });
  after(async () => {
    await removeNamespace(namespace);
    await removeDefinitions?.();
  });

  it('shows what is there, and of a Secret its entries alone', async () => {
    await says('get all,', /pod\/server .*persistentvolumeclaim\/data .*secret\/keys .*networkpolicy/s);
    await says('get events', /Started/);
    await says('describe pod', /Restart Count: +[1-9]/);
    await says('describe pvc', /Status: +Bound/);
    await says('get secret keys', /^first\nsecond\n$/);
  });

  it('shows logs, those of the container before and of one that waited among them', async () => {
    await says('--tail=100', /^runs$/m);
    await says('--timestamps', /^20\S+Z runs$/m);
    await says('--previous', /^ended before$/m);
    await says('-c wait-for', /^waited for nothing$/m);
    await says('--prefix', /\[pod\/client\/main\] runs/);
    await says('logs deployment/', /^works$/m);
  });

  it('opens a shell', async () => {
    await says('exec -it', /uid=1000/, 'id\nexit\n');
  });

  it('forwards a port, past the network policy', async () => {
    const line = only('port-forward');
    tried.add(line);
    const { cluster, tools } = controlPlane();
    const [, ...words] = line.split(' ');
    const forwarding = spawn(toolPath(tools, 'kubectl'), ['--kubeconfig', cluster.kubeconfig, ...words]);
    try {
      const answered = async () =>
        (await fetch('http://127.0.0.1:18080/index.html').catch(() => undefined))?.ok || undefined;
      assert.ok(await waitFor(answered, { seconds: 30 }));
    } finally {
      forwarding.kill();
    }
  });

  it('asks for names from the place of a pod, in a namespace that Pod Security holds to restricted', () =>
    says('nslookup', /Address: +10\./));

  it('looks at what leads to it', async () => {
    assert.equal((await run('get ingressclass')).exitCode, 0);
    await says('describe ingress', /Default backend: +server:80/);
    assert.equal((await run('get certificate,')).exitCode, 0);
    await says('openssl x509', /notAfter=.*DNS:server\.example/s);
  });

  it('was tried', () =>
    assert.deepEqual(
      lines.filter((line) => !tried.has(line)),
      [],
    ));
});
