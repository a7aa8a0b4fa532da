import assert from 'node:assert/strict';
import fc from 'fast-check';
import { withSection } from '../../../../operate/commands/client/section';

const set = (text: string, content = 'use `read`') => withSection(text, 'memory', content, 'CLAUDE.md');
const removed = (text: string) => withSection(text, 'memory', undefined, 'CLAUDE.md');

describe('a marked section of a text', () => {
  it('follows what is there', () => {
    assert.equal(
      set('# Mine\n'),
      '# Mine\n\n<!-- memory-fleet: memory -->\nuse `read`\n<!-- memory-fleet: end of memory -->\n',
    );
  });

  it('is replaced where it stands', () => {
    const text = `before\n\n${set('')}\nafter\n`;
    assert.equal(set(text, 'new'), text.replace('use `read`', 'new'));
  });

  it('stays as it is when it is set again', () => {
    assert.equal(set(set('# Mine\n')), set('# Mine\n'));
  });

  it('leaves nothing behind when it goes', () => {
    const line = fc.string().filter((each) => !each.includes('memory-fleet'));
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), (lines, eol) => {
        const text = lines.map((each) => `${each.replaceAll(/[\r\n]/g, '')}${eol}`).join('');
        assert.equal(removed(set(text)), text);
      }),
    );
  });

  it('is not touched where one of its marks is gone', () => {
    const text = set('').replace('<!-- memory-fleet: end of memory -->', '');
    assert.throws(() => set(text), /CLAUDE\.md: one of the marks of the section "memory" is missing/);
    assert.throws(() => removed(text), /is missing/);
  });
});
