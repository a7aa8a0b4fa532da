import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TokenFacts } from '../../../../components/system/operations';
import { isRolledOut } from '../../../../operate/cluster/rollout';
import { reasonIn, requestIn } from '../../../../operate/commands/token/login-log';
import { noLoginFailure } from '../../../../operate/commands/token/no-login';
import { describedStack, systemOf } from '../../../../operate/stack';

describe('the log of a login', () => {
  const { login } =
    systemOf(describedStack(join(__dirname, '..', '..', '..', '..'), 'goddess')).operations.tokens?.[0] ?? {};
  assert.ok(login);
  const { log } = login;
  const url = '\n  Open this URL in your browser:\n    https://github.com/login/device\n\n';
  const code = '  Enter this code when prompted:\n    ABCD-1234\n\n  Waiting for authorization...\n';

  it('has the URL and the code once both are written', () => {
    assert.deepEqual(requestIn(url + code, log), { url: 'https://github.com/login/device', code: 'ABCD-1234' });
    assert.equal(requestIn(url, log), undefined);
    assert.equal(requestIn('', log), undefined);
  });

  it('says why it has failed, in words or in its own', () => {
    assert.match(reasonIn('OAuth error: Device code expired after 900 seconds', log) ?? '', /before anybody approved/);
    assert.match(reasonIn('device code expired; please run it again', log) ?? '', /before anybody approved/);
    assert.match(reasonIn('OAuth error: authorization denied by user', log) ?? '', /refused in the browser/);
    assert.equal(reasonIn('one\n  secrets is forbidden\n', log), 'secrets is forbidden');
  });
});

describe('a token without a login', () => {
  it('is renewed where it comes from, by a command that is complete', () => {
    const facts = { server: 's', secret: { name: 'n', key: 'k' }, key: 'notes.token' };
    const remedy = (source: TokenFacts['source']) => noLoginFailure({ ...facts, source }, 'lab', 'ns').remedy;
    assert.match(remedy('sealed'), /^`fleet secrets seal notes\.token -s lab`, raise notes\.token\.secretRevision in /);
    assert.match(remedy('config'), /raise notes\.token\.secretRevision in Pulumi\.lab\.yaml/);
    assert.match(remedy('externalSecret'), /or raise notes\.token\.secretRevision and `pulumi up`$/);
    assert.match(remedy('existing'), /^write the Secret n \(key k\) of namespace ns/);
  });
});

describe('a rollout', () => {
  const live = (status: object) => ({ metadata: { generation: 2 }, spec: { replicas: 1 }, status });
  const done = { observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 1 };

  it('has ended when every pod is a new one and ready', () => {
    assert.equal(isRolledOut(live(done)), true);
    assert.equal(isRolledOut(live({ ...done, observedGeneration: 1 })), false);
    assert.equal(isRolledOut(live({ ...done, replicas: 2 })), false);
    assert.equal(isRolledOut(live({ ...done, updatedReplicas: 0 })), false);
    assert.equal(isRolledOut(live({ observedGeneration: 2 })), false);
  });
});
