import assert from 'node:assert/strict';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { binaryName, buildArguments, goEnvironment, isOlder } from '../../../operate/toolchain/go';
import type { ToolPin } from '../../../operate/toolchain/manifest';

const home = fleetHomeAt('/f');

describe('building with Go', () => {
  it('compares versions number by number', () => {
    assert.equal(isOlder('1.9', '1.26'), true);
    assert.equal(isOlder('1.26.8', '1.26'), false);
    assert.equal(isOlder('1.26', '1.26.1'), true);
    assert.equal(isOlder('2.0', '1.26.1'), false);
  });

  it('overrides settings of the operator that would change what is built', () => {
    const theirs = {
      GOFLAGS: '-mod=vendor',
      GOWORK: '/w/go.work',
      GOTOOLCHAIN: 'go1.20',
      GOOS: 'plan9',
      HOME: '/home/me',
    };
    const environment = goEnvironment(home, theirs);
    assert.equal(environment.GOFLAGS, '-mod=readonly -modcacherw -buildvcs=false');
    assert.equal(environment.GOWORK, 'off');
    assert.equal(environment.GOTOOLCHAIN, 'local');
    assert.equal(environment.GOOS, process.platform);
  });

  it('keeps where modules come from, also from the operator’s settings file', () => {
    const environment = goEnvironment(home, { GOPROXY: 'https://proxy.example.test', HOME: '/home/me' });
    assert.equal(environment.GOPROXY, 'https://proxy.example.test');
    assert.equal(environment.GOENV, '/home/me/.config/go/env');
  });

  it('writes into the fleet home, except where the environment names another cache', () => {
    const environment = goEnvironment(home, { HOME: '/home/me', GOCACHE: '/cache' });
    assert.equal(environment.GOCACHE, '/cache');
    for (const name of ['GOMODCACHE', 'GOPATH', 'XDG_CONFIG_HOME'])
      assert.match(environment[name] ?? '', /^\/f\/go\//, name);
  });

  it('spares compilers the collecting of garbage where there is memory enough, unless the operator says otherwise', () => {
    const collector = (memory: number, cores: number, theirs: NodeJS.ProcessEnv = {}) => {
      const { GOGC, GOMEMLIMIT } = goEnvironment(home, theirs, { memory: memory * 2 ** 30, cores });
      return [GOGC, GOMEMLIMIT];
    };
    assert.deepEqual(collector(24, 2), ['off', '3072MiB']);
    assert.deepEqual(collector(16, 8), ['off', '1024MiB']);
    assert.deepEqual(collector(8, 8), [undefined, undefined]);
    assert.deepEqual(collector(24, 2, { GOGC: '50', GOMEMLIMIT: '1GiB' }), ['50', '1GiB']);
  });

  it('builds reproducibly, stripped, from the pinned sources only', () => {
    assert.deepEqual(buildArguments([pinOf('example.test/tool', { ldflags: '-X a=b' })], '/out'), [
      'build',
      '-mod=readonly',
      '-trimpath',
      '-ldflags',
      '-s -w -X a=b',
      '-o',
      '/out/',
      'example.test/tool',
    ]);
  });

  it('builds several tools in one go, each flag named once', () => {
    const pins = [
      pinOf('example.test/a', { ldflags: '-X a=b' }),
      pinOf('example.test/b', { ldflags: '-X a=b' }),
      pinOf('example.test/c', { ldflags: '-X c=d' }),
    ];
    const args = buildArguments(pins, '/out');
    assert.equal(args[args.indexOf('-ldflags') + 1], '-s -w -X a=b -X c=d');
    assert.deepEqual(args.slice(-3), ['example.test/a', 'example.test/b', 'example.test/c']);
  });

  it('leaves out what the tags of a tool leave out', () => {
    const args = buildArguments([pinOf('example.test/tool', { tags: ['no_a', 'no_b'] })], '/out');
    assert.deepEqual(args.slice(args.indexOf('-tags'), args.indexOf('-tags') + 2), ['-tags', 'no_a,no_b']);
  });

  it('finds a binary where Go puts it, which a major version does not name', () => {
    assert.equal(binaryName(pinOf('go.etcd.io/etcd/server/v3')), 'server');
    assert.equal(binaryName(pinOf('k8s.io/kubernetes/cmd/kubectl')), 'kubectl');
  });
});

function pinOf(packagePath: string, more: Partial<ToolPin> = {}): ToolPin {
  return {
    name: 'etcd',
    version: '1.0.0',
    module: 'shared',
    package: packagePath,
    ldflags: '',
    versionArgs: [],
    versionPattern: '',
    buildSeconds: 1,
    ...more,
  };
}
