import assert from 'node:assert/strict';
import type { V1Deployment, V1PersistentVolumeClaim } from '@kubernetes/client-node';
import type { PlannedObject } from '../../../components/system/planned-object';
import { isDrift } from '../../../operate/commands/drift/finding';
import { nothingChanged, type OpenStack } from '../../../operate/engine';
import { describedStack } from '../../../operate/stack';
import { podOf } from '../../../policies/pods';
import { mergedCheckout } from './checkout';
import {
  apiWarnings,
  controlPlane,
  ensureNamespace,
  eventually,
  live,
  projectDir,
  removeIssuers,
  removeNamespace,
} from './control-plane';
import { foundDrifts } from './drifts';
import { withDefinitions } from './with-definitions';

/** What is expected of a stack of this project. */
export interface StackExpectation {
  /** The class of its volumes, by their access mode. */
  readonly classes: Readonly<Record<string, string>>;
  /** Namespaces that it expects to be there. */
  readonly needs?: readonly string[];
  /** Definitions that the control plane does not have from its start. */
  readonly definitions?: readonly string[];
}

/** The tests that every stack of this project passes, with all of its systems. */
export function stackTests(name: string, { classes, definitions = [], needs = [] }: StackExpectation): void {
  const { systems } = describedStack(projectDir, name).plan;
  const objects = systems.flatMap((system) => Object.values(system.objects).map(({ object }) => object));
  let stack: OpenStack;
  let removeDefinitions: (() => Promise<void>) | undefined;

  before(async () => {
    if (definitions.length > 0) removeDefinitions = await withDefinitions(...definitions);
    for (const namespace of needs) await ensureNamespace(namespace);
    stack = await (await mergedCheckout(`whole-${name}`, name)).open();
  });
  after(async () => {
    await Promise.all([...systems.map(({ namespace }) => namespace), ...needs].map(removeNamespace));
    await removeIssuers();
    await removeDefinitions?.();
  });

  it('creates exactly the plan, and everything becomes ready', async () => {
    const [{ changes, warnings }] = await Promise.all([stack.up(), ...foreignClaims(objects).map(provide)]);
    // Beside the objects: the stack, the provider and a component for each system.
    assert.deepEqual(changes, { create: objects.length + 2 + systems.length });
    assert.deepEqual(warnings, []);
    for (const object of objects) assert.ok(await live(object), `${object.kind} ${object.metadata.name}`);
    for (const object of ofKind('Deployment')) {
      const wanted = fewestPods(object);
      const isAvailable = async () => (await live<V1Deployment>(object))?.status?.availableReplicas === wanted;
      await eventually(`${wanted} pods of ${object.metadata.name} are available`, isAvailable);
    }
  });

  it('gets every volume from the class that the cluster has for it', async () => {
    const serving = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
    const mounted = new Set(mountedClaims(serving).map(({ name }) => name));
    assert.ok(mounted.size > 0);
    for (const object of ofKind('PersistentVolumeClaim')) {
      const claim = await live<V1PersistentVolumeClaim>(object);
      const [mode = ''] = claim?.spec?.accessModes ?? [];
      // One that only Jobs mount waits for the first of them.
      if (mounted.has(object.metadata.name)) assert.equal(claim?.status?.phase, 'Bound', object.metadata.name);
      assert.equal(claim?.spec?.storageClassName, classes[mode], object.metadata.name);
    }
  });

  it('draws no warning and no objection from the API server', async () => {
    assert.deepEqual(await apiWarnings(objects), []);
  });

  it('leaves nothing to fill in inside lists of custom resources, which Argo CD compares whole', async () => {
    for (const object of objects.filter(isCustomResource)) {
      const { metadata: _, ...content } = object;
      for (const [path, ours, theirs] of lists(content, await live(object))) {
        assert.deepEqual(theirs, ours, `${object.kind} ${object.metadata.name}${path}`);
      }
    }
  });

  it('changes nothing in a second run, and a refresh and `fleet drift` find nothing', async () => {
    const again = await stack.up();
    assert.ok(nothingChanged(again.changes), JSON.stringify(again.changes));
    const { changes } = await stack.refresh();
    assert.ok(nothingChanged(changes), JSON.stringify(changes));
    assert.deepEqual((await foundDrifts(describedStack(projectDir, name))).filter(isDrift), []);
  });

  /** Pods that a Deployment has at rest: its own number, or what its autoscaler does not go below. */
  function fewestPods(object: PlannedObject): number {
    const own = object.kind === 'Deployment' ? object.spec?.replicas : undefined;
    const autoscalers = objects.flatMap((each) => (each.kind === 'HorizontalPodAutoscaler' ? [each] : []));
    const scales = autoscalers.find(
      ({ metadata, spec }) =>
        metadata.namespace === object.metadata.namespace && spec?.scaleTargetRef.name === object.metadata.name,
    );
    return own ?? scales?.spec?.minReplicas ?? 1;
  }

  function ofKind(wanted: PlannedObject['kind']): readonly PlannedObject[] {
    return objects.filter(({ kind }) => kind === wanted);
  }
}

interface ClaimName {
  readonly name: string;
  readonly namespace: string;
}

function mountedClaims(objects: readonly PlannedObject[]): readonly ClaimName[] {
  return objects.flatMap((object) =>
    (podOf(object)?.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) =>
      claim ? [{ name: claim.claimName, namespace: object.metadata.namespace ?? '' }] : [],
    ),
  );
}

/** Claims that pods mount and that somebody else makes. */
function foreignClaims(objects: readonly PlannedObject[]): readonly ClaimName[] {
  const own = new Set(
    objects.filter(({ kind }) => kind === 'PersistentVolumeClaim').map(({ metadata }) => metadata.name),
  );
  const mounted = new Map(mountedClaims(objects).map((claim) => [claim.name, claim]));
  return [...mounted.values()].filter(({ name }) => !own.has(name));
}

/** Makes a claim as soon as its namespace is there. */
async function provide(metadata: ClaimName): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: metadata.namespace } };
  await eventually('the namespace is there', async () => (await live(namespace)) !== undefined, 120);
  const spec = {
    accessModes: ['ReadWriteMany'],
    resources: { requests: { storage: '1Gi' } },
    storageClassName: 'nfs-client',
  };
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec };
  await controlPlane().objects.create(claim);
}

/** Groups of Kubernetes itself whose names look like those of custom resources. */
const ownGroups: readonly string[] = ['networking.k8s.io', 'rbac.authorization.k8s.io'];

function isCustomResource({ apiVersion }: PlannedObject): boolean {
  const [group = ''] = apiVersion.split('/');
  return group.includes('.') && !ownGroups.includes(group);
}

/** Every outermost list of the first value: its path, itself, and what the second value has there. */
function* lists(ours: unknown, theirs: unknown, path = ''): Generator<readonly [string, unknown, unknown]> {
  if (Array.isArray(ours)) yield [path, ours, theirs];
  else if (typeof ours === 'object' && ours !== null) {
    for (const [key, value] of Object.entries(ours)) {
      yield* lists(value, (theirs as Record<string, unknown> | undefined)?.[key], `${path}.${key}`);
    }
  }
}
