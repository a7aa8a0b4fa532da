import assert from 'node:assert/strict';
import type { IJob } from 'kubernetes-models/batch/v1';
import { container, described, environmentOf, find, names, pod } from '../../support/unit/context-engine';

const repository = (name: string, more: object = {}) => ({
  source: 'git',
  name,
  url: `https://git.example.org/${name}.git`,
  ...more,
});
const many = Array.from({ length: 25 }, (_, index) => repository(`repository-${index + 1}`));

describe('repositories', () => {
  const plan = described({ repositories: many });

  it('each have an index job, a watcher and a policy, whose names tell whose they are', () => {
    const own = names(plan).filter((name) => /repository-7(-|$)/.test(name));
    assert.deepEqual(
      own.map((name) => name.replace(/-[0-9a-f]{10}$/, '')),
      [
        'NetworkPolicy/context-engine-repository-7-to-remote',
        'Job/index-repository-7',
        'Deployment/watcher-repository-7',
      ],
    );
  });

  it('touch nothing of the others when one goes or comes', () => {
    const without = described({ repositories: many.filter(({ name }) => name !== 'repository-7') });
    const gone = Object.keys(plan.objects).filter((key) => !(key in without.objects));
    assert.deepEqual(gone, ['policyRepository-7ToRemote', 'index-repository-7', 'watcher-repository-7']);
    for (const [key, { object }] of Object.entries(without.objects)) {
      assert.deepEqual(object, plan.objects[key]?.object, key);
    }
  });

  it('have a folder each, the same in every pod, so that two never collide', () => {
    const folders = many.map(({ name }) => {
      const watcher = container(pod(plan, 'Deployment', `watcher-${name}`), 'watcher');
      const index = container(pod(plan, 'Job', new RegExp(`^index-${name}-[0-9a-f]{10}$`)), 'index');
      const folder = `/repos/${name}`;
      for (const each of [watcher, index]) {
        assert.equal(environmentOf(each).WORKSPACE_PATH, folder);
        assert.deepEqual(
          each.volumeMounts
            ?.filter(({ mountPath }) => mountPath.startsWith('/repos'))
            .map(({ mountPath, subPath }) => [mountPath, subPath]),
          [
            [folder, name],
            [`${folder}/.codebase`, name],
          ],
        );
      }
      assert.deepEqual(index.command?.slice(-2), ['--root', folder]);
      return folder;
    });
    assert.equal(new Set(folders).size, 25);
  });

  it('are fetched before they are indexed, and followed while they are watched', () => {
    const job = pod(plan, 'Job', /^index-repository-1-/);
    assert.deepEqual(
      job.initContainers?.map(({ name }) => name),
      ['bring', 'prepare', 'wait-for-qdrant'],
    );
    const watcher = pod(plan, 'Deployment', 'watcher-repository-1');
    assert.deepEqual(
      watcher.containers.map(({ name }) => name),
      ['watcher', 'follow'],
    );
    assert.equal(environmentOf(container(watcher, 'follow')).MODE, 'follow');
  });

  it('are indexed anew by a new job when their source changes, because a job cannot change', () => {
    const nameOf = (more: object) => {
      const changed = described({ repositories: [repository('backend', more)] });
      return find<IJob & { metadata: { name: string } }>(changed, 'Job', /^index-backend-/).metadata.name;
    };
    assert.equal(nameOf({}), nameOf({}));
    assert.notEqual(nameOf({}), nameOf({ ref: 'v2' }));
    assert.notEqual(nameOf({}), nameOf({ secretName: 'git', secretRevision: 1 }));
    assert.equal(nameOf({}), nameOf({ intervalSeconds: 60 }));
    assert.equal(nameOf({}), nameOf({ watch: false }));
  });

  it('are not watched where that is switched off', () => {
    const off = described({ repositories: [repository('backend', { watch: false })] });
    assert.deepEqual(
      names(off, 'Deployment').filter((name) => name.includes('backend')),
      [],
    );
    assert.equal(names(off, 'Job').length, 1);
  });

  it('are polled on storage that several nodes share, unless somebody knows better', () => {
    const polling = (settings: object, more: object = {}) => {
      const plans = described({ ...settings, repositories: [repository('backend', more)] });
      return environmentOf(container(pod(plans, 'Deployment', 'watcher-backend'), 'watcher')).WATCH_USE_POLLING;
    };
    assert.equal(polling({}), '1');
    assert.equal(polling({ layout: 'single-node' }), '0');
    assert.equal(polling({}, { polling: false }), '0');
  });

  it('share a collection, or have one of their own', () => {
    const collections = (more: object) => {
      const plans = described({ repositories: [repository('backend', more)] });
      return [
        environmentOf(container(pod(plans, 'Deployment', 'watcher-backend'), 'watcher')).COLLECTION_NAME,
        environmentOf(container(pod(plans, 'Job', /^index-backend-/), 'index')).COLLECTION_NAME,
      ];
    };
    assert.deepEqual(collections({}), ['codebase', 'codebase']);
    assert.deepEqual(collections({ collection: 'own' }), ['backend', 'backend']);
  });

  it('on a claim of their own are copied from there, and nothing is ever written to it', () => {
    const claimed = described({
      repositories: [{ source: 'claim', name: 'old', claimName: 'checkout', path: 'src/old' }],
    });
    const index = pod(claimed, 'Job', /^index-old-/);
    const bring = container(index, 'bring');
    assert.deepEqual(
      bring.volumeMounts?.find(({ name }) => name === 'origin'),
      { name: 'origin', mountPath: '/origin', readOnly: true, subPath: 'src/old' },
    );
    assert.deepEqual(index.volumes?.find(({ name }) => name === 'origin')?.persistentVolumeClaim, {
      claimName: 'checkout',
      readOnly: true,
    });
    assert.deepEqual([environmentOf(bring).ORIGIN_DIR, environmentOf(bring).REPO_DIR], ['/origin', '/repos/old']);
    assert.ok(container(index, 'index').volumeMounts?.every(({ name }) => name !== 'origin'));
  });

  it('are never called what upstream would run or misread', () => {
    for (const name of ['scripts', 'my-collection']) {
      assert.throws(() => described({ repositories: [repository(name)] }), /repositories\[0\]\.name/);
    }
  });

  it('get their credentials as files, and nothing of them as text', () => {
    const plans = described({ repositories: [repository('backend', { secretName: 'git' })] });
    const spec = pod(plans, 'Job', /^index-backend-/);
    assert.deepEqual(spec.volumes?.find(({ name }) => name === 'credentials')?.secret, {
      secretName: 'git',
      // The script waits for them: a kubelet would hold a pod without them back, and say so only in its events.
      optional: true,
      defaultMode: 0o440,
    });
    assert.equal(environmentOf(container(spec, 'bring')).CREDENTIALS_DIR, '/credentials');
  });

  it('are fetched from their own host alone', () => {
    const flow = (url: string) =>
      described({ repositories: [repository('backend', { url })] }).flows.find(
        ({ name }) => name === 'backend-to-remote',
      );
    assert.deepEqual(flow('https://git.example.org/x')?.peer, { kind: 'hosts', names: ['git.example.org'] });
    assert.equal(flow('ssh://git@git.example.org/x')?.port, 22);
    assert.deepEqual(flow('https://gitea.git.svc.cluster.local:3000/x')?.peer, {
      kind: 'pods',
      namespace: 'git',
      labels: {},
    });
  });
});
