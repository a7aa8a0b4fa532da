import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, parseAllDocuments } from 'yaml';
import { kwokctlError } from '../../../operate/local-cluster/control-plane';
import { servedKinds } from '../../../operate/local-cluster/crds';
import { verify } from '../../../operate/local-cluster/definitions';
import { requireSameNodes } from '../../../operate/local-cluster/kinds-of-nodes';
import { keepsRunning, kwokctlConfig, type RealNode } from '../../../operate/local-cluster/kwok-config';
import { simulatedNodes } from '../../../operate/local-cluster/nodes';
import { choosePorts, isFree } from '../../../operate/local-cluster/ports';
import { clusterProcesses, stopProcesses } from '../../../operate/local-cluster/processes';
import { storageClass } from '../../../operate/local-cluster/storage-classes';
import { folder, removeFolders, runs } from '../../support/unit/operate';

describe('processes of a cluster', () => {
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    removeFolders();
  });

  /** Starts a program as kwokctl would: `bin/<name>` of a folder, in that folder. */
  async function component(place: string, name: string, cwd = place): Promise<number> {
    mkdirSync(join(place, 'bin'), { recursive: true });
    copyFileSync('/bin/sleep', join(place, 'bin', name));
    const child = spawn(join(place, 'bin', name), ['60'], { cwd, stdio: 'ignore' });
    started.push(child);
    await once(child, 'spawn');
    await sleep(20);
    return child.pid ?? 0;
  }

  it('are found by what they are, not by a number in a file', async () => {
    const [ours, other] = [folder(), folder()];
    const apiServer = await component(ours, 'kube-apiserver');
    const etcd = await component(ours, 'etcd');
    await component(ours, 'kubectl');
    await component(other, 'etcd');
    await component(other, 'kube-scheduler', ours);
    assert.deepEqual(
      clusterProcesses(ours).filter(({ pid }) => [apiServer, etcd].includes(pid)),
      [
        { pid: apiServer, name: 'kube-apiserver' },
        { pid: etcd, name: 'etcd' },
      ],
    );
    assert.equal(
      clusterProcesses(ours).some(({ name }) => name === 'kubectl'),
      false,
    );
  });

  it('are ended, and nobody else is', async () => {
    const [ours, other] = [folder(), folder()];
    const pid = await component(ours, 'etcd');
    const stranger = await component(other, 'etcd');
    const ended = await stopProcesses(ours);
    assert.deepEqual(ended, [{ pid, name: 'etcd' }]);
    assert.deepEqual(clusterProcesses(ours), []);
    assert.equal(runs(stranger), true);
  });

  it('are none where there is no such folder', async () => {
    assert.deepEqual(await stopProcesses('/no/such/cluster'), []);
  });
});

describe('ports of a cluster', () => {
  afterEach(removeFolders);

  it('are all different, free, and the same at the next start', async () => {
    const record = join(folder(), 'ports.json');
    const ports = await choosePorts(record);
    assert.equal(new Set(Object.values(ports)).size, 6);
    assert.deepEqual(await choosePorts(record), ports);
  });

  it('move where somebody else took one meanwhile', async () => {
    const record = join(folder(), 'ports.json');
    const ports = await choosePorts(record);
    const server = createServer().listen(ports.apiServer, '127.0.0.1');
    await once(server, 'listening');
    try {
      assert.equal(await isFree(ports.apiServer), false);
      const next = await choosePorts(record);
      assert.notEqual(next.apiServer, ports.apiServer);
      assert.equal(next.etcd, ports.etcd);
    } finally {
      server.close();
    }
  });
});

