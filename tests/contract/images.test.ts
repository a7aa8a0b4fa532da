import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasStandIn } from '../support/images';

describe('the images that stacks run', () => {
  it('have a stand-in each, save for those that no package registry has', () => {
    const overlays = join(__dirname, '..', '..', 'deploy', 'k8s', 'overlays');
    const files = readdirSync(overlays, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));
    const images = files.flatMap((file) => readFileSync(join(overlays, file), 'utf8').match(/(?<= image: ).*/g) ?? []);
    assert.ok(images.length > 50);
    assert.deepEqual(
      [...new Set(images.filter((image) => !hasStandIn(image)).map((image) => image.split(':')[0]))].sort(),
      ['ghcr.io/ggml-org/llama.cpp', 'registry.example.org/context-engine', 'registry.lab.example.org/context-engine'],
    );
  });
});
