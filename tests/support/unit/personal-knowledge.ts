import assert from 'node:assert/strict';
import { describeStack, parseStack } from '../../../components/stack';
import type { SystemPlan } from '../../../components/system';
import { ConfigError } from '../../../config/parse';

/** What every instance here is made of, unless it says otherwise. */
export const image = 'registry.example.org/pk-mcp:1';

/** Facts of a cluster that has everything. */
export const facts = {
  storageClass: 'block',
  ingress: { certificateIssuer: { name: 'letsencrypt' } },
  gateway: { name: 'public', section: 'https', implementation: 'envoy-gateway', proxies: { namespace: 'gateways' } },
  monitoring: {},
  externalSecrets: { store: 'vault' },
} as const;

const withImages = (instances: Readonly<Record<string, object>>) => ({
  instances: Object.fromEntries(Object.entries(instances).map(([name, settings]) => [name, { image, ...settings }])),
});

/** The plans of instances with these settings, by their names in the stack. */
export function describedInstances(
  instances: Readonly<Record<string, object>>,
  cluster: object = facts,
  secrets: object = {},
): Readonly<Record<string, SystemPlan>> {
  const values = { cluster, personalKnowledge: withImages(instances), secrets: { personalKnowledge: secrets } };
  const { systems } = describeStack(parseStack(values, 'test'));
  return Object.fromEntries(systems.map((system) => [system.id, system]));
}

/** One instance with these settings. */
export function describedInstance(settings: object = {}, name = 'private', cluster: object = facts): SystemPlan {
  const plan = describedInstances({ [name]: settings }, cluster)[`pk-mcp-${name}`];
  assert.ok(plan);
  return plan;
}

/** The problems of instances, as `key: what was expected`. */
export function problems(
  instances: Readonly<Record<string, object>>,
  cluster: object = facts,
  secrets: object = {},
): string[] {
  try {
    describedInstances(instances, cluster, secrets);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map(({ key, expected }) => `${key}: ${expected}`);
  }
}
