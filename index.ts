import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { ContextEngine } from './components/context-engine';
import { MemoryMcp } from './components/memory-mcp';
import { describePlan } from './components/plan';
import { confirmCluster, WrongClusterError } from './components/register/cluster-identity';
import { secretKeys } from './components/schema';
import { ConfigError, parseConfig, rawConfig } from './config/parse';
import { PolicyError } from './policies/check';
import { enforceRules } from './policies/enforce';
import { OverlayError, requireMergedOverlay } from './render/git-leads';

// Which keys are encrypted is known to the SDK, but not part of its typed surface.
const { isConfigSecret }: { isConfigSecret(key: string): boolean } = require('@pulumi/pulumi/runtime/config');

/** Parse, describe, check, register. Nothing is registered before the whole plan is known and keeps to every rule. */
async function program(): Promise<Record<string, unknown>> {
  const stack = pulumi.getStack();
  const config = parseConfig(rawConfig(pulumi.runtime.allConfig() ?? {}, pulumi.getProject(), isConfigSecret), stack);
  const plan = describePlan(config);
  enforceRules(plan, pulumi.log);
  if (!pulumi.runtime.isDryRun()) requireMergedOverlay(__dirname, stack, plan);

  const { cluster, contextEngine, memoryMcp } = config;
  const provider = new k8s.Provider('cluster', {
    // Without an identifier an edited kubeconfig would plan the replacement of every object.
    clusterIdentifier: cluster.name,
    // The provider would otherwise replace these objects when their content changes, which takes them away for a moment.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
    ...(cluster.context ? { context: cluster.context } : {}),
  });
  if (cluster.uid) await confirmCluster(cluster.uid, provider);

  const outputs: Record<string, unknown> = {};
  if (memoryMcp) {
    const { namespace, endpoint } = new MemoryMcp(
      'memory-mcp',
      { settings: memoryMcp, cluster, secrets: secretValues() },
      { provider },
    );
    outputs.memoryMcp = {
      namespace,
      url: endpoint.url,
      inClusterUrl: endpoint.inClusterUrl,
      client: { mcpServers: { memory: { type: 'http', url: endpoint.url } } },
    };
  }
  if (contextEngine) {
    const args = { settings: contextEngine, cluster, secrets: secretValues() };
    const { namespace, endpoints } = new ContextEngine('context-engine', args, { provider });
    outputs.contextEngine = { namespace, endpoints };
  }
  return outputs;
}

/** The encrypted values of the stack file, which go straight into Secrets and are part of nothing else. */
function secretValues(): Record<string, pulumi.Output<string>> {
  const config = new pulumi.Config();
  const found = [...secretKeys].flatMap((key) => {
    const value = config.getSecret(key);
    return value ? [[key, value] as const] : [];
  });
  return Object.fromEntries(found);
}

/** What the operator can mend is shown as a message, not as a stack trace. */
const refusals = [ConfigError, PolicyError, OverlayError, WrongClusterError];

// An exported function, not top-level effects: the CLI and the Automation API call it alike, and each run anew.
export = () =>
  program().catch((error: unknown) => {
    if (refusals.some((refusal) => error instanceof refusal)) throw new pulumi.RunError((error as Error).message);
    throw error;
  });
