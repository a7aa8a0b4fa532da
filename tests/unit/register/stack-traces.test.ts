import assert from 'node:assert/strict';
import * as pulumi from '@pulumi/pulumi';
import { registerObjects } from '../../../components/register/objects';
import { recordRegistrations } from '../../support/engine-mocks';

const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace: 'x' } } as const;

describe('registering objects', () => {
  it('renders no frame but those that say where a resource comes from, and leaves the limit as it was', async () => {
    const limit = Error.stackTraceLimit;
    const traces: number[] = [];
    await recordRegistrations(() => {
      const parent = new pulumi.ComponentResource('test:index:Parent', 'parent');
      const render = Error.prepareStackTrace;
      Error.prepareStackTrace = (error, frames) => {
        traces.push(frames.length);
        return render ? render(error, frames) : String(error);
      };
      try {
        registerObjects('parent', { volume: { object: claim } }, parent, () => undefined);
      } finally {
        Error.prepareStackTrace = render;
      }
    });
    assert.equal(traces.filter((frames) => frames > 0).length, 1, `frames of each trace: ${traces}`);
    assert.equal(Error.stackTraceLimit, limit);
  });
});
