import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { execa } from 'execa';

const root = join(__dirname, '..', '..');
const pages = ['README.md', ...globSync('{docs,images}/**/*.md', { cwd: root })];
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');

describe('the documentation', () => {
  const withoutCode = (page: string) => textOf(page).replaceAll(/```.*?```/gs, '');

  /** What GitHub makes of a heading. */
  const anchor = (heading: string) =>
    heading
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(/\s/g, '-');

  it('has no link that leads nowhere', () => {
    const anchors = new Map(
      pages.map((page) => [page, [...withoutCode(page).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => anchor(text))]),
    );
    const links = pages.flatMap((page) =>
      [...withoutCode(page).matchAll(/\]\((?!https?:)([^)\s#]*)(?:#([^)\s]*))?\)/g)].map(([link, path = '', name]) => {
        const target = path === '' ? page : normalize(join(dirname(page), path));
        const isThere = existsSync(join(root, target)) && (name === undefined || anchors.get(target)?.includes(name));
        return { link: `${page}: ${link}`, isThere };
      }),
    );
    assert.ok(links.length > 100, `${links.length} links`);
    assert.deepEqual(
      links.filter(({ isThere }) => !isThere).map(({ link }) => link),
      [],
    );
  });

  it('names commands and options that there are', async () => {
    const lines = pages.flatMap((page) => textOf(page).split('\n'));
    const used = new Map<string, Set<string>>();
    for (const line of lines) {
      for (const [, verb = '', noun = '', rest = ''] of line.matchAll(/\bfleet ([a-z]+)((?: [a-z]+)?)([^`|#;]*)/g)) {
        const words = rest.split(/\s+/).filter((word) => /^--?[a-z][a-z-]*$/.test(word));
        const command = `${verb}${noun}`;
        if (words.length > 0) used.set(command, new Set([...(used.get(command) ?? []), ...words]));
      }
    }
    assert.ok(used.size > 15, `${used.size} commands`);
    const unknown = await Promise.all(
      [...used].map(async ([command, options]) => {
        const { stdout } = await execa(process.execPath, ['operate/fleet.js', ...command.split(' '), '--help'], {
          ...{ cwd: root, reject: false },
        });
        const known = new Set(stdout.match(/(?<=[\s,])--?[a-z][a-z-]*/g));
        return [...options].filter((option) => !known.has(option)).map((option) => `fleet ${command} ${option}`);
      }),
    );
    assert.deepEqual(unknown.flat(), []);
  });
});
