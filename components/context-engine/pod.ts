import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { hardenedPod, onOneNode, pullSecrets, resourceRequirements } from '../kit/objects/pod';
import { withoutLineBreaks } from '../kit/parts/line-breaks';
import { allPods, ports, runAs, system } from './names';
import { scriptPath, scriptsMount, scriptsVolume } from './scripts';
import type { ContextEngineSettings } from './settings';
import { tmpMount, tmpVolume } from './volumes';

/** What all pods of Context Engine have in common: who they are, where they may run, and how names are looked up. */
export function enginePod(settings: ContextEngineSettings, spec: IPodSpec): IPodSpec {
  return hardenedPod(runAs, {
    serviceAccountName: system,
    ...pullSecrets(settings.imagePullSecrets),
    // The volumes of a single node attach to it alone.
    ...(settings.layout === 'single-node' ? onOneNode(allPods) : {}),
    // Names with a dot are asked for as they are first: policies that allow hosts by name never see search domains.
    dnsConfig: { options: [{ name: 'ndots', value: '1' }] },
    ...spec,
    containers: spec.containers.map(withoutLineBreaks),
    volumes: [...(spec.volumes ?? []), scriptsVolume, tmpVolume('1Gi')],
  });
}

/** A small container of the engine's image that does one thing before the others start. */
export function helper(settings: ContextEngineSettings, container: Omit<IContainer, 'image'>): IContainer {
  const { volumeMounts = [], ...rest } = container;
  return {
    image: settings.image,
    resources: resourceRequirements({ cpu: '50m', memory: '64Mi', memoryLimit: '512Mi' }),
    ...rest,
    volumeMounts: [scriptsMount, tmpMount, ...volumeMounts],
  };
}

/** How long a pod waits for what it needs. */
export type Patience = 'for a while' | 'for ever';

/**
 * Waits until Qdrant answers: upstream's processes ask it once, at their start, and end where it is not there. A Qdrant
 * that waits for somebody is waited for as long as that takes.
 */
export function waitForQdrant(settings: ContextEngineSettings, patience: Patience = 'for a while'): IContainer {
  const { apiKey } = settings.qdrant;
  const gated = apiKey !== undefined && apiKey.source !== 'config';
  const target = `http://qdrant:${ports.qdrant.requests}/readyz`;
  return waitFor(settings, 'wait-for-qdrant', target, gated ? 'for ever' : patience);
}

/**
 * Waits for a URL to answer or a folder to be there; says what it waits for, and fails with a message where it does not
 * come in time.
 */
export function waitFor(
  settings: ContextEngineSettings,
  name: string,
  target: string,
  patience: Patience,
  volumeMounts: IContainer['volumeMounts'] = [],
): IContainer {
  return helper(settings, {
    name,
    command: ['python', scriptPath('wait-for.py'), target],
    ...(patience === 'for a while' ? { env: [{ name: 'WAIT_SECONDS', value: String(settings.waitSeconds) }] } : {}),
    volumeMounts,
  });
}
