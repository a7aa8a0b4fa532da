import assert from 'node:assert/strict';
import { configReference } from '../../../../operate/commands/generate/config-reference';
import { anchor } from '../../../../operate/commands/generate/markdown';

const page = configReference();

/** The row of a key in its table. */
function row(key: string): string[] {
  const found = page.split('\n').filter((line) => line.startsWith(`| \`${key}\` |`));
  assert.equal(found.length, 1, `${key} has ${found.length} rows`);
  return (found[0] ?? '').slice(2, -2).split(' | ');
}

describe('docs/config.md', () => {
  it('gives each key under its full path with value, default and description', () => {
    assert.deepEqual(row('memoryMcp.volume.size'), [
      '`memoryMcp.volume.size`',
      'a Kubernetes quantity in bytes, such as 512Mi or 1Gi',
      '`1Gi`',
      'Size of the volume; it can grow, never shrink.',
    ]);
  });

  it('lists allowed values, limits and types', () => {
    assert.equal(row('cluster.networkPolicies')[1], '`kubernetes`, `cilium`');
    assert.equal(row('cluster.apiServer.port')[1], 'whole number, 1 to 65535');
    assert.equal(row('cluster.production')[1], '`true`, `false`');
    assert.equal(row('cluster.apiServer.cidrs')[1], 'list, each a network such as 10.0.0.10/32');
    assert.equal(row('cluster.dns.labels')[1], 'map of a label key to a label value');
    assert.match(row('memoryMcp.image')[1] ?? '', /never latest$/);
  });

  it('marks what is required, and shows no default where there is none', () => {
    assert.equal(row('cluster.gateway.name')[2], '**required**');
    assert.equal(row('memoryMcp.hostname')[2], '–');
  });

  it('reaches into lists of maps', () => {
    assert.equal(row('memoryMcp.git.scopes[].url')[2], '**required**');
  });

  it('shows of a union what tells its variants apart, what all have, and what only one has', () => {
    const section = page.slice(page.indexOf('### memoryMcp.token\n'), page.indexOf('### memoryMcp.server\n'));
    assert.match(section, /told apart by `memoryMcp\.token\.source`/);
    assert.match(section, /\| `bootstrap` \| The server's own device login/);
    assert.match(section, /With every `source`:\n\n.*\n.*\n\| `memoryMcp\.token\.secretName`/);
    assert.match(section, /Only with `source: externalSecret`:\n\n.*\n.*\n\| `memoryMcp\.token\.remoteKey`/);
  });

  it('says how to set a secret', () => {
    assert.match(
      page,
      /## memory-fleet:secrets\n\n.*`pulumi config set --secret --path memory-fleet:secrets\.SYSTEM\.NAME`/,
    );
  });

  it('links only to headings that it has', () => {
    const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchor(heading));
    const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, link]) => link);
    assert.ok(links.length > 0);
    assert.deepEqual(
      links.filter((link) => !headings.includes(link ?? '')),
      [],
    );
    assert.deepEqual(headings, [...new Set(headings)]);
  });

  it('has no text that Markdown would take for a tag', () => {
    const bare = page.replace(/`[^`\n]*`/g, '').replace(/<!--.*-->/g, '');
    assert.doesNotMatch(bare, /<\w/);
  });
});
