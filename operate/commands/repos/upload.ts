import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { UploadFacts } from '../../../components/system/operations';
import { showingFor, startProgress } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import type { JobEnd } from '../../cluster/job';
import { stackCluster } from '../../cluster/stack-cluster';
import { inMegabytes } from '../../report/megabytes';
import { printReport } from '../../report/print';
import type { Finding } from '../../report/report';
import { describedStack } from '../../stack';
import type { UploadOptions } from './command';
import { repositoriesOf, uploadOf } from './repositories';
import { sendUpload } from './send-upload';
import { pack, workingTree } from './working-tree';

/** Makes a working tree the content of a repository, and indexes it. @returns the exit code */
export async function upload(run: CommandRun, options: UploadOptions): Promise<number> {
  const stack = describedStack(run.projectDir, options.stack);
  const repositories = repositoriesOf(stack, options);
  const facts = uploadOf(repositories, options.repository);
  const { signal } = run;
  mkdirSync(run.home.scratch, { recursive: true });
  const folder = mkdtempSync(join(run.home.scratch, 'upload-'));
  const archive = join(folder, 'tree.tar.gz');
  const step = startProgress(showingFor(options));
  try {
    const tree = await step(
      'Working tree',
      () => workingTree(resolve(options.directory), facts.reserved, signal),
      ({ bytes, files, from }) =>
        `Working tree: ${files.length} files, ${inMegabytes(bytes)}, ${from === 'git' ? 'what git knows' : 'the whole folder'}`,
    );
    const cluster = await step(
      'Cluster',
      () => stackCluster(run.home, stack, options),
      ({ context }) => `Cluster: ${context}`,
    );
    const packed = await step(
      'Pack',
      () => pack(tree, archive, signal),
      (bytes) => `Packed: ${inMegabytes(bytes)}`,
    );
    const { namespace } = repositories.system;
    const end = await step(
      'Upload and index',
      (say) => sendUpload({ cluster, namespace, upload: facts, archive, signal, say }),
      ({ succeeded }) => (succeeded ? 'Uploaded and indexed' : 'Upload: failed'),
    );
    const figures = { repository: options.repository, files: tree.files.length, bytes: tree.bytes, packed };
    const report = { command: 'repos upload', stack: stack.name, findings: [finding(options.repository, facts, end)] };
    return printReport({ ...report, facts: { ...figures, ...indexed(facts, end) } }, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
