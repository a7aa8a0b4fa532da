import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { stopNode } from '../../../operate/local-cluster/node';
import { nodePlace } from '../../../operate/local-cluster/node/place';
import { pastProxies } from '../../../operate/local-cluster/node/programs';
import { lacking, requireMachine } from '../../../operate/local-cluster/node/requirements';
import { folder, removeFolders } from '../../support/unit/operate';

const able = { platform: 'linux', user: 0, has: () => true, finds: () => true, forbids: () => [] };

describe('what a real node needs', () => {
  it('is Linux, root, a device for networks, control groups and three programs; each that is missing is named', () => {
    assert.deepEqual(lacking(able), []);
    assert.deepEqual(lacking({ ...able, platform: 'darwin', user: 501 }), ['this system is darwin, not Linux']);
    assert.deepEqual(lacking({ ...able, user: 1000, has: (path) => path !== '/dev/net/tun' }), [
      'you are not root',
      '/dev/net/tun is not there',
    ]);
    assert.deepEqual(lacking({ ...able, finds: (name) => name !== 'unshare' }), ['unshare is not on PATH']);
  });

  it('is tried where only the kernel can say it, once everything else is there', () => {
    const forbids = () => ['no network and mounts of its own: unshare failed: Operation not permitted'];
    assert.deepEqual(lacking({ ...able, forbids }), forbids());
    assert.deepEqual(lacking({ ...able, forbids, user: 1000 }), ['you are not root']);
  });

  it('is asked for in one line', () => {
    const message = 'a real node needs Linux and root: you are not root';
    assert.throws(() => requireMachine({ ...able, user: 1000 }), { name: 'Failure', message, remedy: /--real/ });
    assert.throws(() => requireMachine({ ...able, platform: 'win32' }), {
      name: 'Failure',
      remedy: /^leave out --real/,
    });
  });
});

describe('a real node behind a proxy', () => {
  it('reaches its cluster past it, and keeps what the operator excepts', () => {
    const proxy = { HTTPS_PROXY: 'http://proxy.internal:3128' };
    for (const given of [
      { ...proxy, NO_PROXY: 'registry.internal' },
      { ...proxy, no_proxy: 'registry.internal' },
    ]) {
      const env = pastProxies(given);
      assert.equal(env.HTTPS_PROXY, proxy.HTTPS_PROXY);
      assert.equal(env.NO_PROXY, env.no_proxy);
      // The API server, the Service of it, DNS pods, the kubelet, and what the operator named.
      const excepted = (env.NO_PROXY ?? '').split(',');
      for (const each of ['10.0.2.2', '10.0.0.0/24', '10.244.0.0/24', '198.18.0.0/16', 'registry.internal']) {
        assert.ok(excepted.includes(each), each);
      }
    }
    assert.doesNotMatch(pastProxies({}).NO_PROXY ?? '', /undefined|^,|,,/);
  });
});

describe('the place of a real node', () => {
  afterEach(removeFolders);

  it('is another one for another cluster and another home, so that two never share a cable or a control group', () => {
    const [one, other] = [fleetHomeAt('/one'), fleetHomeAt('/other')];
    const places = [nodePlace(one, 'a'), nodePlace(one, 'b'), nodePlace(other, 'a')];
    for (const key of ['folder', 'cgroup'] as const)
      assert.equal(new Set(places.map((each) => each[key])).size, 3, key);
    assert.equal(new Set(places.map(({ cable }) => cable.name)).size, 3);
  });

  it('names a cable as the kernel takes it, with both ends in one network of four addresses', () => {
    for (let index = 0; index < 50; index++) {
      const { cable } = nodePlace(fleetHomeAt('/home'), `cluster-${index}`);
      assert.ok(cable.name.length <= 15, cable.name);
      const [machine, node] = [cable.machine, cable.node].map((each) => each.split('.').map(Number));
      assert.deepEqual(machine?.slice(0, 3), node?.slice(0, 3));
      assert.deepEqual([(machine?.[3] ?? 0) % 4, (node?.[3] ?? 0) % 4], [1, 2]);
    }
  });

  it('is left alone where no node runs', async () => {
    const home = fleetHomeAt(folder());
    assert.deepEqual(await stopNode(home, 'none'), []);
    mkdirSync(join(nodePlace(home, 'stopped').folder, 'volumes'), { recursive: true });
    assert.deepEqual(await stopNode(home, 'stopped'), []);
  });
});
