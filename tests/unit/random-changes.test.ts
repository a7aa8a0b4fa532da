import assert from 'node:assert/strict';
import { goddess, judge, lab } from '../support/random-changes';

// `npm run soak` draws thousands.
for (const changes of [goddess, lab]) {
  it(`30 random changes to the file of stack ${changes.stack} are valid, or refused with the key that was changed`, () => {
    const { harmless, dangerous, refused } = judge(changes, 30, 20_261_121);
    assert.ok(harmless.length + dangerous.length > 3 && refused > 5, `${refused} refused`);
  });
}
