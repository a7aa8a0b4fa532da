import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Exec, KubeConfig, type V1Pod, type V1Status } from '@kubernetes/client-node';
import { execa } from 'execa';
import { forwardPort } from '../../operate/cluster/port-forward';
import { toolPath } from '../../operate/toolchain';
import { controlPlane, ensureNamespace, eventually, live, removeNamespace } from '../support/cluster/control-plane';
import { ContainerLog, serveExec, serveLogs, servePorts } from '../support/cluster/kubelet';

const namespace = 'kubelet';
const metadata = { name: 'pod', namespace };
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata,
  spec: { containers: [{ name: 'main', image: 'example.org/none:1' }] },
};

describe('the simulated kubelet', () => {
  const kubeConfig = new KubeConfig();
  let server: Server;

  before(async () => {
    const { cluster, objects } = controlPlane();
    kubeConfig.loadFromFile(cluster.kubeconfig);
    await ensureNamespace(namespace);
    await eventually('the namespace has its account', async () => {
      return (
        (await live({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } })) !==
        undefined
      );
    });
    await objects.create(pod);
    await eventually('the pod runs', async () => (await live<V1Pod>(pod))?.status?.phase === 'Running');
    server = createServer((_, response) => response.end('from this machine'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    server?.close();
    await removeNamespace(namespace);
  });

  it('shows the log of a container, also what it writes later', async () => {
    const log = new ContainerLog();
    log.write('first');
    const remove = await serveLogs({ namespace }, log);
    const { cluster, tools } = controlPlane();
    const follow = execa(toolPath(tools, 'kubectl'), ['-n', namespace, 'logs', '-f', 'pod'], {
      env: { KUBECONFIG: cluster.kubeconfig },
      reject: false,
    });
    let text = '';
    follow.stdout.on('data', (part) => {
      text += part;
    });
    await eventually('the first line is there', async () => text === 'first\n');
    log.write('second', 'third');
    await eventually('the later lines are there', async () => text === 'first\nsecond\nthird\n');
    follow.kill();
    await follow;
    await remove();
  });

  it('forwards a port', async () => {
    const remove = await servePorts({ namespace, names: ['pod'] }, { 8080: (server.address() as AddressInfo).port });
    const forwarded = await forwardPort(kubeConfig, { namespace, pod: 'pod', port: 8080 });
    const answer = async () => {
      try {
        return await (await fetch(`http://127.0.0.1:${forwarded.port}/`)).text();
      } catch {
        return undefined;
      }
    };
    await eventually('the port is served', async () => (await answer()) !== undefined);
    assert.equal(await answer(), 'from this machine');
    await forwarded.close();
    await remove();
  });

  it('runs a command', async () => {
    const workDir = mkdtempSync(join(controlPlane().folder, 'exec-'));
    const remove = await serveExec({ namespace, containers: ['main'] }, { workDir, env: { GREETING: 'hello' } });
    await eventually('the command is served', async () => (await run('true')).status.status === 'Success');
    const { status, out } = await run('echo $GREETING from $PWD');
    assert.equal(status.status, 'Success');
    assert.equal(out, `hello from ${workDir}\n`);
    const failed = await run('exit 3');
    assert.equal(failed.status.status, 'Failure');
    assert.match(failed.status.message ?? '', /exit status 3/);
    await remove();
  });

  async function run(script: string): Promise<{ status: V1Status; out: string }> {
    let out = '';
    const stdout = new Writable({
      write: (part, _, done) => {
        out += part;
        done();
      },
    });
    const command = ['sh', '-c', script];
    const exec = new Exec(kubeConfig);
    const status = await new Promise<V1Status>((resolve, reject) => {
      exec.exec(namespace, 'pod', 'main', command, stdout, null, null, false, resolve).catch(reject);
    });
    return { status, out };
  }
});
