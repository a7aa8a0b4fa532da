import assert from 'node:assert/strict';
import { uploadContainers, uploadFacts } from '../../../../components/context-engine/upload';
import type { SystemPlan } from '../../../../components/system';
import type { RepositoryFacts } from '../../../../components/system/operations';
import { findingOf, none } from '../../../../operate/commands/repos/list';
import { uploadOf } from '../../../../operate/commands/repos/repositories';
import { finding } from '../../../../operate/commands/repos/upload';

const args = {
  name: 'website',
  image: 'registry.example.com/context-engine:1',
  resources: { cpu: '100m', memory: '128Mi', memoryLimit: '512Mi' },
  scripts: { volume: 'scripts', path: '/opt/context-engine' },
  repositories: { volume: 'repos' },
  index: { name: 'index', image: 'registry.example.com/context-engine:1' },
  deadlineSeconds: 7200,
};
const facts = uploadFacts('upload-website', args);
const website: RepositoryFacts = { name: 'website', source: 'uploads', upload: facts, watcher: 'watcher-website' };
const alpha: RepositoryFacts = {
  name: 'alpha',
  source: 'https://git.example.com/alpha.git at main',
  job: 'index-alpha',
};

describe('the pod that takes an upload in', () => {
  const { initContainers: [receive] = [], containers } = uploadContainers(args);

  it('waits for the upload, then indexes', () => {
    assert.deepEqual(receive?.command, ['python3', '/opt/context-engine/receive.py', 'wait']);
    assert.deepEqual(containers, [args.index]);
    assert.equal(receive?.name, facts.container);
  });

  it('stages an upload on the volume of the repository, but in no repository', () => {
    const env = Object.fromEntries((receive?.env ?? []).map(({ name, value }) => [name, value]));
    assert.deepEqual(env, {
      REPO_NAME: 'website',
      REPO_DIR: '/repos/website',
      STAGING_DIR: '/repos/.upload/website',
      WAIT_SECONDS: '1800',
    });
    assert.deepEqual(receive?.volumeMounts?.[0], { name: 'repos', mountPath: '/repos' });
  });

  it('is sent the archive by a command that knows its length', () => {
    assert.deepEqual(facts.command(42), ['python3', '/opt/context-engine/receive.py', 'unpack', '42']);
  });
});

describe('the end of an upload', () => {
  it('is told in figures', () => {
    const lastLine = 'Indexing complete. files_seen=12, files_indexed=3, chunks_indexed=40';
    assert.deepEqual(finding('website', facts, { succeeded: true, lastLine }), {
      subject: 'repository website',
      status: 'ok',
      found: 'uploaded and indexed: files 12, indexed 3, chunks 40',
    });
  });

  it('is told in the last words of the pod where it failed', () => {
    const end = { succeeded: false, reason: 'BackoffLimitExceeded', lastLine: 'website: No space left on device' };
    const { status, found } = finding('website', facts, end);
    assert.deepEqual([status, found], ['failed', 'BackoffLimitExceeded; website: No space left on device']);
  });

  it('is doubtful where the run does not say what it indexed', () => {
    const { status, found } = finding('website', facts, { succeeded: true, lastLine: 'killed' });
    assert.deepEqual([status, found], ['warning', 'uploaded, but the run does not say what it indexed: killed']);
  });
});

describe('a repository that is named for an upload', () => {
  const system = { id: 'context-engine' } as SystemPlan;

  it('must be known, and take uploads', () => {
    assert.equal(uploadOf({ system, repositories: [alpha, website] }, 'website'), facts);
    const unknown = () => uploadOf({ system, repositories: [alpha, website] }, 'beta');
    assert.throws(unknown, { message: 'context-engine has no repository beta', remedy: 'name one of: alpha, website' });
    assert.throws(() => uploadOf({ system, repositories: [alpha] }, 'alpha'), {
      message: 'the files of repository alpha come from https://git.example.com/alpha.git at main',
    });
  });
});

describe('the list of repositories', () => {
  it('says where to add some when there are none', () => {
    const { remedy, status } = none('contextEngine');
    assert.equal(status, 'skipped');
    assert.match(remedy ?? '', /contextEngine\.repositories/);
  });

  it('says how every part is, and is as good as its worst part', () => {
    assert.deepEqual(findingOf('lab', website, { upload: 'ready', watcher: 'ready' }), {
      subject: 'repository website',
      status: 'ok',
      found: 'uploads; uploads ready; watcher ready',
    });
    assert.equal(findingOf('lab', alpha, { index: 'running' }).status, 'ok');
    assert.equal(findingOf('lab', alpha, { index: 'done', watcher: 'not ready' }).status, 'warning');
    assert.equal(findingOf('lab', alpha, { index: 'failed', watcher: 'not ready' }).status, 'failed');
    assert.equal(findingOf('lab', alpha, { index: 'missing' }).remedy, 'deploy the stack: pulumi up --stack lab');
  });
});
