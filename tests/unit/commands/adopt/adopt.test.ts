import assert from 'node:assert/strict';
import { describeStack, parseStack } from '../../../../components/stack';
import { takeoverOf } from '../../../../operate/commands/adopt/field-ownership';
import { importFile } from '../../../../operate/commands/adopt/import-file';
import type { LiveObject } from '../../../../operate/live/object';

const plan = describeStack(parseStack({ memoryMcp: {} }, 'local'));

describe('what an installer leaves behind', () => {
  const entry = (manager: string, fieldsV1: object, more: object = {}) => ({
    manager,
    operation: 'Update' as const,
    apiVersion: 'v1',
    fieldsV1: fieldsV1 as never,
    ...more,
  });
  const live = {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: {
      name: 'a',
      managedFields: [
        entry('kubectl-client-side-apply', { 'f:spec': { 'f:old': {}, 'f:usual': {}, 'f:size': {} } }),
        entry('kube-controller-manager', { 'f:spec': { 'f:volumeName': {} } }),
        entry('argocd-controller', { 'f:spec': { 'f:size': {} } }),
        entry('helm', { 'f:status': {} }, { subresource: 'status' }),
      ],
    },
    spec: { old: 1, usual: 2, size: 3, volumeName: 'v' },
  } as LiveObject;
  const anew = {
    ...live,
    metadata: { name: 'a', managedFields: [entry('memory-fleet', { 'f:spec': { 'f:size': {} } })] },
    spec: { usual: 2, size: 4 },
  } as LiveObject;

  it('is what is neither described nor usual; it becomes ours, and installers keep nothing', () => {
    const { obsolete, transfer } = takeoverOf(live, anew, false);
    assert.deepEqual(obsolete, [['f:spec', 'f:old']]);
    assert.deepEqual(transfer.from, ['kubectl-client-side-apply', 'argocd-controller']);
    assert.deepEqual(
      transfer.managedFields.map(({ manager, fieldsV1, subresource }) => [manager, subresource ?? '', fieldsV1]),
      [
        ['memory-fleet', '', { 'f:spec': { 'f:old': {} } }],
        ['kube-controller-manager', '', { 'f:spec': { 'f:volumeName': {} } }],
        ['helm', 'status', { 'f:status': {} }],
      ],
    );
  });

  it('stays with Argo CD where it goes on writing', () => {
    assert.deepEqual(takeoverOf(live, anew, true).transfer.from, ['kubectl-client-side-apply']);
  });
});

describe('the file for the engine’s own import', () => {
  it('has the component and below it each object under its logical name', () => {
    const [system] = plan.systems;
    assert.ok(system);
    const keys = ['namespace', 'volume', 'deployment'] as const;
    const live = keys.map((key) => ({ system, key, described: system.objects[key] as never }));
    assert.deepEqual(importFile('local', live).resources, [
      { type: 'memory-fleet:index:MemoryMcp', name: 'memory-mcp', component: true },
      ...[
        ['kubernetes:core/v1:Namespace', 'memory-mcp-namespace', 'memory-mcp'],
        ['kubernetes:core/v1:PersistentVolumeClaim', 'memory-mcp-volume', 'memory-mcp/memory-mcp-data'],
        ['kubernetes:apps/v1:Deployment', 'memory-mcp-deployment', 'memory-mcp/memory-mcp'],
      ].map(([type, name, id]) => ({ type, name, id, parent: 'memory-mcp', provider: 'cluster' })),
    ]);
  });
});
