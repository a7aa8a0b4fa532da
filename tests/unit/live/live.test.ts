import assert from 'node:assert/strict';
import { withFieldsOf, without } from '../../../operate/live/copy-fields';
import { objectDifferences } from '../../../operate/live/differences';
import { pathInWords, valueAt } from '../../../operate/live/field-path';
import { beyond, part, touches, union } from '../../../operate/live/field-tree';
import type { LiveObject } from '../../../operate/live/object';
import { hidden, redacted } from '../../../operate/live/redact';
import { writerOf } from '../../../operate/live/writer';

const server = 'k:{"name":"server"}';
const containers = ['f:spec', 'f:containers'];
const object = {
  spec: {
    containers: [
      { name: 'proxy', image: 'p:1' },
      { name: 'server', image: 's:1', args: ['a', 'b'] },
    ],
  },
};
const ours = { 'f:spec': { 'f:containers': { [server]: { '.': {}, 'f:name': {}, 'f:image': {}, 'f:args': {} } } } };
const theirs = {
  'f:spec': { 'f:containers': { [server]: { 'f:image': {} }, 'k:{"name":"proxy"}': { 'f:image': {} } } },
};

describe('a path of managed fields', () => {
  it('leads to its value', () => {
    assert.equal(valueAt(object, [...containers, server, 'f:image']), 's:1');
    assert.equal(valueAt(object, [...containers, server, 'f:args', 'i:1']), 'b');
    assert.equal(valueAt({ finalizers: ['x'] }, ['f:finalizers', 'v:"x"']), 'x');
    assert.equal(valueAt(object, ['f:spec', 'f:other', 'f:more']), undefined);
  });

  it('is shown as operators write it', () => {
    assert.equal(pathInWords([...containers, server, 'f:args', 'i:1']), 'spec.containers[name=server].args[1]');
    assert.equal(pathInWords(['f:metadata', 'f:labels', 'f:a.b/c']), 'metadata.labels["a.b/c"]');
  });
});

describe('a tree of managed fields', () => {
  it('knows a field, what is in it, and what it is part of', () => {
    assert.ok(touches(ours, [...containers, server]));
    assert.ok(touches(ours, [...containers, server, 'f:args', 'i:0']));
    assert.ok(!touches(ours, [...containers, server, 'f:env']));
    assert.ok(!touches({}, ['f:spec']));
  });

  it('says what another one has beyond it, the outermost field only', () => {
    assert.deepEqual(beyond(theirs, ours), [[...containers, 'k:{"name":"proxy"}']]);
  });

  it('tells labels apart even where the other has none', () => {
    const labels = { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {}, 'f:b': {} } } };
    assert.deepEqual(beyond(labels, {}), [
      ['f:metadata', 'f:labels', 'f:a'],
      ['f:metadata', 'f:labels', 'f:b'],
    ]);
  });

  it('joins others, and gives a part of itself', () => {
    assert.deepEqual(part(union([ours, theirs]), [[...containers, 'k:{"name":"proxy"}']]), {
      'f:spec': { 'f:containers': { 'k:{"name":"proxy"}': { 'f:image': {} } } },
    });
  });
});

const liveObject = (spec: object, managedFields: object[] = []): LiveObject =>
  ({
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name: 'thing', resourceVersion: String(Math.random()), managedFields },
    spec,
    status: Math.random(),
  }) as unknown as LiveObject;

