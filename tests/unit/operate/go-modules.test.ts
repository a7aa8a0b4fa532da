import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a module is built with: path and version of every module that its go.mod names, replacements applied. */
function builtWith(module: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(__dirname, '..', '..', '..', 'tools', module, 'go.mod'), 'utf8');
  const required = [...text.matchAll(/^(?:\t|require )(\S+) (v\S+)/gm)];
  const replaced = [...text.matchAll(/^(?:\t|replace )(\S+) => (.+)$/gm)];
  const versions = new Map(required.map(([, path = '', version = '']) => [path, `${path} ${version}`]));
  for (const [, path = '', replacement = ''] of replaced) if (versions.has(path)) versions.set(path, replacement);
  return versions;
}

/**
 * Where a module must differ from `tools/shared`: the provider was made with other packages of the engine, and of the
 * rest no tool but the one uses what differs.
 */
const differs: Readonly<Record<string, readonly string[]>> = {
  'pulumi-kubernetes': [
    'github.com/atotto/clipboard',
    'github.com/pulumi/pulumi/pkg/v3',
    'github.com/pulumi/pulumi/sdk/v3',
  ],
  'gitops-engine': ['github.com/chai2010/gettext-go', 'github.com/google/uuid'],
  cyclonus: ['github.com/onsi/ginkgo/v2', 'github.com/onsi/gomega'],
};

describe('Go modules of the tools', () => {
  const shared = builtWith('shared');

  for (const [module, exceptions] of Object.entries(differs)) {
    it(`builds ${module} with what the shared tools are built with, so that it is compiled once`, () => {
      const other = [...builtWith(module)].filter(([path, with_]) => (shared.get(path) ?? with_) !== with_);
      assert.deepEqual(other.map(([path]) => path).sort(), exceptions);
    });
  }

  it('builds Kubernetes with its own release of what decides how objects are merged and described', () => {
    assert.equal(shared.get('k8s.io/apimachinery'), 'k8s.io/apimachinery v0.35.4');
    assert.equal(shared.get('sigs.k8s.io/structured-merge-diff/v6'), 'sigs.k8s.io/structured-merge-diff/v6 v6.3.0');
  });
});
