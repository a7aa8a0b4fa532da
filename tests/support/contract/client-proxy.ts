import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IContainer } from 'kubernetes-models/v1';
import { proxyPorts } from '../../../components/kit/parts/auth-sidecar';
import { send } from './http';
import { freePorts } from './ports';
import { Running } from './process';
import type { Program } from './program';

/** The proxy that knows each client by a key, as a plan has it: its mounts are folders of this machine. */
export class ClientProxy {
  readonly folder = mkdtempSync(join(tmpdir(), 'memory-fleet-clients-'));
  /** Where requests are guarded, and where monitoring asks. */
  guarded = 0;
  health = 0;
  #running: Running | undefined;

  constructor() {
    for (const name of ['keys', 'known', 'config']) mkdirSync(join(this.folder, name));
  }

  get running(): Running {
    return this.#running ?? assert.fail('the proxy was not started');
  }

  /** Puts the key of a client where the proxy finds it, as the kubelet does. */
  bring(client: string, key: string): void {
    writeFileSync(join(this.folder, 'keys', client), key);
  }

  /**
   * Starts it, and waits until it answers.
   *
   * @param config files of its ConfigMap
   * @param alive a path that it answers on the port of health
   * @param here values of its environment that differ on this machine
   */
  async start(
    haproxy: Program,
    container: IContainer,
    config: Readonly<Record<string, string>>,
    { alive = '/live', here = {} }: { readonly alive?: string; readonly here?: Readonly<Record<string, string>> } = {},
  ): Promise<void> {
    const places: readonly (readonly [string, string])[] = [
      ['/usr/local/etc/haproxy', join(this.folder, 'config')],
      ['/run/client-keys', join(this.folder, 'keys')],
      ['/run/known-clients', join(this.folder, 'known')],
    ];
    const local = (text: string) => places.reduce((all, [from, to]) => all.replaceAll(from, to), text);
    for (const [name, text] of Object.entries(config)) writeFileSync(join(this.folder, 'config', name), text);
    const [program = '', ...words] = [...(container.command ?? []), ...(container.args ?? [])]
      .map(local)
      // Killed, the shell that starts it would leave it behind.
      .flatMap((word) => (word === 'haproxy' ? ['setpriv', '--pdeathsig', 'KILL', haproxy.path] : [word]));
    const ports = await freePorts([proxyPorts.guarded, proxyPorts.health]);
    const [guarded = 0, health = 0] = [ports[proxyPorts.guarded], ports[proxyPorts.health]];
    [this.guarded, this.health] = [guarded, health];
    const running = new Running(program, words, {
      ...haproxy.env,
      PATH: process.env.PATH ?? '',
      ...Object.fromEntries((container.env ?? []).map(({ name, value = '' }) => [name, local(value)])),
      PROXY_ADDRESS: '127.0.0.1',
      PROXY_GUARDED_PORT: String(guarded),
      PROXY_HEALTH_PORT: String(health),
      KEYS_SECONDS: '0.2',
      ...here,
    });
    this.#running = running;
    const answers = () => send({ port: health, path: alive }).catch(() => undefined);
    while (!running.hasEnded && (await answers()) === undefined) await sleep(20);
    assert.ok(!running.hasEnded, running.output);
  }

  async stop(): Promise<void> {
    await this.#running?.stop(1);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
