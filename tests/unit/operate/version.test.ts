import assert from 'node:assert/strict';
import { join } from 'node:path';
import { batches, nodeTools, readToolchain, testTools, toolNames } from '../../../operate/toolchain/manifest';
import { executablesOnPath } from '../../../operate/toolchain/on-path';
import { fits, parseVersion, versionOf } from '../../../operate/toolchain/version';
import { folder, removeFolders, standIn } from '../../support/unit/operate';

const pins = readToolchain(join(__dirname, '..', '..', '..'));
const pinOf = (name: string) => {
  const pin = pins.find((each) => each.name === name);
  assert.ok(pin, name);
  return pin;
};

describe('versions of tools', () => {
  afterEach(removeFolders);

  it('takes Kubernetes and etcd of the same minor release', () => {
    assert.equal(fits('kube-apiserver', '1.35.9', '1.35.4'), true);
    assert.equal(fits('kubectl', '1.34.4', '1.35.4'), false);
    assert.equal(fits('kubectl', '2.35.4', '1.35.4'), false);
    assert.equal(fits('etcd', '3.6.1', '3.6.5'), true);
  });

  it('takes the engine, its provider and kwok exactly', () => {
    for (const name of ['pulumi', 'pulumi-resource-kubernetes', 'kwok', 'kwokctl'] as const) {
      assert.equal(fits(name, '3.259.0', '3.259.0'), true);
      assert.equal(fits(name, '3.259.1', '3.259.0'), false);
    }
  });

  it('pins every tool, each with a version that its own pattern would find', () => {
    for (const name of toolNames) {
      const { version } = pinOf(name);
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
    }
  });

  it('obtains every tool in one batch, and only tools of one module together', () => {
    assert.deepEqual(batches.flat().sort(), [...toolNames, ...testTools, ...nodeTools].sort());
    for (const batch of batches) assert.equal(new Set(batch.map((name) => pinOf(name).module)).size, 1, batch.join());
  });

  it('reads what the tools really print', () => {
    const printed: Record<string, string> = {
      etcd: 'etcd Version: 3.6.5\nGit SHA: Not provided\nGo Version: go1.26.8',
      kwok: 'kwok version v0.8.0 go1.26.8 (linux/amd64)',
      kwokctl: 'kwokctl version v0.8.0 go1.26.8 (linux/amd64)',
      'kube-apiserver': 'Kubernetes v1.35.4',
      kubectl: 'Client Version: v1.35.4\nKustomize Version: v5.7.1',
      pulumi: 'v3.259.0',
      'pulumi-resource-kubernetes': '4.25.0',
    };
    for (const [name, output] of Object.entries(printed)) {
      assert.equal(parseVersion(pinOf(name), output), pinOf(name).version, name);
    }
    assert.equal(parseVersion(pinOf('etcd'), 'command not found'), undefined);
  });

  it('asks a binary, and takes one that does not answer for unfit', async () => {
    const path = standIn(join(folder(), 'etcd'), 'echo "etcd Version: 3.6.7"');
    const broken = standIn(join(folder(), 'etcd'), 'exit 1');
    assert.equal(await versionOf(pinOf('etcd'), path, {}), '3.6.7');
    assert.equal(await versionOf(pinOf('etcd'), broken, {}), undefined);
    assert.equal(await versionOf(pinOf('etcd'), '/no/such/etcd', {}), undefined);
  });
});

describe('search path', () => {
  afterEach(removeFolders);

  it('finds executables in its order and leaves out the shims of npm', () => {
    const [first, second] = [folder(), folder()];
    const shims = join(folder(), 'node_modules', '.bin');
    for (const place of [first, second, shims]) standIn(join(place, 'pulumi'), '');
    const found = executablesOnPath('pulumi', [shims, first, '', 'relative', '/no/such', second].join(':'));
    assert.deepEqual(found, [join(first, 'pulumi'), join(second, 'pulumi')]);
  });
});
