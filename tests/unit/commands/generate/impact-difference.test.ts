import assert from 'node:assert/strict';
import { partOf } from '../../../support/cluster/impact-classes';
import { type Difference, differenceOf } from '../../../support/cluster/impact-difference';
import { changedFields } from '../../../support/cluster/impact-fields';

const about = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'server' } };
const fieldsOf = (before: object, after: object): string[] =>
  changedFields({ ...about, ...before }, { ...about, ...after });

describe('the fields in which two objects differ', () => {
  it('are none between objects that the engine gets alike', () => {
    assert.deepEqual(fieldsOf({ spec: { a: 1, b: undefined } }, { spec: { a: 1 } }), []);
  });

  it('are told apart by whether they come, go or change', () => {
    assert.deepEqual(fieldsOf({ spec: { a: 1, b: 1 } }, { spec: { a: 2, c: 1 } }), ['+spec.c', '-spec.b', '~spec.a']);
  });

  it('have no values in them, and none of what is in a list', () => {
    const env = (...values: string[]) => ({ env: values.map((value) => ({ name: 'A', value })) });
    assert.deepEqual(fieldsOf(env('1'), env('2')), ['~env']);
    assert.deepEqual(fieldsOf(env('1', '2'), env('2', '1')), ['~env']);
    assert.deepEqual(fieldsOf(env('1'), env('1', '2')), ['~env']);
  });

  it('are as deep as those that force a replacement, and no deeper', () => {
    const deep = (value: string) => ({ spec: { selector: { matchLabels: { app: value } } } });
    assert.deepEqual(fieldsOf(deep('a'), deep('b')), ['~spec.selector.matchLabels']);
    assert.deepEqual(fieldsOf(deep('a'), { spec: {} }), ['-spec.selector']);
  });

  it('tell names and namespaces, and of labels and annotations only which', () => {
    const meta = (metadata: object) => ({ metadata });
    assert.deepEqual(fieldsOf(meta({ name: 'a' }), meta({ name: 'b' })), ['~metadata.name']);
    assert.deepEqual(fieldsOf(meta({ labels: { a: '1' } }), meta({ labels: { b: '1' } })), ['~metadata.labels']);
  });

  it('are of a custom resource only whether its spec changes', () => {
    const route = (path: string) => ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'route' },
      spec: { rules: { path } },
    });
    assert.deepEqual(changedFields(route('/'), route('/mcp')), ['~spec']);
  });
});

describe('the difference of two configurations', () => {
  const base = {
    memoryMcp: { authentication: { mode: 'bearer', secret: { source: 'config' } } },
    memoryMcpBearer: 'a',
  };
  const partsOf = ({ objects }: Difference) => objects.map(partOf);
  const to = (memoryMcp: object, others: object = {}) =>
    differenceOf(base, { ...base, memoryMcp: { ...base.memoryMcp, ...memoryMcp }, ...others });

  it('is nothing between the same', () => {
    const { objects, beyond } = differenceOf(base, base);
    assert.deepEqual({ objects, beyond }, { objects: [], beyond: [] });
  });

  it('names objects as the engine does', () => {
    const [object] = to({ server: { maxSessions: 50 } }).objects;
    assert.equal(object?.id, 'apps/v1:Deployment::memory-mcp-deployment');
    assert.equal(object?.object.metadata.name, 'memory-mcp');
  });

  it('is the same for any two options of a server', () => {
    const [one, another] = [to({ server: { maxSessions: 50 } }), to({ server: { logFilter: 'debug' } })];
    assert.deepEqual(partsOf(one), ['update apps/v1:Deployment ~spec.template.spec']);
    assert.deepEqual(partsOf(another), partsOf(one));
  });

  it('is another one for a protected object', () => {
    assert.deepEqual(partsOf(to({ volume: { size: '2Gi' } })), [
      'update core/v1:PersistentVolumeClaim protected ~spec.resources.requests',
    ]);
  });

  it('sees that the value of a secret is another', () => {
    assert.deepEqual(partsOf(to({}, { memoryMcpBearer: 'b' })), ['update core/v1:Secret ~stringData']);
  });

  it('has what comes and what goes', () => {
    const argocd = { argocd: { mode: 'argocd', repoUrl: 'https://git.example/fleet.git' } };
    const parts = partsOf(to({}, { cluster: argocd }));
    assert.ok(parts.includes('create argoproj.io/v1alpha1:Application'), parts.join('\n'));
    assert.ok(parts.includes('delete apps/v1:Deployment'), parts.join('\n'));
  });

  it('leaves to the engine what decides by its value', () => {
    assert.deepEqual(to({}, { cluster: { name: 'other' } }).beyond, ['cluster.name']);
    assert.deepEqual(to({}, { cluster: { context: 'other' } }).beyond, ['cluster.context']);
    assert.deepEqual(to({}, { cluster: { uid: '00000000-0000-4000-8000-000000000001' } }).beyond, ['cluster.uid']);
  });

  it('leaves to the program what it refuses', () => {
    assert.deepEqual(to({ hostname: 'memories.example' }).beyond, ['the configuration']);
    assert.deepEqual(to({}, { cluster: { production: true } }).beyond, ['rule pinned-images']);
  });
});
