import assert from 'node:assert/strict';
import { EngineError } from '../../../operate/engine/command';
import { failureOf } from '../../../operate/engine/engine-failure';

const server = 'https://127.0.0.1:6443';
const failed = new EngineError(255, '', 'error: update failed');
const asked = (path: string, reason: string) => `was not created: Patch "${path}?force=true": ${reason}`;

describe('an operation that failed', () => {
  it('names every cause and asks to mend it, without saying again that it failed', () => {
    const { message, remedy } = failureOf(failed, ['Service a: denied', 'Secret b: denied', 'update failed'], [server]);
    assert.equal(message, 'Service a: denied\nSecret b: denied');
    assert.match(remedy, /^mend what is named above and run the command again/);
  });

  it('has the last words of an engine that gave no cause', () => {
    assert.equal(failureOf(new EngineError(255, '', 'panic: x'), ['update failed'], []).message, 'panic: x');
  });

  it('is one message where the API server died, however many objects were under way', () => {
    const said = [
      `Service a: ${asked(`${server}/api/v1/services/a`, 'dial tcp 127.0.0.1:6443: connect: connection refused')}`,
      `Secret b: ${asked(`${server}/api/v1/secrets/b`, 'read tcp 127.0.0.1:5->127.0.0.1:6443: connection reset by peer')}`,
      `Role c: ${asked(`${server}/apis/x/c`, 'unexpected EOF')}`,
      'ConfigMap d: unexpected error when reading response body. Please retry. Original error: read tcp 127.0.0.1:5->127.0.0.1:6443: read: connection reset by peer',
      'update failed',
    ];
    const { message, remedy } = failureOf(failed, said, ['https://other.example', server]);
    assert.equal(message, `the API server ${server} does not answer: connection refused`);
    assert.match(remedy, /^see that the cluster runs .* and run the command again/);
  });

  it('knows every way in which a connection is lost', () => {
    for (const words of [
      'http2: client connection force closed via ClientConn.Close',
      'http2: client connection lost',
      'http2: server sent GOAWAY and closed the connection',
      'http: server closed idle connection',
      'write tcp 127.0.0.1:5->127.0.0.1:6443: use of closed network connection',
    ]) {
      const { message } = failureOf(failed, [`Service a: ${asked(`${server}/api`, words)}`], [server]);
      assert.match(message, /^the API server \S+ does not answer: /, words);
    }
  });

  it('takes the provider’s word for an API server that is only just starting', () => {
    const said =
      'Namespace a: configured Kubernetes cluster is unreachable: unable to load schema information from the API server: starting';
    assert.equal(failureOf(failed, [said], [server]).message, `the API server ${server} does not answer: starting`);
  });

  it('keeps the causes that have nothing to do with an API server that died', () => {
    const away = asked(`${server}/api`, 'dial tcp: i/o timeout');
    const { message } = failureOf(failed, [away, 'Secret b: denied'], [server]);
    assert.equal(message, `the API server ${server} does not answer: timeout\nSecret b: denied`);
  });

  it('does not take a pod that nobody answers in for the API server', () => {
    const probe = 'Deployment a: Readiness probe failed: Get "http://10.0.0.1:8080/readyz": connection refused';
    assert.equal(failureOf(failed, [probe], [server]).message, probe);
  });

  it('says plainly that the engine was killed, and that running again goes on', () => {
    const { message, remedy } = failureOf(new EngineError(undefined, '+ creating a', '', true), [], [server]);
    assert.equal(message, 'the engine was killed in the middle of its work');
    assert.match(remedy, /^run the command again: it goes on where this run ended/);
  });
});
