import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Secret } from '@kubernetes/client-node';
import type { OpenStack } from '../../operate/engine';
import { controlPlane, live, openTestStack, removeNamespace } from '../support/cluster/control-plane';
import { encrypted } from '../support/cluster/encrypted';

const namespace = 'memory-mcp';
const key = 'memory-fleet:secrets';

/** Encrypts a value with the passphrase of a state of this run. */
function sealed(stack: OpenStack, value: string): Promise<unknown> {
  const { folder, tools } = controlPlane();
  return encrypted(stack, { folder, tools, stateDir: join(folder, 'state', 'encrypted') }, 'memoryMcp.token', value);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('a token from the encrypted configuration', () => {
  const value = 'ghp_0123456789abcdefghijABCDEFGHIJ';
  const next = 'ghp_jihgfedcba9876543210JIHGFEDCBA';
  const open = (overrides: object) => openTestStack('local', 'encrypted', { ...overrides });
  const liveToken = async () => {
    const metadata = { name: 'memory-mcp-github-token', namespace };
    const secret = await live<V1Secret>({ apiVersion: 'v1', kind: 'Secret', metadata });
    return Buffer.from(secret?.data?.token ?? '', 'base64').toString();
  };
  const settings = { token: { source: 'config' } };

  after(() => removeNamespace(namespace));

  it('is asked for by name while it is missing', async () => {
    const stack = await open({ 'memory-fleet:memoryMcp': settings });
    await assert.rejects(stack.up(), /secrets\.memoryMcp\.token: found nothing, expected an encrypted value/);
  });

  it('is refused in plain text, and not shown', async () => {
    // A state of its own: the engine has written the value into the history of this one before the program could refuse.
    const stack = await openTestStack('local', 'plain', {
      'memory-fleet:memoryMcp': settings,
      [key]: { memoryMcp: { token: value } },
    });
    await assert.rejects(stack.up(), (error: Error) => {
      assert.match(error.message, /secrets\.memoryMcp\.token: found \[redacted\], expected an encrypted value/);
      return !error.message.includes(value);
    });
  });

  it('reaches its Secret, and nothing else in plain text: no output, no state, no work file', async () => {
    const secure = await sealed(await open({}), value);
    const stack = await open({ 'memory-fleet:memoryMcp': settings, [key]: secure });
    const { output } = await stack.up();
    assert.equal(await liveToken(), value);
    assert.ok(!output.includes(value));
    const encodings = [value, Buffer.from(value).toString('base64')];
    const files = filesBelow(join(controlPlane().folder, 'state', 'encrypted'));
    assert.ok(
      files.some((file) => file.endsWith('local.json')),
      'the state is among them',
    );
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      assert.ok(!encodings.some((encoding) => text.includes(encoding)), file);
    }
  });

  it('is rotated in place', async () => {
    const secure = await sealed(await open({}), next);
    const rotated = { token: { source: 'config', secretRevision: 1 } };
    const { changes } = await (await open({ 'memory-fleet:memoryMcp': rotated, [key]: secure })).up();
    assert.ok(!changes.delete, JSON.stringify(changes));
    assert.equal(await liveToken(), next);
  });
});
