import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import { describeStack, parseStack } from '../../../components/stack';
import type { Plan } from '../../../components/system';
import type { Described } from '../../../components/system/described';
import type { PlannedObject } from '../../../components/system/planned-object';
import { renderPlan } from '../../../render';
import { toYaml } from '../../../render/yaml';
import { planned, systemWith } from '../../support/objects';

const { cluster } = parseStack({}, 'test');

/** A plan of one system with the given objects. */
function planOf(...objects: (PlannedObject | Described)[]): Plan {
  const described = objects.map((object) => ('object' in object ? object : { object }));
  return {
    cluster,
    systems: [systemWith(Object.fromEntries(described.map((object, index) => [`o${index}`, object])))],
  };
}

function object(kind: string, name: string, more: object = {}): PlannedObject {
  return planned({ apiVersion: 'v1', kind, metadata: { name, namespace: 'ns' }, ...more });
}

function withImages(name: string, ...images: string[]): PlannedObject {
  const containers = images.map((image, index) => ({ name: `c${index}`, image }));
  return object('Deployment', name, { spec: { template: { spec: { containers } } } });
}

function rendered(plan: Plan, path: string): string {
  const text = renderPlan(plan, 'test').get(path);
  assert.ok(text !== undefined, `${path} is not rendered`);
  return text;
}

describe('a rendered overlay', () => {
  const plan = planOf(object('Service', 'b'), object('ConfigMap', 'a'));

  it('has a file for each object, a kustomization for each system, and one above that names the systems', () => {
    assert.deepEqual(
      [...renderPlan(plan, 'test').keys()],
      ['kustomization.yaml', 'thing/kustomization.yaml', 'thing/service-b.yaml', 'thing/configmap-a.yaml'],
    );
    assert.deepEqual(parse(rendered(plan, 'kustomization.yaml')), {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: ['thing'],
    });
  });

  it('names its resources in the order of their creation', () => {
    assert.deepEqual(parse(rendered(plan, 'thing/kustomization.yaml')).resources, [
      'service-b.yaml',
      'configmap-a.yaml',
    ]);
  });

  it('says in the first line of each file where it comes from', () => {
    for (const text of renderPlan(plan, 'test').values()) {
      assert.match(text, /^# Rendered from Pulumi\.test\.yaml by `npm run render`; do not edit\.\n/);
    }
  });

  it('never sets a namespace in a kustomization, because Kustomize would rename Namespace objects by it', () => {
    for (const [path, text] of renderPlan(plan, 'test')) {
      if (path.endsWith('kustomization.yaml')) assert.equal('namespace' in parse(text), false);
    }
  });

  it('leaves out what is only for Pulumi to write, and every Secret', () => {
    const secret = object('Secret', 's', { stringData: { token: { secret: ['memoryMcp', 'token'] } } });
    const application: Described = { deliveredBy: 'pulumi', object: object('Application', 'app') };
    assert.deepEqual(
      [...renderPlan(planOf(secret, application, object('Service', 'b')), 'test').keys()],
      ['kustomization.yaml', 'thing/kustomization.yaml', 'thing/service-b.yaml'],
    );
  });

  it('leaves out a system of which nothing is left, because Kustomize refuses an empty folder', () => {
    const plan = planOf({ deliveredBy: 'pulumi', object: object('Application', 'app') });
    assert.deepEqual(parse(rendered(plan, 'kustomization.yaml')).resources, []);
  });

  it('is the same for the same plan, whatever the order of the first keys', () => {
    const { apiVersion, kind, metadata } = object('Service', 'b');
    assert.deepEqual(
      renderPlan(planOf(planned({ metadata, kind, apiVersion })), 'test'),
      renderPlan(planOf(planned({ apiVersion, kind, metadata })), 'test'),
    );
  });

  it('writes names in lower case and without signs that a file system refuses', () => {
    const paths = [...renderPlan(planOf(object('ClusterRole', 'system:Reader')), 'test').keys()];
    assert.ok(paths.includes('thing/clusterrole-system-reader.yaml'), paths.join());
  });

  it('throws if two objects would share a file', () => {
    const elsewhere = { ...object('Role', 'a'), metadata: { name: 'a', namespace: 'other' } };
    assert.throws(() => renderPlan(planOf(object('Role', 'a'), elsewhere), 'test'), /thing\/role-a\.yaml/);
  });
});

describe('the images of a kustomization', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const images = (...objects: PlannedObject[]) =>
    parse(rendered(planOf(...objects), 'thing/kustomization.yaml')).images;

  it('name each image once, with the tag that the objects have', () => {
    assert.deepEqual(
      images(withImages('a', 'ghcr.io/x/y:1.10', 'registry:5000/z:v1'), withImages('b', 'ghcr.io/x/y:1.10')),
      [
        { name: 'ghcr.io/x/y', newTag: '1.10' },
        { name: 'registry:5000/z', newTag: 'v1' },
      ],
    );
  });

  it('have tag and digest where the objects do, because Kustomize drops the one that is left out', () => {
    assert.deepEqual(images(withImages('a', `x/y:1@${digest}`, `x/z@${digest}`)), [
      { name: 'x/y', newTag: '1', digest },
      { name: 'x/z', digest },
    ]);
  });

  it('leave out an image of which there are two versions: one entry would give both the same', () => {
    assert.deepEqual(images(withImages('a', 'x/y:1', 'x/z:1'), withImages('b', 'x/y:2')), [
      { name: 'x/z', newTag: '1' },
    ]);
  });

  it('leave out a name that Kustomize, which reads it as an expression, would take for another image too', () => {
    assert.deepEqual(images(withImages('a', 'a.b/y:1', 'axb/y:2')), [{ name: 'axb/y', newTag: '2' }]);
  });

  it('are found in jobs and in custom resources, wherever Kustomize would change them', () => {
    const job = object('CronJob', 'j', {
      spec: { jobTemplate: { spec: { template: { spec: { initContainers: [{ image: 'x/y:1' }] } } } } },
    });
    assert.deepEqual(images(job), [{ name: 'x/y', newTag: '1' }]);
  });

  it('are absent where there are none', () => {
    assert.equal(images(object('Service', 'b')), undefined);
  });
});

