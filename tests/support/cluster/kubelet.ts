import { randomUUID } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PatchStrategy } from '@kubernetes/client-node';
import { controlPlane } from './control-plane';

/**
 * Pods whose kubelet is simulated. A pod that starts later is meant as well; where several rules mean a pod, any of them
 * may answer.
 */
export interface Pods {
  readonly namespace: string;
  /** @default every pod of the namespace */
  readonly names?: readonly string[];
  /** @default every container */
  readonly containers?: readonly string[];
}

/** Takes the simulation away again. */
export type Remove = () => Promise<void>;

/** A container's log, in the form in which a container runtime writes it. */
export class ContainerLog {
  readonly file: string;

  constructor() {
    this.file = join(controlPlane().folder, `container-${randomUUID()}.log`);
    writeFileSync(this.file, '');
  }

  /** Adds lines, as if the container had just written them. */
  write(...lines: readonly string[]): void {
    const now = new Date().toISOString().replace('Z', '000000Z');
    appendFileSync(this.file, lines.map((line) => `${now} stderr F ${line}\n`).join(''));
  }
}

/**
 * Makes the content of a log what `kubectl logs` shows, also what is written later while somebody follows it. A follower
 * is never told that the container has ended.
 */
export function serveLogs(pods: Pods, log: ContainerLog): Promise<Remove> {
  return rule('ClusterLogs', pods, { logs: [{ ...containers(pods), logsFile: log.file, follow: true }] });
}

/** Makes `kubectl port-forward` to ports of pods reach ports of this machine. */
export function servePorts(pods: Omit<Pods, 'containers'>, ports: Readonly<Record<number, number>>): Promise<Remove> {
  const forwards = Object.entries(ports).map(([port, local]) => ({
    ports: [Number(port)],
    target: { address: '127.0.0.1', port: local },
  }));
  return rule('ClusterPortForward', pods, { forwards });
}

function containers(pods: Pods): { containers?: readonly string[] } {
  return pods.containers ? { containers: pods.containers } : {};
}

/**
 * kwok reads its rules anew when their version has changed, and now and then does so just before it has them: what it
 * read then it keeps until the next change. So every rule is written twice.
 */
async function rule(kind: string, { namespace, names }: Pods, spec: object): Promise<Remove> {
  const object = {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind,
    metadata: { name: `test-${randomUUID()}` },
    spec: { selector: { matchNamespaces: [namespace], ...(names ? { matchNames: [...names] } : {}) }, ...spec },
  };
  const { objects } = controlPlane();
  await objects.create(object);
  await sleep(300);
  const again = { ...object, metadata: { ...object.metadata, annotations: { again: 'true' } } };
  await objects.patch(again, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
  await sleep(100);
  return async () => {
    await objects.delete(object);
  };
}
