import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from '../../operate/commands/backup/git/drill/compare';
import { entriesOf, lookCloser } from '../../operate/commands/backup/git/drill/contents';
import { fetchBackups } from '../../operate/commands/backup/git/drill/restore';
import type { GitTarget } from '../../operate/commands/backup/git/target';
import { openSession, type Session } from '../../operate/mcp/session';
import { GitRemote } from '../support/contract/git-remote';
import { obtainMemoryMcp } from '../support/contract/memory-mcp-build';
import { orSkip } from '../support/contract/missing';
import { Pod, type PodOptions, type Programs } from '../support/contract/server';
import { withEnvironment } from '../support/unit/operate';

describe('a restored backup of the real memory-mcp', function () {
  this.timeout(120_000);
  let programs: Programs;
  let remote: GitRemote;
  let source: Pod;
  let session: Session;
  let folder: string;
  const pods: Pod[] = [];
  const sessions: Session[] = [];

  const options = (): PodOptions => ({
    memoryMcp: {
      git: { remoteUrl: remote.url('common'), scopes: [{ scope: 'work/a', url: remote.url('work') }] },
      server: { sessionRateLimit: 0 },
    },
    secrets: { 'memory-mcp-github-token/token': remote.token },
    env: remote.trust,
  });

  before(async function () {
    this.timeout(0);
    remote = await orSkip(this, GitRemote.started);
    programs = { memoryMcp: await orSkip(this, obtainMemoryMcp) };
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-drill-'));
    await remote.create('common');
    await remote.create('work');
    source = await Pod.started(programs, options());
    pods.push(source);
    session = await opened(source);
    for (let i = 0; i < 120; i++) await remember(`many-${i}`, 'global');
    await remember('task', 'work/a');
    await remember('other', 'work');
    await call('sync', {});
  });
  after(async () => {
    for (const each of sessions) await each.close();
    for (const pod of pods) await pod.remove();
    await remote?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const call = (tool: string, args: Record<string, unknown>) => session.call({ tool, arguments: args });
  const remember = (name: string, scope: string) =>
    call('remember', { name, scope, content: `what is known about ${name} in ${scope}`, tags: ['b', 'a'] });

  async function opened(pod: Pod): Promise<Session> {
    const session = await openSession(pod.url());
    sessions.push(session);
    return session;
  }

  /** Fetches what the remotes have and serves it with the pod of a drill, as the command does on a cluster. */
  async function drilled(name: string) {
    const files = join(folder, name);
    mkdirSync(files);
    const [backup] = source.plan.operations.backups;
    assert.ok(backup?.kind === 'git');
    const git = { credentials: { token: remote.token, origin: 'the test' } };
    const heads = await withEnvironment({ GIT_SSL_CAINFO: remote.certificateFile }, () =>
      fetchBackups({ backup, git } as unknown as GitTarget, files),
    );
    const fetched = remote.requests;
    const pod = await Pod.created(programs, { ...options(), secrets: {}, spec: () => backup.drill.pod });
    pods.push(pod);
    cpSync(files, pod.volume('data'), { recursive: true });
    await pod.start();
    const restored = await opened(pod);
    const { catalogue } = backup.drill;
    const inSource = await entriesOf(session, catalogue, undefined);
    const inBackup = await entriesOf(restored, catalogue, undefined);
    const dates = new Map([...heads].map(([store, { date }]) => [store, date]));
    return { restored, fetched, catalogue, inSource, inBackup, comparison: compare(inSource, inBackup, dates) };
  }

  it('has everything, from every remote, with its bodies, and finds it', async () => {
    const { catalogue, comparison, fetched, inBackup, restored } = await drilled('all');
    assert.equal(inBackup.length, 122, 'more than one page');
    assert.equal(comparison.same.length, 122);
    const scopes = Map.groupBy(comparison.same, ({ store }) => store);
    assert.equal(scopes.get('memories')?.length, 121);
    assert.equal(scopes.get('memories of scope work/a')?.length, 1);
    const [task] = inBackup.filter(({ name }) => name === 'work/a/task');
    assert.ok(task);
    const samples = await lookCloser(session, restored, catalogue, [task, ...inBackup.slice(0, 3)], undefined);
    assert.deepEqual(samples.differing, []);
    assert.deepEqual(samples.recalled, { entry: task, inBackup: true, inSystem: true });
    assert.equal(remote.requests, fetched, 'the restored server speaks to no remote');
  });

  it('tells what was written, changed and forgotten since from what the backup lost', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await remote.commit('common', { 'global/many-7.md': undefined });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await remember('later', 'global');
    await call('edit', { name: 'task', scope: 'work/a', content: 'changed since' });
    await call('forget', { name: 'many-3', scope: 'global' });
    const { comparison } = await drilled('some');
    const names = (kind: keyof typeof comparison) => comparison[kind].map(({ name }) => name).sort();
    assert.deepEqual(names('lost'), ['global/many-7']);
    assert.deepEqual(names('newer'), ['global/later', 'work/a/task']);
    assert.deepEqual(names('onlyInBackup'), ['global/many-3']);
    assert.deepEqual(names('differing'), []);
    assert.equal(comparison.same.length, 119);
  });

  it('is served without remote, token, proxy or claim, as strictly confined as the server itself', () => {
    const [backup] = source.plan.operations.backups;
    assert.ok(backup?.kind === 'git');
    const { pod } = backup.drill;
    const server = source.spec.containers[0];
    const [restored] = pod.containers;
    assert.equal(pod.containers.length, 1);
    assert.equal(restored?.image, server?.image);
    assert.deepEqual(restored?.securityContext, server?.securityContext);
    assert.deepEqual(pod.securityContext, source.spec.securityContext);
    assert.doesNotMatch(JSON.stringify(restored?.env), /TOKEN|REMOTE|https/);
    assert.ok(pod.volumes?.every(({ persistentVolumeClaim, secret }) => !persistentVolumeClaim && !secret));
  });
});
