import { messageOf } from '../../base/failure';
import type { StackCluster } from '../../cluster/stack-cluster';
import type { Finding } from '../../report/report';
import type { DescribedStack } from '../../stack';
import type { ClusterReader } from './cluster-reader';

/** What a check may look at. */
export interface Examined {
  readonly stack: DescribedStack;
  readonly projectDir: string;
  readonly cluster: StackCluster;
  readonly look: ClusterReader;
}

/** What was found, and what can be done about it. */
export type Answer = Omit<Finding, 'subject'>;

/** One line of the report. */
export interface Question {
  /** What is looked at, such as `StorageClass fast`. */
  readonly subject: string;
  readonly answer: () => Promise<Answer> | Answer;
}

/** What is asked about one concern. Whether it is a concern of this stack at all, its plan says. */
export type Check = (examined: Examined) => readonly Question[];

export const ok = (found: string): Answer => ({ status: 'ok', found });
export const warning = (found: string, remedy: string): Answer => ({ status: 'warning', found, remedy });
export const missing = (found: string, remedy: string): Answer => ({ status: 'missing', found, remedy });

/**
 * The answer to a question. One that cannot be had is a warning that says why: the rest of the report is as good without it.
 */
export async function finding({ subject, answer }: Question): Promise<Finding> {
  try {
    return { subject, ...(await answer()) };
  } catch (error) {
    const remedy = 'ask somebody who may look, or run this as a user who may';
    return { subject, ...warning(`could not be looked at: ${messageOf(error)}`, remedy) };
  }
}
