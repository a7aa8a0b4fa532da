import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from './lanes';

/** The commands of a section of a page: every `sh` block below its heading, in their order, as one script. */
export function walkOf(page: string, heading: string): string {
  const text = readFileSync(join(projectDir, page), 'utf8');
  const [, section = ''] = text.split(`\n## ${heading}\n`);
  const [below = ''] = section.split('\n## ');
  const blocks = [...below.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, commands = '']) => commands);
  if (blocks.length === 0) throw new Error(`${page} has no commands below "${heading}"`);
  return blocks.join('');
}
