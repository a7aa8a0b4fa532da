import assert from 'node:assert/strict';
import { verifyCommand } from '../../../../operate/commands/verify/command';
import type { VerifyOptions } from '../../../../operate/commands/verify/verify';

describe('the command line of verify', () => {
  async function parsed(...args: string[]): Promise<VerifyOptions> {
    let seen: VerifyOptions | undefined;
    const command = verifyCommand(async (options) => {
      seen = options;
    });
    await command
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
      .parseAsync(['-s', 'local', ...args], { from: 'user' });
    assert.ok(seen);
    return seen;
  }

  it('leaves a stream alone for as long as it is told, above what gateways allow by default, or not at all', async () => {
    assert.equal((await parsed('--long', '20')).long, 20);
    assert.equal((await parsed('--long')).long, 330);
    assert.equal((await parsed()).long, undefined);
  });

  it('refuses what is no whole number', async () => {
    await assert.rejects(parsed('--long', 'x'), /whole number/);
    await assert.rejects(parsed('--samples', '0'), /whole number/);
  });
});
