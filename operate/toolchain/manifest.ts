import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The tools that a control plane and a deployment need. */
export const toolNames = [
  'etcd',
  'kwok',
  'kwokctl',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
  'pulumi',
  'pulumi-resource-kubernetes',
] as const;

/** Tools that only judge what was described, in tests: Argo CD's sync engine, and checkers of rules and policies. */
export const judgeNames = ['agent', 'promtool', 'cyclonus', 'cilium-judge'] as const;

export type ToolName = (typeof toolNames)[number] | (typeof judgeNames)[number];

/** What is enough to deploy to a cluster that exists already. */
export const deployTools: readonly ToolName[] = ['kubectl', 'pulumi', 'pulumi-resource-kubernetes'];

/** One pinned tool, as `tools/toolchain.json` describes it. */
export interface ToolPin {
  readonly name: ToolName;
  /** Without a leading v. */
  readonly version: string;
  /** The folder below `tools/` whose go.mod pins the sources. */
  readonly group: string;
  /** The Go package to build, seen from the group's folder. */
  readonly package: string;
  /** Build constraints, which leave out what is not used. @default none */
  readonly tags?: readonly string[];
  /** Linker flags beyond the stripping that every tool gets. */
  readonly ldflags: string;
  /** Arguments that make the tool print its version and end. */
  readonly versionArgs: readonly string[];
  /** A regular expression (multi-line); its first group is the version. */
  readonly versionPattern: string;
  /** Seconds that a cold build took on two cores. */
  readonly buildSeconds: number;
}

/** Reads the pins of a checkout. A missing or broken file is a defect of the checkout, so it throws as it comes. */
export function readToolchain(projectDir: string): readonly ToolPin[] {
  const text = readFileSync(join(projectDir, 'tools', 'toolchain.json'), 'utf8');
  return (JSON.parse(text) as { tools: ToolPin[] }).tools;
}
