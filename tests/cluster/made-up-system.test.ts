import assert from 'node:assert/strict';
import { join } from 'node:path';
import { execa } from 'execa';
import { controlPlane, live, openMadeUpStack, removeNamespace } from '../support/cluster/control-plane';
import { type MadeUpCheckout, madeUpCheckout } from '../support/made-up';

const namespaces = { private: 'notebook-private', work: 'notebook-work' };

/** What a command prints with `--json`, as far as this looks at it. */
interface Printed {
  readonly exitCode: number;
  readonly findings: readonly { readonly subject: string; readonly status: string; readonly found?: string }[];
}

describe('a made-up system with two instances, on a cluster', () => {
  let checkout: MadeUpCheckout;

  const opened = () => openMadeUpStack(checkout, 'notes', 'made-up');

  /** Runs a command of that checkout as an operator does. */
  async function fleet(...args: string[]): Promise<Printed> {
    const { cluster, folder } = controlPlane();
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      [
        join(checkout.root, 'operate/fleet.js'),
        ...args,
        '--stack',
        'notes',
        '--kubeconfig',
        cluster.kubeconfig,
        '--json',
      ],
      {
        cwd: checkout.root,
        reject: false,
        env: { FLEET_HOME: folder },
      },
    );
    try {
      return { exitCode: exitCode ?? -1, findings: [], ...JSON.parse(stdout) };
    } catch {
      throw new Error(`fleet ${args.join(' ')} (${exitCode}): ${stdout}${stderr}`);
    }
  }

  before(() => {
    checkout = madeUpCheckout();
  });
  after(async () => {
    for (const namespace of Object.values(namespaces)) await removeNamespace(namespace);
    checkout?.remove();
  });

  it('comes up', async () => {
    checkout.stack('notes', { notebook: { instances: { private: {} } } });
    const { changes, outputs } = await (await opened()).up();
    assert.ok((changes.create ?? 0) > 10, JSON.stringify(changes));
    assert.equal(
      outputs.notebook?.value.instances.private.inClusterUrl,
      'http://notebook.notebook-private.svc.cluster.local:8000/mcp',
    );
  });

  it('gets another instance without touching the first', async () => {
    checkout.stack('notes', { notebook: { instances: { private: {}, work: {} } } });
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'notebook', namespace: 'notebook-private' },
    };
    const generation = async () =>
      (await live<{ metadata: { generation?: number } } & typeof deployment>(deployment as never))?.metadata.generation;
    const before = await generation();
    const { changes } = await (await opened()).up();
    assert.equal(changes.update ?? 0, 0, JSON.stringify(changes));
    assert.equal(changes.delete ?? 0, 0, JSON.stringify(changes));
    assert.ok((changes.create ?? 0) > 10, JSON.stringify(changes));
    assert.equal(await generation(), before);
  });

  it('has not drifted, and nothing of it is left to adopt', async () => {
    const drift = await fleet('drift');
    assert.equal(drift.exitCode, 0, JSON.stringify(drift));
    const adopt = await fleet('adopt');
    const bad = adopt.findings.filter(({ status }) => status === 'failed' || status === 'warning');
    assert.deepEqual(bad, []);
  });

  it('is examined by doctor, each instance on its own', async () => {
    const { findings } = await fleet('doctor');
    for (const namespace of Object.values(namespaces)) {
      assert.ok(
        findings.some(({ subject, found = '' }) => `${subject} ${found}`.includes(namespace)),
        `nothing about ${namespace}: ${findings.map(({ subject }) => subject).join(', ')}`,
      );
    }
  });

  it('has a backup for each instance, whose state is told', async () => {
    const { findings } = await fleet('backup', 'status');
    for (const id of Object.values(namespaces)) {
      assert.ok(
        findings.some(({ subject }) => subject.includes(id)),
        findings.map(({ subject }) => subject).join(', '),
      );
    }
  });
});
