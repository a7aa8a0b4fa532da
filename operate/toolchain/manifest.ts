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

/**
 * Tools that only tests need: Argo CD's sync engine and checks of health, what checks alert rules, policies and values, and
 * the exporters whose series alerts read.
 */
export const testTools = [
  ...(['agent', 'argocd-judge', 'promtool', 'cyclonus', 'cilium-judge', 'values-judge'] as const),
  ...(['postgres_exporter', 'redis_exporter', 'blackbox_exporter'] as const),
] as const;

/** Tools that only a real node needs: the node's part of Kubernetes, its DNS, and what enforces network policies. */
export const nodeTools = ['kubelet', 'kube-proxy', 'coredns', 'kube-router'] as const;

export type ToolName = (typeof toolNames)[number] | (typeof testTools)[number] | (typeof nodeTools)[number];

/** What is enough to deploy to a cluster that exists already. */
export const deployTools: readonly ToolName[] = ['kubectl', 'pulumi', 'pulumi-resource-kubernetes'];

/**
 * The order in which tools are obtained. What stands together is of one module and is built by one call of Go, which
 * links one tool while it compiles another. kwokctl comes first, because it installs others; the engine before its
 * plugin, because it installs that.
 */
export const batches: readonly (readonly ToolName[])[] = [
  ['kwok', 'kwokctl'],
  ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl', 'pulumi'],
  ['pulumi-resource-kubernetes'],
  ['agent'],
  ['argocd-judge'],
  ['promtool'],
  ['cyclonus'],
  ['cilium-judge'],
  ['values-judge'],
  // Each of the two sets the version of one package that both have.
  ['postgres_exporter', 'redis_exporter'],
  ['blackbox_exporter'],
  ['kubelet', 'kube-proxy'],
  ['coredns'],
  ['kube-router'],
];

/** One pinned tool, as `tools/toolchain.json` describes it. */
export interface ToolPin {
  readonly name: ToolName;
  /** Without a leading v. */
  readonly version: string;
  /** The folder below `tools/` whose Go module pins the sources. */
  readonly module: string;
  /** Import path of the Go package to build. */
  readonly package: string;
  /** Build constraints, which leave out what is not used. @default none */
  readonly tags?: readonly string[];
  /** Linker flags beyond the stripping that every tool gets. */
  readonly ldflags: string;
  /** Arguments that make the tool print its version and end. */
  readonly versionArgs: readonly string[];
  /** A regular expression (multi-line); its first group is the version. */
  readonly versionPattern: string;
  /** Seconds of a build on two cores, with what nearly every tool is made of compiled already. */
  readonly buildSeconds: number;
}

/** Reads the pins of a checkout. A missing or broken file is a defect of the checkout, so it throws as it comes. */
export function readToolchain(projectDir: string): readonly ToolPin[] {
  const text = readFileSync(join(projectDir, 'tools', 'toolchain.json'), 'utf8');
  return (JSON.parse(text) as { tools: ToolPin[] }).tools;
}
