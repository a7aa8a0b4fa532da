import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fleetHome } from '../../../operate/base/fleet-home';

describe('fleet home', () => {
  it('is FLEET_HOME where that is set', () => {
    assert.equal(fleetHome({ FLEET_HOME: '/elsewhere', XDG_DATA_HOME: '/data', HOME: '/home/me' }).root, '/elsewhere');
  });

  it('counts a relative FLEET_HOME from the working directory', () => {
    assert.equal(fleetHome({ FLEET_HOME: 'here' }).root, join(process.cwd(), 'here'));
  });

  it('is a folder in XDG_DATA_HOME otherwise', () => {
    assert.equal(fleetHome({ XDG_DATA_HOME: '/data', HOME: '/home/me' }).root, '/data/memory-fleet');
  });

  it('ignores a relative XDG_DATA_HOME, as its standard asks', () => {
    assert.equal(fleetHome({ XDG_DATA_HOME: 'data', HOME: '/home/me' }).root, '/home/me/.local/share/memory-fleet');
  });

  it('treats empty variables as unset', () => {
    const empty = { FLEET_HOME: '', XDG_DATA_HOME: '', HOME: '/home/me' };
    assert.equal(fleetHome(empty).root, '/home/me/.local/share/memory-fleet');
  });

  it('keeps clusters apart and puts their kubeconfig where the README says', () => {
    const home = fleetHome({ FLEET_HOME: '/f' });
    assert.equal(home.cluster('local').kubeconfig, '/f/clusters/local/kubeconfig');
    assert.notEqual(home.cluster('a').kwok, home.cluster('b').kwok);
    assert.deepEqual([home.bin, home.state], ['/f/bin', '/f/state']);
  });
});
