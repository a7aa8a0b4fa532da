import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { UploadFacts } from '../../../components/system/operations';
import { runSteps, showingFor } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import type { JobEnd } from '../../cluster/job';
import { type StackCluster, stackCluster } from '../../cluster/stack-cluster';
import { printReport } from '../../report/print';
import type { Finding } from '../../report/report';
import { describedStack } from '../../stack';
import type { UploadOptions } from './command';
import { inMegabytes } from './figures';
import { takeIn } from './take-in';
import { repositoriesOf, uploadOf } from './target';
import { pack, type WorkingTree, workingTree } from './working-tree';

/** Makes a working tree the content of a repository, and indexes it. @returns the exit code */
export async function upload(run: CommandRun, options: UploadOptions): Promise<number> {
  const stack = describedStack(run.projectDir, options.stack);
  const repositories = repositoriesOf(stack, options);
  const facts = uploadOf(repositories, options.repository);
  const { signal } = run;
  mkdirSync(run.home.scratch, { recursive: true });
  const folder = mkdtempSync(join(run.home.scratch, 'upload-'));
  const archive = join(folder, 'tree.tar.gz');
  let cluster: StackCluster | undefined;
  let tree: WorkingTree | undefined;
  let packed = 0;
  let end: JobEnd = { succeeded: false };
  try {
    await runSteps(
      [
        {
          title: 'Look at the working tree',
          work: async () => {
            tree = await workingTree(resolve(options.directory), facts.reserved, signal);
            const known = tree.from === 'git' ? 'what git knows' : 'the whole folder';
            return `Working tree: ${tree.files.length} files, ${inMegabytes(tree.bytes)}, ${known}`;
          },
        },
        {
          title: 'Reach the cluster',
          work: async () => {
            cluster = await stackCluster(run.home, stack, options);
            return `Cluster: ${cluster.context}`;
          },
        },
        {
          title: 'Pack',
          work: async () => {
            packed = tree ? await pack(tree, archive, signal) : 0;
            return `Packed: ${inMegabytes(packed)}`;
          },
        },
        {
          title: 'Upload and index',
          work: async (say) => {
            const { namespace } = repositories.system;
            if (cluster) end = await takeIn({ cluster, namespace, upload: facts, archive, signal, say });
            return end.succeeded ? 'Uploaded and indexed' : 'Upload: failed';
          },
        },
      ],
      showingFor(options),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const figures = { repository: options.repository, files: tree?.files.length, bytes: tree?.bytes, packed };
  const report = { command: 'repos upload', stack: stack.name, findings: [finding(options.repository, facts, end)] };
  return printReport({ ...report, facts: { ...figures, ...indexed(facts, end) } }, options);
}

/** What the run has indexed, by the names of the figures that it tells. */
export function indexed({ indexed: pattern }: UploadFacts, { lastLine = '' }: JobEnd): Record<string, number> {
  const groups = new RegExp(pattern).exec(lastLine)?.groups ?? {};
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, Number(value)]));
}

/** How an upload ended. */
export function finding(repository: string, facts: UploadFacts, end: JobEnd): Finding {
  const subject = `repository ${repository}`;
  const figures = Object.entries(indexed(facts, end)).map(([name, value]) => `${name} ${value}`);
  if (!end.succeeded) {
    const found = [end.reason, end.lastLine].filter(Boolean).join('; ') || 'the run failed and left no log';
    return { subject, status: 'failed', found, remedy: 'mend what it says, then upload again' };
  }
  if (figures.length > 0) return { subject, status: 'ok', found: `uploaded and indexed: ${figures.join(', ')}` };
  return {
    subject,
    status: 'warning',
    found: `uploaded, but the run does not say what it indexed${end.lastLine ? `: ${end.lastLine}` : ''}`,
    remedy: 'search for something that is new in it',
  };
}
