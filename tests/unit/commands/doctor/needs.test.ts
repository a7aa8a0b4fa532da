import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Examined } from '../../../../operate/commands/doctor/check';
import { finding } from '../../../../operate/commands/doctor/check';
import { needs } from '../../../../operate/commands/doctor/checks/needs';
import { reportAsText } from '../../../../operate/report/print';
import { describedStack } from '../../../../operate/stack';

const checkout = join(__dirname, '..', '..', '..', '..');
const api = '/api/v1/namespaces';

/** What doctor says of what a stack needs, on a cluster that holds these objects by their paths. */
async function seen(stack: string, objects: Readonly<Record<string, object>>) {
  const look = { at: async (path: string) => objects[path] };
  const examined = { stack: describedStack(checkout, stack), look } as unknown as Examined;
  const findings = await Promise.all(needs(examined).map(finding));
  return { findings, of: (subject: string) => findings.find((each) => each.subject === subject) };
}

const secret = (...keys: readonly string[]) => ({ data: Object.fromEntries(keys.map((key) => [key, 'eA=='])) });

describe('what others bring, as doctor sees it', () => {
  const namespace = { [`${api}/context-engine`]: {}, [`${api}/memory-mcp`]: {} };

  it('is a warning before the first `up`, which makes the namespace', async () => {
    const { findings } = await seen('lab', {});
    assert.deepEqual([...new Set(findings.map(({ status }) => status))], ['warning']);
    assert.equal(findings.length, 7);
  });

  it('is missing afterwards, each with its command on a line of its own', async () => {
    const { findings, of } = await seen('lab', namespace);
    assert.deepEqual([...new Set(findings.map(({ status }) => status))], ['missing']);
    assert.equal(
      of('volume of repository monolith')?.found,
      'PersistentVolumeClaim monolith-checkout is not there: repository monolith is not indexed',
    );
    assert.equal(
      of('upload of repository sketches')?.found,
      'nothing has been uploaded: repository sketches is not indexed',
    );
    const text = reportAsText({ command: 'doctor', findings }).split('\n');
    for (const { command = '' } of findings) assert.ok(text.includes(`  ${command}`), command);
  });

  it('is there by its entries, and by what an upload has left behind', async () => {
    const lab = `${api}/context-engine`;
    const uploads = '/apis/batch/v1/namespaces/context-engine/cronjobs/upload-sketches';
    const { findings, of } = await seen('lab', {
      ...namespace,
      [`${lab}/persistentvolumeclaims/monolith-checkout`]: {},
      [`${lab}/secrets/context-engine-backup`]: secret('password'),
      [`${lab}/secrets/context-engine-bearer`]: secret('tokens'),
      [`${lab}/secrets/context-engine-qdrant`]: secret('api-key'),
      [`${lab}/secrets/git-credentials`]: secret('ssh-privatekey', 'known_hosts'),
      [`${lab}/secrets/registry`]: secret('.dockerconfigjson'),
      [uploads]: { status: { lastSuccessfulTime: '2026-01-01T00:00:00Z' } },
    });
    assert.deepEqual(
      findings.filter(({ status }) => status !== 'ok').map(({ subject, found }) => `${subject}: ${found}`),
      ['bearer token of context-engine: Secret context-engine-bearer has no entry token: nobody is let in'],
    );
    assert.equal(of('API key of Qdrant of context-engine')?.found, 'Secret context-engine-qdrant has it');
  });

  it('is not there where its value is none, which is not shown', async () => {
    const path = `${api}/context-engine/secrets/context-engine-backup`;
    const said = async (value: string) => {
      const data = { password: Buffer.from(value).toString('base64') };
      const { of } = await seen('lab', { ...namespace, [path]: { data } });
      return of('password of the backups of context-engine (collections)');
    };
    const start = 'entry password of Secret context-engine-backup is no secret, because';
    const end = 'remove it first: no backup is made';
    assert.equal((await said(''))?.found, `${start} it is empty; ${end}`);
    assert.equal((await said('changeme-4711\n'))?.found, `${start} it begins with "changeme", as examples do; ${end}`);
    assert.equal((await said('Zm9vYmFy'))?.status, 'ok');
  });

  it('asks for both entries of a key for ssh', async () => {
    const { of } = await seen('lab', {
      ...namespace,
      [`${api}/context-engine/secrets/git-credentials`]: secret('ssh-privatekey'),
    });
    assert.match(
      of('credentials of repository backend')?.found ?? '',
      /has no entry password, nor ssh-privatekey and known_hosts/,
    );
  });

  it('is only a warning where a login or an operator makes it', async () => {
    assert.equal((await seen('goddess', namespace)).of('token of memory-mcp')?.status, 'warning');
    const { status, command } = (await seen('staging', namespace)).of('token of memory-mcp') ?? {};
    assert.equal(status, 'warning');
    assert.equal(
      command,
      'kubectl -n memory-mcp describe externalsecret memory-mcp-github-token && kubectl -n memory-mcp rollout restart' +
        ' deployment/memory-mcp # it reads memory-mcp/github, property token of the secret store',
    );
    assert.equal((await seen('staging', namespace)).of('API keys of memory-mcp')?.status, 'missing');
  });
});
