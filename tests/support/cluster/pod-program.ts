import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig, type V1Pod } from '@kubernetes/client-node';
import { execa } from 'execa';
import type { PlannedObject } from '../../../components/system/planned-object';
import { type Api, connectWith } from '../../../operate/cluster/api';
import { controlPlane } from './control-plane';

/** What a program came to. */
export interface Ended {
  readonly code: number;
  /** What it has written to its standard output. */
  readonly log: string;
}

/**
 * A container of a pod as a process of this machine, with the token of its account: what the account may not do, it does
 * not. Its scripts are those of a ConfigMap.
 */
export class PodProgram {
  readonly #folder = mkdtempSync(join(controlPlane().folder, 'pod-'));

  constructor(
    readonly api: Api,
    readonly namespace: string,
    readonly account: string,
    scripts: PlannedObject<'ConfigMap'>,
  ) {
    mkdirSync(join(this.#folder, 'scripts'));
    for (const [name, text] of Object.entries(scripts.data ?? {})) {
      writeFileSync(join(this.#folder, 'scripts', name), text);
    }
  }

  /** Folder that the containers of its pod share. */
  get work(): string {
    return join(this.#folder, 'work');
  }

  /** What the API server answers to the account. */
  async status(path: string): Promise<number> {
    const config = new KubeConfig();
    config.loadFromClusterAndUser(this.#cluster(), { name: this.account, token: await this.#token() });
    return (await (await connectWith(config)).send('GET', path)).status;
  }

  /** Runs the last container of a pod, with its environment on top of which comes `env`. */
  async run(pod: V1Pod['spec'], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const container = pod?.containers[0];
    const own = Object.fromEntries((container?.env ?? []).map(({ name, value = '' }) => [name, value]));
    const account = join(this.#folder, 'account');
    mkdirSync(account, { recursive: true });
    writeFileSync(join(account, 'token'), await this.#token());
    writeFileSync(join(account, 'namespace'), this.namespace);
    writeFileSync(join(account, 'ca.crt'), this.#authority());
    const { hostname, port } = new URL(controlPlane().cluster.server);
    const command = (container?.command ?? []).map((word) =>
      word.replace('/opt/backup', join(this.#folder, 'scripts')),
    );
    const [program = '', ...words] = command;
    const { exitCode, stdout, stderr } = await execa(program, words, {
      reject: false,
      extendEnv: false,
      env: {
        PATH: process.env.PATH,
        KUBERNETES_SERVICE_HOST: hostname.replace(/[[\]]/g, ''),
        KUBERNETES_SERVICE_PORT: port,
        ...own,
        WORK: this.work,
        ACCOUNT: account,
        ...env,
      },
    });
    return { code: exitCode ?? -1, log: [stdout, stderr].filter(Boolean).join('\n') };
  }

  async #token(): Promise<string> {
    const path = `/api/v1/namespaces/${this.namespace}/serviceaccounts/${this.account}/token`;
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const answer = await this.api.send('POST', path, { body });
    if (answer.status >= 300) throw new Error(answer.body);
    return (JSON.parse(answer.body) as { status: { token: string } }).status.token;
  }

  #cluster() {
    const config = new KubeConfig();
    config.loadFromFile(controlPlane().cluster.kubeconfig);
    const cluster = config.getCurrentCluster();
    if (!cluster) throw new Error('the kubeconfig has no cluster');
    return cluster;
  }

  #authority(): string {
    const { caData, caFile } = this.#cluster();
    return caData ? Buffer.from(caData, 'base64').toString() : readFileSync(caFile ?? '', 'utf8');
  }
}
