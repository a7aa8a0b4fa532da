import { join } from 'node:path';
import { ConfigError } from '../../../config/parse';
import { shortDiff } from '../../../render/diff';
import { Failure } from '../../base/failure';
import { readIfExists, writeAtomically } from '../../base/files';
import { generatedFiles } from './files';

/** What the operator can say to `generate`. */
export interface GenerateOptions {
  /** Only say what differs, and fail when anything does. */
  readonly check?: boolean;
}

/**
 * Writes what follows from the configuration schema and the stack files: the schema for editors, and two pages of docs.
 * @throws Failure when a stack cannot be used, and in a check when a file is not current
 */
export async function generate(run: { readonly projectDir: string }, options: GenerateOptions): Promise<void> {
  const { projectDir } = run;
  const outdated: string[] = [];
  for (const [path, content] of files(projectDir)) {
    const before = readIfExists(join(projectDir, path));
    if (before === content) continue;
    outdated.push(path);
    if (options.check) console.log([path, ...shortDiff(before ?? '', content)].join('\n    '));
    else writeAtomically(join(projectDir, path), content);
  }
  if (options.check && outdated.length > 0) {
    throw new Failure(`not current: ${outdated.join(', ')}`, 'run `npm run generate` and commit the result');
  }
  console.log(outdated.length > 0 ? `wrote ${outdated.join(', ')}` : 'every generated file is current');
}

function files(projectDir: string): Map<string, string> {
  try {
    return generatedFiles(projectDir);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new Failure(error.message, 'mend these keys; docs/config.md says what each may be', { cause: error });
  }
}
