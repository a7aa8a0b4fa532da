import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { Failure } from './failure';

/** Everything that this project keeps on a machine, as absolute paths. Nothing is created by asking for a path. */
export interface FleetHome {
  readonly root: string;
  /** Links to the tools in use, for the operator's own hands; no code reads them. */
  readonly bin: string;
  /** `tools/<name>/<version>-<hash>/bin/<name>`: the tools themselves, so that two checkouts do not fight. */
  readonly tools: string;
  /** What `go build` keeps between runs, unless the environment names places of its own. */
  readonly go: string;
  /** Resource definitions copied out of pinned modules, one folder per set of pins. */
  readonly definitions: string;
  /** Deployment state, one folder per cluster. */
  readonly state: string;
  /** PULUMI_HOME: plugins and the engine's own bookkeeping. */
  readonly pulumi: string;
  /** Lock files, never deleted while the folder lives. */
  readonly locks: string;
  /** Where half-done work lies; what is found here without a living owner may be deleted. */
  readonly scratch: string;
  cluster(name: string): ClusterHome;
}

/** What is kept about one cluster, ours or an existing one. */
export interface ClusterHome {
  readonly root: string;
  /** A kubeconfig that stands alone: certificates inside, one context, mode 0600. */
  readonly kubeconfig: string;
  /** KWOK_WORKDIR of a cluster that we run; kwokctl puts the cluster itself in `clusters/<name>` below. */
  readonly kwok: string;
}

/** The environment variables that decide where the folder lies. */
export interface HomeEnvironment {
  readonly FLEET_HOME?: string | undefined;
  readonly XDG_DATA_HOME?: string | undefined;
  readonly HOME?: string | undefined;
}

/**
 * Finds the folder: FLEET_HOME, else `memory-fleet` in XDG_DATA_HOME, else in `~/.local/share`.
 * A relative FLEET_HOME counts from the working directory; a relative XDG_DATA_HOME is ignored, as its standard asks.
 *
 * @throws Failure when neither a variable nor a home directory says where
 */
export function fleetHome(environment: HomeEnvironment = process.env): FleetHome {
  return fleetHomeAt(resolveRoot(environment));
}

/** The layout below a given absolute folder; tests use folders of their own. */
export function fleetHomeAt(root: string): FleetHome {
  return {
    root,
    bin: join(root, 'bin'),
    tools: join(root, 'tools'),
    go: join(root, 'go'),
    definitions: join(root, 'definitions'),
    state: join(root, 'state'),
    pulumi: join(root, 'pulumi'),
    locks: join(root, 'locks'),
    scratch: join(root, 'scratch'),
    cluster: (name) => clusterHomeAt(join(root, 'clusters', name)),
  };
}

function clusterHomeAt(root: string): ClusterHome {
  return { root, kubeconfig: join(root, 'kubeconfig'), kwok: join(root, 'kwok') };
}

function resolveRoot(environment: HomeEnvironment): string {
  if (environment.FLEET_HOME) return resolve(environment.FLEET_HOME);
  const data = environment.XDG_DATA_HOME;
  if (data && isAbsolute(data)) return join(data, 'memory-fleet');
  const home = environment.HOME || homedir();
  if (!home) {
    throw new Failure('there is no home directory to keep anything in', 'set FLEET_HOME to a folder of your choice');
  }
  return join(home, '.local', 'share', 'memory-fleet');
}
