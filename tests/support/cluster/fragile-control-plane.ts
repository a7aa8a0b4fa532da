import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fleetHome, fleetHomeAt } from '../../../operate/base/fleet-home';
import { type ConfigOverrides, type OpenStack, openStack } from '../../../operate/engine';
import { killOrphanedProviders } from '../../../operate/engine/orphans';
import { createCluster } from '../../../operate/local-cluster';
import { kwokFolder } from '../../../operate/local-cluster/control-plane';
import { clusterProcesses } from '../../../operate/local-cluster/processes';
import { cachedTools, endControlPlane, onlyMemoryMcp, projectDir } from './control-plane';
import { interrupt, stoppedOnInterrupt } from './interrupt';

/** A control plane whose API server may be killed. */
export interface FragileControlPlane {
  readonly kubeconfig: string;
  /** The state folder of a stack that is opened here under that name. */
  stateOf(name: string): string;
  open(name: string, configOverrides: ConfigOverrides): Promise<OpenStack>;
  /** Kills the API server, in the middle of whatever it does. */
  killApiServer(): void;
  /** Starts again what was killed, with its data and at its address. */
  heal(): Promise<void>;
  /** Kills the providers that outlived their engine. @returns their process ids */
  killOrphans(): Promise<readonly number[]>;
  stop(): Promise<unknown>;
}

/**
 * Starts a control plane beside the run's own, which other tests rely on.
 *
 * It serves built-in kinds only: a provider reads the whole schema each time it starts, which took 12 s with all
 * definitions and 2 s without.
 */
export async function startFragileControlPlane(): Promise<FragileControlPlane> {
  const tools = await cachedTools();
  const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-test-'));
  const home = fleetHomeAt(folder);
  const options = {
    home,
    cache: fleetHome(),
    tools,
    projectDir,
    name: 'fragile',
    definitions: () => false,
    signal: interrupt,
  };
  // Known before it starts: who loses patience does so while a control plane starts.
  const stop = stoppedOnInterrupt(() => endControlPlane(home, options.name));
  const cluster = await createCluster(options);
  const stateOf = (name: string) => join(folder, 'state', name);
  return {
    kubeconfig: cluster.kubeconfig,
    stateOf,
    open: (name, configOverrides) =>
      openStack({
        stack: 'local',
        home,
        tools,
        projectDir,
        kubeconfig: cluster.kubeconfig,
        stateDir: stateOf(name),
        configOverrides: { ...onlyMemoryMcp, ...configOverrides },
      }),
    killApiServer: () => {
      const server = clusterProcesses(kwokFolder(home, cluster.name)).find(({ name }) => name === 'kube-apiserver');
      if (!server) throw new Error('there is no API server to kill');
      process.kill(server.pid, 'SIGKILL');
    },
    heal: async () => {
      const { start, server } = await createCluster(options);
      if (start !== 'started' || server !== cluster.server) throw new Error(`the control plane ${start} at ${server}`);
    },
    killOrphans: () => killOrphanedProviders(home.pulumi),
    stop,
  };
}
