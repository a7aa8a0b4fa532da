import { execa } from 'execa';
import { testToolPath } from '../test-tool';

/** What the code of the engine and of Kubernetes takes a text for, see tools/values. */
export interface Question {
  readonly kind:
    | 'stack'
    | 'schedule'
    | 'quantity'
    | 'network'
    | 'image'
    | 'label'
    | 'name'
    | 'labelKey'
    | 'labelValue'
    | 'dataKey'
    | 'sealedSecret';
  readonly text: string;
  /** Text of Pulumi.yaml, for a stack file. */
  readonly project?: string;
  /** Key (PEM) of the controller, for a SealedSecret as JSON. */
  readonly privateKey?: string;
}

/** What a text means, or why it means nothing. */
export interface Answer {
  readonly value: unknown;
  readonly error?: string;
}

/** Answers to many questions at once, in their order. */
export async function judgeOfValues(
  projectDir: string,
): Promise<(questions: readonly Question[]) => Promise<readonly Answer[]>> {
  const program = await testToolPath(projectDir, 'values-judge');
  return async (questions) => {
    const { stdout } = await execa(program, [], { input: JSON.stringify(questions), maxBuffer: 1_000_000_000 });
    return JSON.parse(stdout) as Answer[];
  };
}
