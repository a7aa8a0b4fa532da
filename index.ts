import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { needsInWords, needsOf } from './components/needs';
import { confirmCluster, WrongClusterError } from './components/register/cluster-identity';
import { SystemComponent } from './components/register/component';
import { nested } from './components/register/outputs';
import { providerArgs } from './components/register/provider';
import { secretsOfStack } from './components/register/secrets';
import { shownError } from './components/register/shown-error';
import { describeStack, parseStack } from './components/stack';
import { ConfigError, rawConfig } from './config/parse';
import { PolicyError } from './policies/check';
import { enforceRules } from './policies/enforce';
import { OverlayError, requireMergedOverlay } from './render/git-leads';

// Which keys are encrypted is known to the SDK, but not part of its typed surface.
const { isConfigSecret }: { isConfigSecret(key: string): boolean } = require('@pulumi/pulumi/runtime/config');

/** Parse, describe, check, register. Nothing is registered before the whole plan is known and keeps to every rule. */
async function program(): Promise<Record<string, unknown>> {
  const stack = pulumi.getStack();
  const config = parseStack(rawConfig(pulumi.runtime.allConfig() ?? {}, pulumi.getProject(), isConfigSecret), stack);
  const plan = describeStack(config);
  enforceRules(plan, pulumi.log);
  await requireMergedOverlay({
    projectDir: __dirname,
    stack,
    plan,
    preview: pulumi.runtime.isDryRun(),
    log: pulumi.log,
  });

  const { cluster } = plan;
  const provider = new k8s.Provider('cluster', providerArgs(cluster));
  if (cluster.uid) await confirmCluster(cluster.uid, provider);

  const secrets = secretsOfStack();
  const outputs = nested(
    plan.systems.map((system) => {
      const component = new SystemComponent(system.id, { plan: system, cluster, secrets }, { provider });
      return [system.path, component.outputs()];
    }),
  );
  // What is there already is nothing that a plan knows: `fleet doctor` looks.
  const needs = needsOf(plan, stack);
  return needs.length > 0 ? { ...outputs, broughtByOthers: needsInWords(needs) } : outputs;
}

/** What the operator can mend. */
const refusals = [ConfigError, PolicyError, OverlayError, WrongClusterError];

// An exported function, not top-level effects: the CLI and the Automation API call it alike, and each run anew.
export = () =>
  program().catch((error: unknown) => {
    throw shownError(error, refusals);
  });