describe('what a cluster is made of', () => {
  const ports = { etcd: 1, etcdPeer: 2, apiServer: 3, controllerManager: 4, scheduler: 5, kwok: 6 };
  const text = kwokctlConfig('test', { bindAddress: '127.0.0.1' }, ports, 'kind: Stage\nmetadata: {name: built-in}\n');

  it('is one file: the options, the built-in stages, and those for volumes', () => {
    const documents = parseAllDocuments(text).map((each) => each.toJS());
    assert.equal(documents[0].options.bindAddress, '127.0.0.1');
    assert.equal(documents[0].options.etcdPeerPort, 2);
    const stages = documents.slice(1).map((each) => each.metadata.name);
    assert.deepEqual(stages, ['built-in', 'claim-provision', 'claim-grow', 'volume-delete']);
  });

  it('lets kwok stand in for the kubelets, and end the pods of a Job that do not say that they keep running', () => {
    const stage = `kind: Stage
metadata: {name: pod-complete}
spec: {selector: {matchExpressions: [{key: .status.phase, operator: In, values: [Running]}]}}
`;
    const config = kwokctlConfig('test', {}, ports, stage);
    const [first, second] = parseAllDocuments(config).map((each) => each.toJS());
    const kwok = first.componentsPatches.find(({ name }: { name: string }) => name === 'kwok-controller');
    assert.deepEqual(kwok.extraArgs, [{ key: 'enable-crds', value: 'ClusterExec,ClusterLogs,ClusterPortForward' }]);
    assert.deepEqual(second.spec.selector.matchExpressions[1], {
      key: `.metadata.annotations["${keepsRunning}"]`,
      operator: 'DoesNotExist',
    });
  });

  it('leaves a real node to its own kubelet, which is reached by its address with a certificate', () => {
    const [config] = parseAllDocuments(kwokctlConfig('test', {}, ports, '', { volumes: '/v', certificates: '/c' })).map(
      (each) => each.toJS(),
    );
    const flags = (component: string): Record<string, string> =>
      Object.fromEntries(
        config.componentsPatches
          .filter(({ name }: { name: string }) => name === component)
          .flatMap(({ extraArgs }: { extraArgs: { key: string; value: string }[] }) => extraArgs)
          .map(({ key, value }: { key: string; value: string }) => [key, value]),
      );
    assert.equal(flags('kwok-controller')['manage-all-nodes'], 'false');
    assert.equal(flags('kwok-controller')['manage-nodes-with-annotation-selector'], 'kwok.x-k8s.io/node=fake');
    assert.equal(flags('kube-apiserver')['kubelet-preferred-address-types'], 'InternalIP');
    assert.equal(flags('kube-apiserver')['kubelet-client-certificate'], '/c/admin.crt');
  });

  it('says in both stages of volumes that those for a real node are folders on it', () => {
    const stages = (real?: RealNode) =>
      parseAllDocuments(kwokctlConfig('test', {}, ports, '', real))
        .map((each) => each.toJS())
        .filter((each) => each?.kind === 'Stage');
    const templates = (real?: RealNode) =>
      stages(real).flatMap(({ spec }) =>
        spec.steps.flatMap((step: { apply?: { template: string } }) => step.apply?.template ?? []),
      );
    const real = templates({ volumes: '/v', certificates: '/c' });
    assert.equal(real.length, 2);
    for (const template of real) {
      assert.match(template, /local: \{ path: "\/v\/pvc-\{\{ \.metadata\.uid \}\}" \}/);
      assert.match(template, /\{\{ else \}\}\n +csi:\n +driver: .*\n +volumeHandle: .*\n +\{\{ end \}\}/);
    }
    for (const template of templates()) assert.doesNotMatch(template, /local:/);
  });

  it('keeps pods off simulated nodes where a real one stands beside them', () => {
    const taints = (tainted: boolean) => simulatedNodes(1, tainted).map(({ spec }) => spec);
    assert.deepEqual(taints(false), [undefined]);
    assert.deepEqual(taints(true), [{ taints: [{ key: 'memory-fleet.local/simulated', effect: 'NoSchedule' }] }]);
  });

  it('keeps the kind of its nodes', () => {
    for (const [kept, wanted] of [
      ['simulated', 'real'],
      ['real', 'simulated'],
      ['both', 'real'],
    ] as const) {
      assert.throws(
        () => requireSameNodes(kept, wanted),
        { name: 'Failure', remedy: /npm run reset/ },
        `${kept} ${wanted}`,
      );
    }
    requireSameNodes('real', 'real');
    assert.throws(() => requireSameNodes('real', 'simulated'), { remedy: /`npm start -- --real`/ });
    assert.throws(() => requireSameNodes('simulated', 'real'), { remedy: /`npm start`/ });
  });

  it('has nodes in zones of their own', () => {
    const zones = simulatedNodes(3, false).map((node) => node.metadata.labels?.['topology.kubernetes.io/zone']);
    assert.equal(new Set(zones).size, 3);
  });

  it('has classes with the binding mode that was asked for, one of them the default', () => {
    const marked = storageClass({ name: 'a', bindingMode: 'Immediate', default: true });
    const plain = storageClass({ name: 'b', bindingMode: 'WaitForFirstConsumer' });
    const annotation = 'storageclass.kubernetes.io/is-default-class';
    assert.deepEqual([marked.volumeBindingMode, plain.volumeBindingMode], ['Immediate', 'WaitForFirstConsumer']);
    assert.deepEqual(
      [marked, plain].map((each) => each.metadata.annotations?.[annotation]),
      ['true', 'false'],
    );
  });

  it('waits for every served version of a definition', () => {
    const crd = parse(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.example.test }
spec:
  group: example.test
  names: { plural: things }
  versions: [{ name: v1, served: true }, { name: v1alpha1, served: false }]
`);
    assert.deepEqual(servedKinds([crd]), ['example.test/v1/things']);
  });

  it('tells why kwokctl failed, in words', () => {
    const line = '{"level":"ERROR","msg":"Execute exit","err":"cmd wait: kube-scheduler: \\"x\\" is no port\\n"}';
    assert.equal(
      kwokctlError(`{"level":"INFO","msg":"Cluster is creating"}\n${line}\n`),
      'cmd wait: kube-scheduler: "x" is no port',
    );
    assert.equal(kwokctlError('plain words\n'), 'plain words');
  });

  it('refuses a module whose content is not what was pinned', () => {
    const pin = { module: 'example.test/m', version: 'v1.0.0', sum: 'h1:right' };
    const right = { Path: pin.module, Sum: 'h1:right', Dir: '/d' };
    verify(pin, [right], '');
    assert.throws(() => verify(pin, [{ ...right, Sum: 'h1:wrong' }], ''), /h1:wrong, and h1:right is pinned/);
    assert.throws(() => verify(pin, [{ Path: pin.module, Error: 'no route' }], ''), /could not be fetched: no route/);
    assert.throws(() => verify(pin, [], 'go: not found'), /could not be fetched: go: not found/);
  });
});
