import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readToolchain } from '../../../toolchain/manifest';
import { type Check, ok, warning } from '../check';

/** The cluster itself: that it is the one which the stack is meant for, and that it speaks what we speak. */
export const server: Check = ({ cluster, projectDir, stack }) => [
  {
    subject: `cluster of context ${cluster.context}`,
    answer: () => {
      const { uid } = stack.config.cluster;
      if (uid !== undefined) return ok(`${cluster.server} is the one that the stack names`);
      return warning(
        `${cluster.server} answers; the stack does not say which cluster it belongs to`,
        `set cluster.uid in Pulumi.${stack.name}.yaml${cluster.uid ? ` to ${cluster.uid}` : ''}, so that no other can be taken for it`,
      );
    },
  },
  {
    subject: 'Kubernetes version',
    answer: () => {
      const { oldest, newest } = knownMinors(projectDir);
      const minor = minorOf(cluster.version);
      if (minor >= oldest && minor <= newest) return ok(cluster.version);
      return warning(
        `${cluster.version}, outside of 1.${oldest} to 1.${newest}`,
        minor < oldest ? 'upgrade the cluster' : 'raise the pinned versions in package.json and tools/, then test',
      );
    },
  },
];

/**
 * Minor versions that we know to work with: from one before that of the client inside the pinned provider, as far as
 * Kubernetes lets versions differ, to that of the API server that the tests run on.
 */
export function knownMinors(projectDir: string): { readonly oldest: number; readonly newest: number } {
  const modules = readFileSync(join(projectDir, 'tools', 'pulumi-kubernetes', 'go.mod'), 'utf8');
  const client = /k8s\.io\/client-go v0\.(\d+)\./.exec(modules)?.[1];
  const tested = readToolchain(projectDir).find(({ name }) => name === 'kube-apiserver')?.version ?? '';
  return { oldest: Number(client) - 1, newest: minorOf(tested) };
}

function minorOf(version: string): number {
  return Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? Number.NaN);
}
