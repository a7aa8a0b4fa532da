import assert from 'node:assert/strict';
import * as pulumi from '@pulumi/pulumi';
import { shownError } from '../../../components/register/shown-error';

// How the SDK writes an error out, which is no part of its typed surface.
const {
  defaultErrorMessage,
}: { defaultErrorMessage(error: unknown): string } = require('@pulumi/pulumi/cmd/run/error');

class Refused extends Error {}

describe('errors as the plain CLI shows them', () => {
  it('are the message alone where the operator can mend them', () => {
    const shown = shownError(new Refused('cluster.uid: found "x"'), [Refused]);
    assert.ok(pulumi.RunError.isInstance(shown));
    assert.equal(defaultErrorMessage(shown), 'cluster.uid: found "x"');
  });

  it('keep the frames of the program and no others where nobody expected them', () => {
    const error = new TypeError('x is not a function');
    error.stack = [
      'TypeError: x is not a function',
      '    at describe (/checkout/components/memory-mcp/objects.ts:10:3)',
      '    at parse (/checkout/node_modules/zod/v4/core/parse.js:7:5)',
      '    at node:internal/process/task_queues:95:5',
      '    at program (/checkout/index.ts:20:1)',
    ].join('\n');
    const text = defaultErrorMessage(shownError(error, [Refused]));
    assert.match(text, /TypeError: x is not a function/);
    assert.match(text, /components\/memory-mcp\/objects\.ts:10:3/);
    assert.match(text, /index\.ts:20:1/);
    assert.doesNotMatch(text, /node_modules|node:internal/);
  });

  it('pass on what is no error', () => {
    assert.equal(shownError('text', [Refused]), 'text');
  });
});
