import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import type { CommandRun } from '../../../operate/base/run';
import { openSession, type Session } from '../../../operate/mcp/session';
import { describedStack } from '../../../operate/stack';
import { GitRemote } from '../contract/git-remote';
import { obtainMemoryMcp } from '../contract/memory-mcp-build';
import { orSkip } from '../contract/missing';
import { Pod, type Programs } from '../contract/server';
import { withEnvironment } from '../unit/operate';
import { captured, type Ran } from './captured';
import { controlPlane, eventually, live, removeNamespace } from './control-plane';
import { type Remove, servePorts } from './kubelet';

const namespace = 'backed-up';

/** A stack with a backup: its objects on the control plane, its server and its remote as processes of this machine. */
export interface BackedUp {
  readonly namespace: string;
  readonly stack: string;
  readonly remote: GitRemote;
  readonly programs: Programs;
  /** The server that clients talk to. */
  readonly server: Pod;
  readonly session: Session;
  remember(name: string): Promise<void>;
  /** Runs a command of the operator. @returns its exit code and the JSON that it printed */
  run(work: (run: CommandRun, options: Options) => Promise<number>, options?: RunOptions): Promise<Ran>;
  remove(): Promise<void>;
}

interface Options {
  readonly stack: string;
  readonly kubeconfig: string;
  readonly json: boolean;
  readonly samples: string;
}

interface RunOptions {
  readonly signal?: AbortSignal;
  readonly [option: string]: unknown;
}

/** A schedule that does not come while a test runs. */
export function halfADayAway(): string {
  return `0 ${(new Date().getUTCHours() + 12) % 24} * * *`;
}

export async function backedUp(context: Mocha.Context): Promise<BackedUp> {
  const remote = await orSkip(context, GitRemote.started);
  const programs = { memoryMcp: await orSkip(context, obtainMemoryMcp) };
  await remote.create('memories');
  const memoryMcp = {
    namespace: { name: namespace },
    git: { remoteUrl: remote.url('memories') },
    // Only the test makes backups, and with many sessions.
    backup: { schedule: halfADayAway(), maxAgeSeconds: 30 * 86_400 },
    server: { sessionRateLimit: 0 },
  };
  const { folder } = controlPlane();
  const projectDir = mkdtempSync(join(folder, 'project-'));
  const stack = 'saved';
  writeFileSync(
    join(projectDir, `Pulumi.${stack}.yaml`),
    stringify({ config: { 'memory-fleet:memoryMcp': memoryMcp } }),
  );
  await deploy(projectDir, stack, remote.token);
  const server = await Pod.started(programs, {
    memoryMcp,
    secrets: { 'memory-mcp-github-token/token': remote.token },
    env: remote.trust,
  });
  const stopServing: Remove = await servePorts({ namespace }, { 8080: server.port() });
  const session = await openSession(server.url());
  const home = fleetHomeAt(folder);
  const { kubeconfig } = controlPlane().cluster;
  return {
    ...{ namespace, stack, remote, programs, server, session },
    remember: async (name) => {
      await session.call({ tool: 'remember', arguments: { name, scope: 'global', content: `all about ${name}` } });
    },
    run: (work, { signal = new AbortController().signal, ...more } = {}) =>
      withEnvironment({ GIT_SSL_CAINFO: remote.certificateFile, GIT_CONFIG_GLOBAL: '/dev/null' }, () =>
        captured(() => work({ home, projectDir, signal }, { stack, kubeconfig, json: true, samples: '5', ...more })),
      ),
    remove: async () => {
      await session.close();
      await stopServing();
      await server.remove();
      await remote.stop();
      await removeNamespace(namespace);
    },
  };
}

async function deploy(projectDir: string, stack: string, token: string): Promise<void> {
  const { objects } = controlPlane();
  const [system] = describedStack(projectDir, stack).plan.systems;
  for (const { object } of Object.values(system?.objects ?? {})) await objects.create(object as never);
  await objects.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'memory-mcp-github-token', namespace },
    data: { token: Buffer.from(token).toString('base64') },
  } as never);
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'memory-mcp', namespace } };
  await eventually('the server is ready', async () => {
    const found = await live<{ status?: { readyReplicas?: number } } & typeof deployment>(deployment);
    return found?.status?.readyReplicas === 1;
  });
}
