import { describeStack } from '../../../components/stack';
import { loadStack, stackNames } from '../../stack-file';
import { configReference } from './config-reference';
import { flowTables } from './flow-tables';
import { stackFileSchema } from './json-schema';

/** Every generated file of a project but the overlays: path inside the project, and text. */
export function generatedFiles(projectDir: string): Map<string, string> {
  const plans = new Map(
    stackNames(projectDir).map((stack) => [stack, describeStack(loadStack(projectDir, stack))] as const),
  );
  return new Map([
    ['config/stack.schema.json', `${JSON.stringify(stackFileSchema(), null, 2)}\n`],
    ['docs/config.md', configReference()],
    ['docs/flows.md', flowTables(plans)],
  ]);
}
