import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { Failure } from '../../../operate/base/failure';
import { oneContext } from '../../../operate/cluster/kubeconfig';
import { folder, removeFolders } from '../../support/unit/operate';

function kubeconfig(): string {
  const place = folder();
  writeFileSync(join(place, 'ca.crt'), 'certificate');
  const path = join(place, 'config');
  const file = {
    'current-context': 'one',
    contexts: [
      { name: 'one', context: { cluster: 'first', user: 'me', namespace: 'mine' } },
      { name: 'two', context: { cluster: 'second', user: 'other' } },
    ],
    clusters: [
      { name: 'first', cluster: { server: 'https://first.example.test', 'certificate-authority': 'ca.crt' } },
      { name: 'second', cluster: { server: 'https://second.example.test' } },
    ],
    users: [
      { name: 'me', user: { exec: { command: './login', args: ['--cluster', 'first'] } } },
      { name: 'other', user: { tokenFile: 'token' } },
    ],
  };
  writeFileSync(path, stringify(file));
  return path;
}

describe('one context of a kubeconfig', () => {
  afterEach(removeFolders);

  it('reaches no other cluster and stands alone', () => {
    const path = kubeconfig();
    const { context, content } = oneContext(path);
    const alone = JSON.parse(content);
    assert.equal(context, 'one');
    assert.deepEqual(alone.clusters, [
      {
        name: 'first',
        cluster: {
          server: 'https://first.example.test',
          'certificate-authority-data': Buffer.from('certificate').toString('base64'),
        },
      },
    ]);
    assert.equal(alone.users[0].user.exec.command, join(path, '..', 'login'));
    assert.equal(alone.contexts[0].context.namespace, 'mine');
    assert.equal(content.includes('second'), false);
  });

  it('can be another one than the current', () => {
    const path = kubeconfig();
    const { context, content } = oneContext(path, 'two');
    const alone = JSON.parse(content);
    assert.equal(context, 'two');
    assert.equal(alone['current-context'], 'two');
    assert.equal(alone.users[0].user.tokenFile, join(path, '..', 'token'));
  });

  it('names what the file has when asked for something else', () => {
    const path = kubeconfig();
    assert.throws(
      () => oneContext(path, 'three'),
      (error: Failure) => {
        assert.match(error.message, /has no context three/);
        assert.match(error.remedy, /one, two/);
        return error instanceof Failure;
      },
    );
    assert.throws(() => oneContext('/no/such/file'), /cannot be read/);
  });
});