describe('two versions of an object', () => {
  const tree = { 'f:spec': { 'f:list': { 'k:{"name":"a"}': {}, 'k:{"name":"b"}': {} } } };
  const words = (wanted: object, live: object) =>
    objectDifferences(liveObject(wanted), liveObject(live), tree).map(({ path }) => pathInWords(path));

  it('are the same whatever their status and bookkeeping', () => {
    assert.deepEqual(words({ size: 1 }, { size: 1 }), []);
  });

  it('are the same when items with keys have another order', () => {
    assert.deepEqual(words({ list: [{ name: 'a' }, { name: 'b' }] }, { list: [{ name: 'b' }, { name: 'a' }] }), []);
  });

  it('differ by the field of the item', () => {
    assert.deepEqual(words({ list: [{ name: 'a', x: 1 }] }, { list: [{ name: 'a', x: 2 }] }), ['spec.list[name=a].x']);
    assert.deepEqual(words({ list: [{ name: 'a' }] }, { list: [] }), ['spec.list[name=a]']);
  });

  it('differ by the place in a list whose items have no keys, or by the whole list', () => {
    assert.deepEqual(words({ args: ['x', 'y'] }, { args: ['x', 'z'] }), ['spec.args[1]']);
    assert.deepEqual(words({ args: ['x'] }, { args: ['x', 'z'] }), ['spec.args']);
  });
});

describe('the writer of a field', () => {
  const entry = (manager: string, time: string, fieldsV1: object, subresource?: string) => ({
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time,
    fieldsV1,
    ...(subresource ? { subresource } : {}),
  });
  const size = { 'f:spec': { 'f:size': {} } };
  const path = ['f:spec', 'f:size'];

  it('is the last who owns it', () => {
    const live = liveObject({}, [
      entry('one', '2026-01-02T00:00:00Z', size),
      entry('two', '2026-01-03T00:00:00Z', size),
    ]);
    assert.deepEqual(writerOf(live, path), { manager: 'two', time: '2026-01-03T00:00:00Z', certain: true });
    assert.equal(writerOf(live, path, ['two'])?.manager, 'one');
  });

  it('is not certain where nobody owns it, and never who reports a status', () => {
    const live = liveObject({}, [
      entry('editor', '2026-01-02T00:00:00Z', {}),
      entry('kubelet', '2026-01-04T00:00:00Z', size, 'status'),
    ]);
    assert.deepEqual(writerOf(live, path), { manager: 'editor', time: '2026-01-02T00:00:00Z', certain: false });
  });
});

describe('an object', () => {
  it('loses fields and items, and the original stays', () => {
    const before = structuredClone(object);
    const rest = without(object, [
      [...containers, 'k:{"name":"proxy"}'],
      [...containers, server, 'f:args'],
    ]);
    assert.deepEqual(rest, { spec: { containers: [{ name: 'server', image: 's:1' }] } });
    assert.deepEqual(object, before);
  });

  it('takes the fields of a tree from another one and keeps the rest', () => {
    const source = { spec: { containers: [{ name: 'server', image: 's:2', args: ['c'], ports: [1] }], other: true } };
    assert.deepEqual(withFieldsOf(object, source, ours), {
      spec: {
        containers: [
          { name: 'proxy', image: 'p:1' },
          { name: 'server', image: 's:2', args: ['c'] },
        ],
      },
    });
    assert.deepEqual(withFieldsOf({}, source, ours), { spec: source.spec });
  });
});

describe('a value that is shown', () => {
  const shown = (kind: string, steps: string[], value: unknown) => redacted(kind, steps, value);

  it('is none of a Secret, and no copy of an object', () => {
    assert.equal(shown('Secret', ['f:data', 'f:token'], 'x'), hidden);
    assert.equal(shown('Secret', ['f:type'], 'Opaque'), 'Opaque');
    const annotation = 'f:kubectl.kubernetes.io/last-applied-configuration';
    assert.equal(shown('Service', ['f:metadata', 'f:annotations', annotation], '{}'), hidden);
  });

  it('is none beside a name that sounds like a secret', () => {
    assert.equal(shown('Deployment', ['f:env', 'k:{"name":"API_TOKEN"}', 'f:value'], 'x'), hidden);
    const env = [
      { name: 'API_TOKEN', value: 'x' },
      { name: 'PORT', value: '80' },
    ];
    assert.deepEqual(shown('Deployment', ['f:env'], env), [
      { name: 'API_TOKEN', value: hidden },
      { name: 'PORT', value: '80' },
    ]);
  });
});
