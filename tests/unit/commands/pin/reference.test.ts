import assert from 'node:assert/strict';
import { challengeOf } from '../../../../operate/registry/challenge';
import { apiHost, isLoopback, referenceOf, withDigest } from '../../../../operate/registry/reference';

const digest = `sha256:${'a'.repeat(64)}`;

describe('the name of an image', () => {
  it('says registry, repository, tag and digest', () => {
    assert.deepEqual(referenceOf(`registry.test:5000/team/a:1.2@${digest}`), {
      registry: 'registry.test:5000',
      repository: 'team/a',
      tag: '1.2',
      digest,
    });
  });

  it('means Docker Hub where it names no registry, and its library where it names no folder', () => {
    const hub = { registry: 'docker.io', tag: '3' };
    assert.deepEqual(referenceOf('haproxy:3'), { ...hub, repository: 'library/haproxy' });
    assert.deepEqual(referenceOf('docker.io/library/haproxy:3'), { ...hub, repository: 'library/haproxy' });
    assert.deepEqual(referenceOf('team/a:3'), { ...hub, repository: 'team/a' });
    assert.notEqual(apiHost('docker.io'), 'docker.io');
  });

  it('keeps its tag with another digest', () => {
    assert.equal(withDigest('a/b:1', digest), `a/b:1@${digest}`);
    assert.equal(withDigest(`a/b:1@sha256:${'b'.repeat(64)}`, digest), `a/b:1@${digest}`);
  });

  it('tells whether the registry is on this machine', () => {
    for (const here of ['localhost', 'localhost:5000', '127.0.0.1:5000', '[::1]:5000'])
      assert.ok(isLoopback(here), here);
    for (const there of ['localhost.test', '127.0.0.1.test', '10.0.0.1:5000']) assert.ok(!isLoopback(there), there);
  });
});

describe('what a registry asks for', () => {
  it('is a token from somewhere, or user name and password', () => {
    assert.deepEqual(challengeOf('Bearer realm="https://t.test/token",service="s",scope="repository:a:pull"'), {
      scheme: 'bearer',
      realm: 'https://t.test/token',
      service: 's',
      scope: 'repository:a:pull',
    });
    assert.deepEqual(challengeOf('Basic realm="x"'), { scheme: 'basic' });
  });

  it('is nothing that we know where it is something else', () => {
    for (const header of [null, 'Negotiate', 'Bearer', 'Bearer realm="no url"'])
      assert.equal(challengeOf(header), undefined);
  });
});
