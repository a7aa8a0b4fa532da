import assert from 'node:assert/strict';
import { join } from 'node:path';
import { execa } from 'execa';
import type { SystemPlan } from '../../components/system';
import { Failure } from '../../operate/base/failure';
import { fleetHomeAt } from '../../operate/base/fleet-home';
import { stackCluster } from '../../operate/cluster/stack-cluster';
import { verifySystem } from '../../operate/commands/verify/verify';
import { controlPlane, removeNamespace } from '../support/cluster/control-plane';
import { orSkip } from '../support/contract/missing';
import { NoteServer, noteFacts } from '../support/contract/note-server';
import { type MadeUpCheckout, madeUpCheckout } from '../support/made-up';
import { requireImage } from '../support/node/images';
import { nodeApi, place } from '../support/node/pods';
import { machineAddress, relay } from '../support/node/relay';
import { systemWith } from '../support/objects';

describe('fleet verify, through the API server', function () {
  this.timeout(120_000);
  let stream: NoteServer;
  let http: NoteServer;

  before(async function () {
    await orSkip(this, async () => requireImage('docker.io/library/haproxy:3.2.4-alpine'));
    stream = await NoteServer.started({ transport: 'sse', takesAnyHost: true, address: machineAddress() });
    http = await NoteServer.started({ transport: 'http', address: machineAddress() });
  });
  after(async () => {
    await stream?.stop();
    await http?.stop();
  });

  describe('of several servers', () => {
    const namespace = 'verify-servers';
    const labels = { app: 'notes' };

    before(async () => place(await nodeApi(), namespace));
    after(() => removeNamespace(namespace));

    const look = () => {
      const servers = [
        noteFacts('notes', stream, { podLabels: labels, takesAnyHost: true }),
        noteFacts('notes-http', http, { podLabels: labels, ports: { requests: 8002, health: 18002 } }),
      ] as const;
      const { cluster, folder } = controlPlane();
      const system: SystemPlan = { ...systemWith({}), namespace, operations: { servers, backups: [] } };
      const of = { name: 'verify', config: { cluster: {} } as never };
      const reached = () => stackCluster(fleetHomeAt(folder), of, cluster);
      return verifySystem(
        { stack: 'local', system, cluster: reached },
        { samples: 1, restart: true },
        undefined,
        'silent',
      );
    };

    it('says that no pod of them is ready', async () => {
      await assert.rejects(look(), (error: Failure) => {
        assert.match(error.message, /no pod of thing is ready in namespace verify-servers/);
        return error instanceof Failure;
      });
    });

    it('asks each at its own ports, for its health once, and restarts it', async () => {
      const { name } = systemWith({}).operations.servers[0]?.workload ?? { name: '' };
      const ports = { 8000: stream.port, 18000: stream.healthPort, 8002: http.port, 18002: http.healthPort };
      await relay({ name, namespace, labels }, ports);
      const { findings } = await look();
      const seen = (server: string) => [
        ...[`ok ${server}: /readyz`, `${server === 'notes' ? 'skipped' : 'ok'} ${server}: unknown host name`],
        ...[`skipped ${server}: without token`, `ok ${server}: MCP session`, `ok ${server}: tools`],
        ...[`ok ${server}: status answers`, `ok ${server}: restart`, `ok ${server}: status answers after the restart`],
      ];
      assert.deepEqual(
        findings.map(({ subject, status }) => `${status} ${subject}`),
        [...seen('notes'), ...seen('notes-http')],
      );
      assert.deepEqual([stream.asked, http.asked], [1, 1]);
    });
  });

  describe('of an instance of a system that has several', () => {
    const namespace = 'notebook-work';
    let checkout: MadeUpCheckout;

    before(async () => {
      checkout = madeUpCheckout();
      checkout.stack('notes', { notebook: { instances: { private: {}, work: {} } } });
      await place(await nodeApi(), namespace);
    });
    after(async () => {
      await removeNamespace(namespace);
      checkout?.remove();
    });

    it('asks its own server', async () => {
      const { cluster, folder } = controlPlane();
      const labels = { app: 'notebook', 'app.kubernetes.io/name': 'notebook', component: 'server' };
      await relay({ name: 'notebook', namespace, labels }, { 8000: http.port, 18000: http.healthPort });
      const program = join(checkout.root, 'operate/fleet.js');
      const args = ['verify', '--system', namespace, '--stack', 'notes', '--kubeconfig', cluster.kubeconfig, '--json'];
      const env = { FLEET_HOME: folder };
      const { stdout, stderr } = await execa(process.execPath, [program, ...args], {
        cwd: checkout.root,
        reject: false,
        env,
      });
      const { findings } = JSON.parse(stdout || `"${stderr}"`) as { findings: { subject: string; status: string }[] };
      const bad = findings.filter(({ status }) => status !== 'ok' && status !== 'skipped');
      assert.deepEqual(bad, []);
      assert.ok(findings.some(({ subject }) => subject.endsWith('status answers')));
    });
  });
});
