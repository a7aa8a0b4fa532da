import assert from 'node:assert/strict';
import type { IApplication } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1';
import { registeredObjects } from '../../../components/kit/parts/registered-objects';
import { describeMemoryMcp } from '../../../components/memory-mcp/objects';
import { parseStack } from '../../../components/stack';
import type { DescribedObjects } from '../../../components/system/described';
import { objectOf } from '../../support/objects';

function described(argocd: object | undefined, memoryMcp: object = {}) {
  const facts = argocd ? { argocd: { repoUrl: 'https://git.example/fleet', ...argocd } } : {};
  const config = parseStack({ cluster: facts, memoryMcp }, 'test');
  assert.ok(config.memoryMcp);
  const objects: DescribedObjects = describeMemoryMcp(config.memoryMcp, config.cluster).objects;
  return { objects, cluster: config.cluster, application: objects.application?.object as IApplication | undefined };
}

const registered = (mode: string) => {
  const { objects, cluster } = described({ mode });
  return Object.keys(registeredObjects(objects, cluster));
};

describe('delivery by Argo CD', () => {
  it('has no Application, and no sync wave, where there is no Argo CD', () => {
    const { objects, application } = described(undefined);
    assert.equal(application, undefined);
    assert.ok(!JSON.stringify(objects).includes('sync-wave'));
  });

  it('watches without a sync in mode observe', () => {
    const { application } = described({ mode: 'observe' });
    assert.equal(application?.spec?.syncPolicy, undefined);
    // Argo CD's own marks are on no object that it never writes.
    assert.deepEqual(application?.spec?.ignoreDifferences, [
      {
        group: '*',
        kind: '*',
        jsonPointers: [
          '/metadata/annotations/argocd.argoproj.io~1tracking-id',
          '/metadata/annotations/argocd.argoproj.io~1installation-id',
        ],
      },
    ]);
  });

  it('prunes and heals in the modes argocd and shared', () => {
    for (const mode of ['argocd', 'shared']) {
      assert.deepEqual(described({ mode }).application?.spec?.syncPolicy, {
        automated: { prune: true, selfHeal: true },
      });
    }
  });

  it("syncs the folder of the system below the stack's overlay, or the one that it is told", () => {
    const path = (memoryMcp: object) => described({ mode: 'shared' }, memoryMcp).application?.spec?.source?.path;
    assert.equal(path({}), 'deploy/k8s/overlays/test/memory-mcp');
    assert.equal(path({ applicationPath: 'elsewhere' }), 'elsewhere');
  });

  it('leaves to Pulumi what must exist before a sync, in mode argocd, and everything in the others', () => {
    assert.deepEqual(registered('argocd'), ['namespace', 'application']);
    for (const mode of ['observe', 'shared']) assert.ok(registered(mode).includes('deployment'), mode);
  });

  it('gives every object of the overlay a sync wave, and the Application none', () => {
    const { objects } = described({ mode: 'shared' });
    const wave = (key: string) => objects[key]?.object.metadata.annotations?.['argocd.argoproj.io/sync-wave'];
    assert.deepEqual(['namespace', 'serviceAccount', 'volume', 'deployment'].map(wave), ['0', '1', '2', '2']);
    assert.equal(objects.application?.object.metadata.annotations, undefined);
  });

  it('never prunes or deletes what holds data', () => {
    for (const { object, holdsData } of Object.values(described({ mode: 'shared' }).objects)) {
      const options = object.metadata.annotations?.['argocd.argoproj.io/sync-options'];
      assert.equal(options, holdsData ? 'Prune=false,Delete=false' : undefined, object.kind);
    }
  });

  it('lets the Image Updater follow patch versions, by commits to the kustomization', () => {
    const { objects } = described({ mode: 'argocd', imageUpdater: true });
    assert.deepEqual(objectOf<{ spec?: unknown }>(objects, 'imageUpdater').spec, {
      commonUpdateSettings: { updateStrategy: 'semver' },
      writeBackConfig: { method: 'git', gitConfig: { branch: 'main', writeBackTarget: 'kustomization' } },
      applicationRefs: [
        {
          namePattern: 'memory-mcp',
          images: [
            {
              alias: 'memory-mcp',
              imageName: 'ghcr.io/butterflyskies/memory-mcp:~0.17.1',
              manifestTargets: { kustomize: { name: 'ghcr.io/butterflyskies/memory-mcp' } },
            },
          ],
        },
      ],
    });
  });
});
