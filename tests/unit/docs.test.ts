import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Command } from 'commander';

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

  it('names commands and options that there are', () => {
    const nothing = new Proxy(() => undefined, { get: () => () => undefined });
    const verbs = globSync('operate/commands/*/command.ts', { cwd: root }).flatMap((file) =>
      Object.entries(require(join(root, file)) as Record<string, (actions: unknown) => Command>).flatMap(
        ([name, make]) => (name.endsWith('Command') ? make(nothing) : []),
      ),
    );
    assert.ok(verbs.length > 10, `${verbs.length} commands`);
    /** `backup now` is a command of a command; of `verify by` the first word alone is one. */
    const commandOf = (verb: string, noun: string) => {
      const found = verbs.find((each) => each.name() === verb);
      return found?.commands.find((each) => each.name() === noun) ?? found;
    };
    // Those of operate/cli.ts itself, which runs when it is loaded.
    const others = ['start', 'stop', 'reset'];
    const wrong = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\bfleet ([a-z]+)(?: ([a-z]+))?([^`|#;\n]*)/g)].flatMap(
        ([line, verb = '', noun = '', rest = '']) => {
          const options = rest.split(/\s+/).filter((word) => /^--?[a-z][a-z-]*$/.test(word));
          const command = commandOf(verb, noun);
          const unknown = options.filter(
            (option) => !command?.options.some(({ long, short }) => option === long || option === short),
          );
          return unknown.length > 0 && !others.includes(verb) ? [`${page}: ${line}: ${unknown.join(' ')}`] : [];
        },
      ),
    );
    assert.deepEqual(wrong, []);
  });
});
