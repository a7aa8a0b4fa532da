import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { engineObject } from '../components/register/written';
import { describedStack } from '../operate/stack';

/**
 * Writes a Pulumi project that registers the objects of a stack and does nothing else, with the dependencies and the
 * TypeScript of this one.
 *
 * @returns how many objects it has
 */
export function writeMinimalProject(folder: string, projectDir: string, stack: string): number {
  const objects = describedStack(projectDir, stack).plan.systems.flatMap((system) =>
    Object.entries(system.objects).map(
      ([key, { awaited, object }]) => [`${system.id}-${key}`, engineObject(object, awaited)] as const,
    ),
  );
  const project = { name: 'minimal', runtime: 'nodejs', main: 'index.ts', options: { refresh: 'always' } };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'Pulumi.yaml'), stringify(project));
  writeFileSync(join(folder, 'objects.json'), JSON.stringify(Object.fromEntries(objects)));
  copyFileSync(join(__dirname, 'minimal.ts'), join(folder, 'index.ts'));
  for (const name of ['package.json', 'tsconfig.json']) copyFileSync(join(projectDir, name), join(folder, name));
  symlinkSync(join(projectDir, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, `Pulumi.${stack}.yaml`), 'config: {}\n');
  return objects.length;
}
