import assert from 'node:assert/strict';
import { describeStack, parseStack } from '../../../../components/stack';
import { type Examined, finding } from '../../../../operate/commands/doctor/check';
import { secretReaders } from '../../../../operate/commands/doctor/checks/secret-readers';

const plan = describeStack(parseStack({ memoryMcp: { authentication: { mode: 'bearer' } } }, 'test'));
const at = (hour: number) => `2026-11-28T${String(hour).padStart(2, '0')}:00:00Z`;

/** A pod as the API server has it. */
function pod(name: string, hour: number, key = 'token', more: object = {}) {
  const valueFrom = { secretKeyRef: { name: 'memory-mcp-bearer', key, optional: true } };
  const spec = { containers: [{ name: 'proxy', env: [{ name: 'PROXY_TOKEN', valueFrom }] }] };
  return { metadata: { name, ...more }, spec, status: { phase: 'Running', startTime: at(hour) } };
}

/** When each manager wrote which entries. */
const secret = (...writes: readonly (readonly [hour: number, ...keys: string[]])[]) => ({
  metadata: {
    managedFields: writes.map(([hour, ...keys]) => ({
      time: at(hour),
      fieldsV1: { 'f:data': Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) },
    })),
  },
});

async function said(live: object | undefined, pods: readonly object[]) {
  const look = {
    at: async (path: string) => (path.endsWith('/secrets/memory-mcp-bearer') ? live : undefined),
    list: async () => pods,
  };
  const questions = secretReaders({ stack: { name: 'test', plan }, look } as unknown as Examined);
  const findings = await Promise.all(questions.map(finding));
  return findings.find(({ subject }) => subject === 'readers of Secret memory-mcp-bearer');
}

describe('pods that read a Secret, as doctor sees them', () => {
  it('are named with the entries that have changed since they started', async () => {
    const found = await said(secret([5, 'token'], [3, 'other']), [pod('old', 4), pod('new', 6), pod('b', 4, 'other')]);
    assert.equal(found?.status, 'warning');
    assert.match(found?.found ?? '', /: old \(token\)$/);
  });

  it('are well where they started later, end, or have nothing to read', async () => {
    const ending = pod('ending', 4, 'token', { deletionTimestamp: at(7) });
    assert.equal((await said(secret([5, 'token']), [pod('new', 6), ending]))?.status, 'ok');
    assert.equal((await said(undefined, [pod('new', 6)]))?.status, 'ok');
  });
});
