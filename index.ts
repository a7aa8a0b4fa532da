import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { confirmCluster, WrongClusterError } from './components/kit/cluster-identity';
import { MemoryMcp } from './components/memory-mcp';
import { describePlan, type Plan } from './components/plan';
import { ConfigError, parseConfig, rawConfig } from './config/parse';
import { secretKeys } from './config/schema';
import { checkPlan, PolicyError } from './policies/check';

// Which keys are encrypted is known to the SDK, but not part of its typed surface.
const { isConfigSecret }: { isConfigSecret(key: string): boolean } = require('@pulumi/pulumi/runtime/config');

/** Parse, describe, check, register. Nothing is registered before the whole plan is known and keeps to every rule. */
async function program(): Promise<Record<string, unknown>> {
  const stack = pulumi.getStack();
  const config = refusing(() =>
    parseConfig(rawConfig(pulumi.runtime.allConfig() ?? {}, pulumi.getProject(), isConfigSecret), stack),
  );
  refusing(() => check(describePlan(config)));

  const { cluster, memoryMcp } = config;
  const provider = new k8s.Provider('cluster', {
    // Without an identifier an edited kubeconfig would plan the replacement of every object.
    clusterIdentifier: cluster.name as string,
    ...(cluster.context ? { context: cluster.context } : {}),
  });
  if (cluster.uid) await confirmCluster(cluster.uid, provider).catch(refuse);

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
    return refuse(error);
  }
}

function refuse(error: unknown): never {
  const refusals = [ConfigError, PolicyError, WrongClusterError];
  if (refusals.some((refusal) => error instanceof refusal)) throw new pulumi.RunError((error as Error).message);
  throw error;
}

// An exported function, not top-level effects: the CLI and the Automation API call it alike, and each run anew.
export = program;
