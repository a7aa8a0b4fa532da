import { createReadStream } from 'node:fs';
import { PassThrough, Writable } from 'node:stream';
import { Exec, type KubeConfig, type V1Status } from '@kubernetes/client-node';
import { Interrupted } from '../base/failure';

/** A container of a pod that runs. */
export interface ContainerPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/**
 * Runs a command in a container with a file as its standard input. The command must know by itself where the input
 * ends: not every API server can tell it.
 *
 * @param sent told how much of the file has gone out so far
 * @throws Error with what the command wrote when it fails; Interrupted
 */
export async function runWithInput(
  kubeConfig: KubeConfig,
  { namespace, pod, container }: ContainerPlace,
  command: readonly string[],
  file: string,
  signal: AbortSignal | undefined,
  sent?: (bytes: number) => void,
): Promise<void> {
  const input = new PassThrough();
  let output = '';
  const collect = new Writable({
    write: (part, _, done) => {
      output += part;
      done();
    },
  });
  // Opened before the connection, so that a file that cannot be read opens none.
  const source = createReadStream(file);
  let close = () => {};
  try {
    const status = await new Promise<V1Status>((resolve, reject) => {
      source.once('error', reject);
      signal?.addEventListener('abort', () => reject(new Interrupted()), { once: true });
      new Exec(kubeConfig)
        .exec(namespace, pod, container, [...command], collect, collect, input, false, resolve)
        .then((socket) => {
          close = () => socket.close();
          socket.addEventListener('close', () =>
            reject(new Error('the connection was closed before the command ended')),
          );
          if (sent) source.on('data', () => sent(source.bytesRead));
          source.pipe(input, { end: false });
        })
        .catch(reject);
    });
    if (status.status !== 'Success') throw new Error([status.message, output.trim()].filter(Boolean).join(': '));
  } finally {
    source.destroy();
    close();
  }
}

/**
 * What a command writes to its standard output in a container.
 * @throws Error with what the command wrote when it fails or takes longer than so many seconds; Interrupted
 */
export async function outputOf(
  kubeConfig: KubeConfig,
  { namespace, pod, container }: ContainerPlace,
  command: readonly string[],
  { seconds, signal }: { readonly seconds: number; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const written = { out: '', err: '' };
  const into = (stream: keyof typeof written) =>
    new Writable({
      write: (part, _, done) => {
        written[stream] += part;
        done();
      },
    });
  let close = () => {};
  let timer: NodeJS.Timeout | undefined;
  try {
    const status = await new Promise<V1Status>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new Interrupted()), { once: true });
      timer = setTimeout(() => reject(new Error(`${command[0]} has not ended after ${seconds} s`)), seconds * 1000);
      new Exec(kubeConfig)
        .exec(namespace, pod, container, [...command], into('out'), into('err'), null, false, resolve)
        .then((socket) => {
          close = () => socket.close();
        })
        .catch(reject);
    });
    if (status.status !== 'Success') {
      throw new Error([status.message, `${written.out}${written.err}`.trim()].filter(Boolean).join(': '));
    }
    return written.out;
  } finally {
    clearTimeout(timer);
    close();
  }
}
