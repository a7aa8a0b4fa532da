import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anchor } from '../../../operate/commands/generate/markdown';
import type { Promtool, RuleFile } from './promtool';

/** What holds of every system's rules: promtool finds no fault, and whoever is woken up finds what to do. */
export function itIsARuleFile(projectDir: string, tool: () => Promtool, rules: RuleFile, alerts: readonly string[]) {
  const all = rules.groups.flatMap((group) => group.rules);

  it('are a rule file without fault, one rule for each alert', async () => {
    assert.deepEqual(
      all.map(({ alert }) => alert),
      alerts,
    );
    assert.match(await tool().check(rules), new RegExp(`SUCCESS: ${alerts.length} rules found`));
  });

  it('say how bad it is, what has happened and where it is written what to do', () => {
    for (const { labels, annotations } of all) {
      assert.ok(['critical', 'warning'].includes(labels.severity ?? ''), labels.severity);
      assert.match(annotations.summary ?? '', /^\S.*\.$/);
      assert.ok(isWritten(projectDir, annotations.runbook ?? ''), annotations.runbook);
    }
  });
}

/** Whether a page of the project has a heading with an anchor. */
function isWritten(projectDir: string, place: string): boolean {
  const [page = '', wanted] = place.split('#');
  const headings = [...readFileSync(join(projectDir, page), 'utf8').matchAll(/^#+ (.*)$/gm)];
  return headings.some(([, heading = '']) => anchor(heading) === wanted);
}
