import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Secret } from '@kubernetes/client-node';
import { execa } from 'execa';
import { proxyPorts } from '../../components/kit/parts/auth-sidecar';
import { controlPlane, eventually, live, removeNamespace } from '../support/cluster/control-plane';
import { ContainerLog, type Remove, serveLogs, servePorts } from '../support/cluster/kubelet';
import { type OperatorMachine, operatorMachine } from '../support/cluster/operator-machine';
import { walkOf } from '../support/cluster/walk';
import { withDefinitions } from '../support/cluster/with-definitions';
import { World } from '../support/cluster/world';
import { obtainMemoryMcp } from '../support/contract/memory-mcp-build';
import { orSkip } from '../support/contract/missing';
import { distributionProgram } from '../support/contract/program';
import { Pod } from '../support/contract/server';

const page = 'docs/getting-started.md';

describe('the walks from nothing to a verified server', function () {
  this.timeout(600_000);
  let removeDefinitions: Remove;
  const world = new World();

  before(async () => {
    removeDefinitions = await withDefinitions('prometheuses.monitoring.coreos.com');
  });
  after(() => removeDefinitions?.());
  afterEach(async () => {
    await world.remove();
  });

  /** Runs commands as an operator does: one shell, which stops at the first that fails. */
  async function walked(heading: string, { env, home }: OperatorMachine): Promise<string> {
    const script = `set -euxo pipefail\n${walkOf(page, heading)}`;
    const { all, exitCode } = await execa('bash', ['-c', script], { cwd: home, env, all: true, reject: false });
    assert.equal(exitCode, 0, all);
    return all ?? '';
  }

  describe('memory-mcp on goddess', () => {
    const namespace = 'memory-mcp';
    const removes: Remove[] = [];
    let pod: Pod | undefined;
    let programs: { memoryMcp: string; haproxy: Awaited<ReturnType<typeof distributionProgram>> };

    before(async function () {
      this.timeout(0);
      programs = {
        haproxy: await orSkip(this, () => distributionProgram('haproxy')),
        memoryMcp: await orSkip(this, obtainMemoryMcp),
      };
    });
    after(async () => {
      for (const remove of removes) await remove();
      await pod?.remove();
      await removeNamespace(namespace);
    });

    it('ends with every check of the real server good', async () => {
      await world.bringGoddess();
      const gate = join(controlPlane().folder, 'goddess-is-served');
      const machine = await operatorMachine('walk-goddess', 'goddess', gate);
      const [said] = await Promise.all([walked('memory-mcp on goddess', machine), served(gate), approved()]);
      assert.match(said, /^ok +Secret memory-mcp-github-token/m);
      const [verified = ''] = said.match(/^\d+ ok.*$/gm)?.slice(-2) ?? [];
      assert.match(verified, /^1\d ok(, \d skipped)?$/, said);
      assert.match(said, /https:\/\/memories\.svc\.echoes\/mcp/);
    });

    /** Starts the real server behind its proxy, with the token that the operator has made, where the simulated pod is. */
    async function served(gate: string): Promise<void> {
      const token = await secretOf('memory-mcp-bearer', 'token');
      const options = { authentication: { mode: 'bearer' }, server: { sessionRateLimit: 0 } };
      pod = await Pod.started(programs, { memoryMcp: options, secrets: { 'memory-mcp-bearer/token': token } });
      const { guarded, health } = proxyPorts;
      removes.push(await servePorts({ namespace }, { [guarded]: pod.port(guarded), [health]: pod.port(health) }));
      writeFileSync(gate, '');
    }

    /** Plays GitHub: somebody enters the code, and the login writes the token. */
    async function approved(): Promise<void> {
      const job = {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'memory-mcp-bootstrap-on-demand', namespace },
      };
      await eventually(
        'the namespace is there',
        async () => (await live(named('Namespace', namespace))) !== undefined,
        300,
      );
      const log = new ContainerLog();
      log.write(
        'Open this URL in your browser:',
        '  https://github.com/login/device',
        'Enter this code when prompted:',
        '  ABCD-1234',
      );
      removes.push(await serveLogs({ namespace, containers: ['login'] }, log));
      await eventually('the login runs', async () => (await live(job)) !== undefined, 300);
      const token = { ...named('Secret', 'memory-mcp-github-token', namespace), stringData: { token: 'gho_example' } };
      await controlPlane().objects.create(token);
    }

    async function secretOf(name: string, key: string): Promise<string> {
      const read = async () => (await live<V1Secret>(named('Secret', name, namespace)))?.data?.[key];
      await eventually(`Secret ${name} is made`, async () => (await read()) !== undefined, 300);
      return Buffer.from((await read()) ?? '', 'base64')
        .toString()
        .trim();
    }
  });

  describe('Context Engine on lab', () => {
    after(() => removeNamespace('context-engine'));

    it('ends with nothing missing but what is brought from elsewhere', async () => {
      await world.bringLab();
      const gate = join(controlPlane().folder, 'always-there');
      writeFileSync(gate, '');
      const machine = await operatorMachine('walk-lab', 'lab', gate);
      // What the first walk has done already.
      const first = walkOf(page, 'memory-mcp on goddess').split('pulumi stack init')[0] ?? '';
      mkdirSync(join(machine.home, '.docker'));
      writeFileSync(join(machine.home, '.docker', 'config.json'), '{"auths":{}}');
      for (const what of ['username', 'password']) writeFileSync(join(machine.home, `git-${what}`), 'x');
      const walk = `${first}${walkOf(page, 'Context Engine on lab')}`;
      const script = `set -euxo pipefail\n${walk}npx fleet doctor --stack lab || true`;
      const { all = '', exitCode } = await execa('bash', ['-c', script], {
        cwd: machine.home,
        env: machine.env,
        all: true,
        reject: false,
      });
      assert.equal(exitCode, 0, all);
      assert.match(all, /https:\/\/context\.lab\.example\.org\/mcp-http\/memory\/mcp/);
      const missing =
        all
          .split('client print')
          .at(-1)
          ?.match(/^missing +.*?(?= {2,})/gm) ?? [];
      assert.deepEqual(
        missing.map((line) => line.replace(/^missing +/, '')),
        ['volume of repository monolith', 'upload of repository sketches'],
      );
    });
  });
});

function named(kind: string, name: string, namespace?: string) {
  return { apiVersion: 'v1', kind, metadata: { name, ...(namespace ? { namespace } : {}) } };
}
