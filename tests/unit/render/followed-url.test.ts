import assert from 'node:assert/strict';
import { sameRepository } from '../../../render/followed/url';

const forms = [
  'https://git.example.org/ops/fleet',
  'https://git.example.org/ops/fleet.git',
  'https://git.example.org/ops/fleet/',
  'https://git.example.org:443/ops/fleet.git',
  'https://someone@git.example.org/ops/fleet',
  'https://someone:token@git.example.org/ops/fleet',
  'https://GIT.example.org/Ops/fleet',
  'ssh://git@git.example.org/ops/fleet.git',
  'ssh://git.example.org:22/ops/fleet',
  'git@git.example.org:ops/fleet.git',
  'git.example.org:ops/fleet',
  'git@git.example.org:/ops/fleet',
];
const others = [
  'https://git.example.org/ops/fleet2',
  'https://git.example.org/fleet',
  'https://git.example.org:8443/ops/fleet',
  'ssh://git@git.example.org:2222/ops/fleet',
  'https://example.org/git.example.org/ops/fleet',
  'https://git.example.org.evil.example/ops/fleet',
  'git@git.example.com:ops/fleet.git',
  '/srv/git/ops/fleet.git',
  '../fleet',
];

describe('two URLs', () => {
  it('are of one repository in every form that git and Argo CD take', () => {
    for (const one of forms) for (const other of forms) assert.ok(sameRepository(one, other), `${one} ${other}`);
  });

  it('are of two where host, port or path differ', () => {
    for (const other of others) {
      for (const form of forms) assert.ok(!sameRepository(form, other), `${form} ${other}`);
      assert.ok(sameRepository(other, other));
    }
  });
});
