import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

const projectDir = join(__dirname, '..', '..');

/** A checkout of this project that has one system more: the folder tests/made-up/components/notebook. */
export interface MadeUpCheckout {
  readonly root: string;
  /** A module of that checkout, by its path in the project: not the one under test, but the same code beside one more system. */
  load<T>(path: string): T;
  /** Writes a stack file of it. */
  stack(name: string, values: Readonly<Record<string, unknown>>): void;
  remove(): void;
}

/** All that joining in takes: the folder, and its line in the list of systems. */
export function madeUpCheckout(): MadeUpCheckout {
  const root = mkdtempSync(join(tmpdir(), 'memory-fleet-made-up-'));
  for (const file of [
    'compile-cache.js',
    'supported-node.js',
    'index.ts',
    'package.json',
    'Pulumi.yaml',
    'tsconfig.json',
  ]) {
    copyFileSync(join(projectDir, file), join(root, file));
  }
  // Copies, because Node.js would load what a link leads to from where that lies.
  for (const part of ['components', 'config', 'operate', 'policies', 'render']) {
    cpSync(join(projectDir, part), join(root, part), { recursive: true });
  }
  for (const part of ['node_modules', 'tools']) symlinkSync(join(projectDir, part), join(root, part));
  cpSync(join(projectDir, 'tests/made-up/components'), join(root, 'components'), { recursive: true });
  const list = join(root, 'components/index.ts');
  const systems = readFileSync(list, 'utf8').replace('] as const', ', notebook] as const');
  writeFileSync(list, `import { notebook } from './notebook';\n${systems}`);
  return {
    root,
    load: (path) => require(join(root, path)),
    stack: (name, values) => {
      const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [`memory-fleet:${key}`, value]));
      writeFileSync(join(root, `Pulumi.${name}.yaml`), stringify({ config }));
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
