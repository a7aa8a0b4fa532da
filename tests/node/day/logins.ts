import assert from 'node:assert/strict';
import { Failure, Interrupted, Verdict } from '../../../operate/base/failure';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { waitFor } from '../../../operate/base/wait';
import { get } from '../../../operate/cluster/api';
import { stackCluster } from '../../../operate/cluster/stack-cluster';
import { renewToken, type Watching } from '../../../operate/commands/token/token';
import { controlPlane } from '../../support/cluster/control-plane';
import type { Day } from '../../support/node/day';
import { kubectl, nodeApi, toolPod } from '../../support/node/pods';

const cronJob = 'memory-mcp-bootstrap';
const job = `${cronJob}-on-demand`;

/** What the login of memory-mcp 0.17.1 writes before anybody approves. */
const request = [
  ...['', '  Open this URL in your browser:', '    https://github.com/login/device', ''],
  ...['  Enter this code when prompted:', '    ABCD-1234', '', '  Waiting for authorization...'],
];
const asks = request.map((line) => `echo '${line}'`).join('; ');
const waits = 'while :; do sleep 0.1; done';

/** The login itself is GitHub's: in its place a shell writes what it writes, and ends as it does. */
export function logins(day: () => Day): void {
  describe('gets its token by a login', () => {
    const gone = async () =>
      (await get(await nodeApi(), `/apis/batch/v1/namespaces/${day().namespace}/jobs/${job}`)) === undefined;
    const running = async () => {
      const phase = ['get', 'pods', '-l', `job-name=${job}`, '-o', 'jsonpath={.items[*].status.phase}'];
      return (await kubectl('-n', day().namespace, ...phase)).stdout === 'Running' || undefined;
    };
    afterEach(async () => assert.ok(await gone(), 'the login is removed'));

    /** Puts a script in the place of the login. */
    async function login(script: string, deadlineSeconds = 1860): Promise<void> {
      const { containers, ...spec } = toolPod('login', { script }).spec;
      const template = { spec: { ...spec, restartPolicy: 'Never', containers: [{ ...containers[0], name: 'login' }] } };
      const jobTemplate = { spec: { activeDeadlineSeconds: deadlineSeconds, backoffLimit: 0, template } };
      const api = await nodeApi();
      const body = {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: cronJob },
        spec: { schedule: '0 0 31 2 *', suspend: true, jobTemplate },
      };
      const path = `/apis/batch/v1/namespaces/${day().namespace}/cronjobs/${cronJob}?fieldManager=operator&force=true`;
      const { status, body: answer } = await api.send('PATCH', path, {
        body,
        contentType: 'application/apply-patch+yaml',
      });
      assert.ok(status < 300, answer);
    }

    const renew = (watching: Watching = {}) => {
      const { cluster, folder } = controlPlane();
      const of = { name: day().stack, config: { cluster: {} } as never };
      const reached = () => stackCluster(fleetHomeAt(folder), of, cluster);
      const place = {
        stack: day().stack,
        system: day().planWith({ token: { source: 'bootstrap' } }),
        cluster: reached,
      };
      return renewToken(place, {}, { showing: 'silent', ...watching });
    };

    it('whose URL and code are shown, and works with the token that was approved', async () => {
      await login(`trap 'echo Authentication successful.; exit 0' TERM; ${asks}; ${waits}`);
      let asked: unknown;
      const onRequest = async (found: unknown) => {
        asked = found;
        day().remote.token = 'token-that-was-approved';
        await day().bring('token', day().remote.token);
        await kubectl('-n', day().namespace, 'exec', `job/${job}`, '--', 'sh', '-c', 'kill -TERM 1');
      };
      const { findings } = await renew({ onRequest });
      assert.deepEqual(asked, { url: 'https://github.com/login/device', code: 'ABCD-1234' });
      assert.match(findings[0]?.found ?? '', /^replaced, version \d+ → \d+$/);
      assert.match(findings[1]?.found ?? '', /^rolled out in \d+ s$/);
      assert.deepEqual(
        findings.filter(({ status }) => status !== 'ok' && status !== 'skipped'),
        [],
      );
    });

    it('and says that the code has expired, and what to do', async () => {
      await login(`${asks}; sleep 1; echo 'Error: OAuth error: Device code expired after 900 seconds'; exit 1`);
      await assert.rejects(renew(), (error: Verdict) => {
        assert.match(error.message, /the code has expired before anybody approved it/);
        assert.match(error.remedy, /fleet token -s another-day/);
        return error instanceof Verdict;
      });
    });

    it('and says that nobody came, when the time of the login is up', async () => {
      await login(`${asks}; ${waits}`, 3);
      await assert.rejects(renew(), /no token: nobody approved the login in time/);
    });

    it('one at a time, of which nothing is left when it is interrupted', async () => {
      await login(`${asks}; ${waits}`);
      const interrupt = new AbortController();
      const first = assert.rejects(renew({ signal: interrupt.signal }), Interrupted);
      assert.ok(await waitFor(running, { seconds: 30, period: 200 }), 'the login runs');
      await assert.rejects(renew(), (error: Failure) => {
        assert.match(error.message, new RegExp(`a login is under way already: Job ${day().namespace}/${job}`));
        return error instanceof Failure;
      });
      assert.equal(await running(), true, 'the second one has removed the login of the first');
      interrupt.abort();
      await first;
    });
  });
}