describe('rendered text', () => {
  it('keeps a script byte for byte, as a block that can be read', () => {
    const backup = readFileSync(join(__dirname, '../../../components/memory-mcp/backup.sh'), 'utf8');
    const text = rendered(
      planOf(object('ConfigMap', 'a', { data: { 'backup.sh': backup } })),
      'thing/configmap-a.yaml',
    );
    assert.equal(parse(text).data['backup.sh'], backup);
    assert.match(text, /backup\.sh: \|\n {4}#!\/bin\/sh\n/);
  });

  it('quotes what YAML 1.1 takes for a number, a date or a truth, because Kubernetes still reads that', () => {
    for (const value of ['yes', 'on', 'y', '010', '0o7', '1:30', '1_000', '2025-06-18', '1e3', 'null', '~']) {
      const text = toYaml({ value, [value]: 1 });
      for (const version of ['1.1', '1.2'] as const)
        assert.deepEqual(parse(text, { version }), { value, [value]: 1 }, text);
    }
  });

  it('is the same value to readers of both versions of YAML, whatever it holds', () => {
    const json = fc.jsonValue({
      stringUnit: fc.constantFrom('a', 'B', '1', '-', ':', '#', ' ', '\n', '\t', '"', "'", '\\', '{', '|', 'é'),
    });
    fc.assert(
      fc.property(json, (value) => {
        // YAML tells zero from minus zero, and JSON does not.
        const expected = JSON.parse(JSON.stringify(value));
        const text = toYaml({ value: expected });
        for (const version of ['1.1', '1.2'] as const) assert.deepEqual(parse(text, { version }), { value: expected });
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('writes an object twice where it is used twice, because not every reader follows anchors', () => {
    const shared = { a: 1 };
    assert.equal(toYaml({ first: shared, second: shared }), 'first:\n  a: 1\nsecond:\n  a: 1\n');
  });
});

describe('the overlay of memory-mcp', () => {
  it('holds every described object as it is, but not the Application', () => {
    const argocd = { mode: 'shared', repoUrl: 'https://example.org/r' };
    const plan = describeStack(parseStack({ memoryMcp: {}, cluster: { argocd } }, 'test'));
    const [system] = plan.systems;
    assert.ok(system);
    const expected = Object.values(system.objects).filter(({ object: { kind } }) => kind !== 'Application');
    const files = [...renderPlan(plan, 'test')].filter(([path]) => !path.endsWith('kustomization.yaml'));
    assert.deepEqual(
      files.map(([, text]) => parse(text)),
      JSON.parse(JSON.stringify(expected.map(({ object }) => object))),
    );
  });
});
