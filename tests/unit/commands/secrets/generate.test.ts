import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fleetHomeAt } from '../../../../operate/base/fleet-home';
import { generateSecrets } from '../../../../operate/commands/secrets/generate';

describe('fleet secrets generate', () => {
  it('makes nothing where the engine may know values that the file does not have', async () => {
    const projectDir = mkdtempSync(join(tmpdir(), 'memory-fleet-generate-'));
    const bearer = '{mode: bearer, secret: {source: config}}';
    const text = `environment: [team]\nconfig:\n  memory-fleet:memoryMcp: {authentication: ${bearer}}\n`;
    writeFileSync(join(projectDir, 'Pulumi.own.yaml'), text);
    const run = { home: fleetHomeAt(projectDir), projectDir, signal: new AbortController().signal };
    try {
      await assert.rejects(generateSecrets(run, { stack: 'own' }), /imports environments of Pulumi ESC/);
    } finally {
      rmSync(projectDir, { recursive: true });
    }
  });
});
