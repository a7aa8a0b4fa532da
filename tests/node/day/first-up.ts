import assert from 'node:assert/strict';
import { Failure } from '../../../operate/base/failure';
import { now } from '../../../operate/commands/backup/now';
import { status } from '../../../operate/commands/backup/status';
import { doctor } from '../../../operate/commands/doctor/doctor';
import { token } from '../../../operate/commands/token/token';
import type { Day } from '../../support/node/day';

/** Values of what the operator brings. */
export const bearer = 'first-bearer-token';

/** The first `up` comes before everything that somebody brings. */
export function firstUp(day: () => Day): void {
  describe('begins with an up before any Secret', () => {
    let outputs: Readonly<Record<string, { readonly value: unknown }>>;

    it('which ends soon, crashes nothing, and says what is brought', async () => {
      const begun = Date.now();
      ({ outputs } = await day().up());
      const seconds = (Date.now() - begun) / 1000;
      assert.ok(seconds < 90, `it took ${seconds} s`);
      assert.deepEqual(Object.keys(outputs.broughtByOthers?.value as object).sort(), [
        'authorities that memory-mcp trusts: ConfigMap day/hosting',
        'bearer token of memory-mcp: Secret day/memory-mcp-bearer',
        'password of the backups of memory-mcp (volume): Secret day/memory-mcp-backup',
        'token of memory-mcp: Secret day/memory-mcp-github-token',
      ]);
      const { status: said } = await day().server();
      const containers = said?.containerStatuses ?? [];
      assert.deepEqual(
        containers.map(({ name, ready, restartCount }) => [name, ready, restartCount]),
        [
          ['bearer-proxy', true, 0],
          ['memory-mcp', true, 0],
        ],
      );
    });

    it('after which nobody is let in, and doctor names each with its command', async () => {
      await day().refuses(bearer);
      await day().refuses('');
      const ran = await day().fleet(doctor);
      assert.equal(ran.code, 1, ran.text);
      for (const each of Object.keys(outputs.broughtByOthers?.value as object)) {
        const [subject = ''] = each.split(':');
        assert.match(JSON.stringify(ran.finding(subject)), /kubectl .*create (secret|configmap)/);
      }
    });

    it('and no backup is made, each saying why', async () => {
      const told = await day().fleet(status);
      assert.equal(told.code, 1, told.text);
      assert.match(told.finding('memories').found, /^no run has ended well yet; /);
      assert.equal(told.finding('volume').status, 'missing');
      const volume = await day().fleet(now, { name: 'volume' });
      assert.equal(volume.code, 1, volume.text);
      assert.match(volume.finding('run').found, /there is no entry password of Secret memory-mcp-backup/);
      const git = await day().fleet(now, { name: 'git' });
      assert.equal(git.code, 1, git.text);
      assert.match(git.finding('run').found, /backup failed: /);
    });
  });

  describe('goes on when the Secrets come late', () => {
    before(() => bringAll(day()));

    it('as the command for the token says, where that comes from elsewhere', async () => {
      await assert.rejects(day().fleet(token), (error: Failure) => {
        assert.match(error.remedy, /memory-mcp-github-token \(key token\).*--roll/);
        return error instanceof Failure;
      });
    });

    it('with a restart, which ends with every check of the server good', async () => {
      const ran = await day().fleet(token, { roll: true });
      assert.equal(ran.code, 0, ran.text);
      assert.match(ran.finding('Secret memory-mcp-github-token').found, /^is there, version \d+$/);
      assert.match(ran.finding('Deployment memory-mcp').found, /^rolled out in \d+ s$/);
      assert.equal(ran.finding('without token').found, 'refused with status 401');
      assert.deepEqual(
        ran.findings.filter((each) => each.status !== 'ok'),
        [],
      );
      assert.deepEqual([await day().answers(bearer), await day().answers('another')], ['200', '401']);
    });

    it('after which doctor misses nothing, and nothing is saved yet', async () => {
      const ran = await day().fleet(doctor);
      assert.equal(ran.code, 0, ran.text);
      const told = await day().fleet(status);
      assert.match(told.finding('memories').found, /^no run has ended well yet; nothing is at https:/);
    });
  });
}

/** Brings everything that the stack counts on. */
export async function bringAll(day: Day): Promise<void> {
  await day.bring('token', day.remote.token);
  await day.bring('bearer', bearer);
  await day.bring('password', 'a good one');
  await day.bringAuthority(day.remote.certificate);
}
