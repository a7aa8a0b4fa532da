import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { MemoryMcp } from './components/memory-mcp';
import { describePlan, type Plan } from './components/plan';
import { ConfigError, parseConfig, rawConfig } from './config/parse';
import { checkPlan, PolicyError } from './policies/check';

/** Parse, describe, check, register. Nothing is registered before the whole plan is known and keeps to every rule. */
async function program(): Promise<Record<string, unknown>> {
  const stack = pulumi.getStack();
  const config = refusing(() =>
    parseConfig(rawConfig(pulumi.runtime.allConfig() ?? {}, pulumi.getProject()), `Pulumi.${stack}.yaml`),
  );
  refusing(() => check(describePlan(config)));

  const { cluster, memoryMcp } = config;
  const provider = new k8s.Provider('cluster', {
    // Without an identifier an edited kubeconfig would plan the replacement of every object.
    clusterIdentifier: cluster.name ?? stack,
    ...(cluster.context ? { context: cluster.context } : {}),
  });

  const outputs: Record<string, unknown> = {};
  if (memoryMcp) {
    const { namespace, endpoint } = new MemoryMcp('memory-mcp', { settings: memoryMcp, cluster }, { provider });
    outputs.memoryMcp = {
      namespace,
      url: endpoint.url,
      inClusterUrl: endpoint.inClusterUrl,
      client: { mcpServers: { memory: { type: 'http', url: endpoint.url } } },
    };
  }
  return outputs;
}

function check(plan: Plan): void {
  const { violations, waived, idleWaivers } = checkPlan(plan);
  if (violations.length > 0) throw new PolicyError(violations);
  for (const { object, rule, fault, reason } of waived)
    pulumi.log.info(`${object} ${fault} (${rule} waived: ${reason})`);
  for (const { object, rule, fault } of idleWaivers) pulumi.log.warn(`${object}: ${rule} ${fault}`);
}

/** What the operator can mend is shown as a message, not as a stack trace. */
function refusing<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof ConfigError || error instanceof PolicyError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

// An exported function, not top-level effects: the CLI and the Automation API call it alike, and each run anew.
export = program;
