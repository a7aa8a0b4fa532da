import { Option } from 'commander';
import type { ClusterOptions } from '../cluster/stack-cluster';

/** What a command about one system of a stack on its cluster is told. */
export interface SystemOptions extends ClusterOptions {
  readonly stack: string;
  readonly system?: string | undefined;
  readonly json?: boolean | undefined;
}

/** The stack that a command is about; it must be named. */
export const stackOption = () =>
  new Option('-s, --stack <name>', 'the stack, as in Pulumi.<name>.yaml').makeOptionMandatory();

export const systemOption = () => new Option('--system <name>', 'the system, where the stack has several');

/** Where the cluster is, see cluster/stack-cluster.ts. */
export const kubeconfigOption = () =>
  new Option('--kubeconfig <file>', 'default: KUBECONFIG, else ~/.kube/config; for stack local the one of `start`');

export const contextOption = () =>
  new Option('--context <name>', "context of the kubeconfig (default: the stack file's, else its current one)");

/** Everything that a command reports, for programs. */
export const jsonOption = () => new Option('--json', 'one JSON document on the standard output instead of tables');
