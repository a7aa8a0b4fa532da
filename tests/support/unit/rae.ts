import assert from 'node:assert/strict';
import { describeStack, parseStack } from '../../../components/stack';
import type { SystemPlan } from '../../../components/system';
import { ConfigError } from '../../../config/parse';

/** What everything here is made of, unless it says otherwise. */
export const image = 'registry.example.org/rae-memory:1';

/** Facts of a cluster that has everything. */
export const facts = {
  storageClass: 'block',
  ingress: { certificateIssuer: { name: 'letsencrypt-prod' } },
  gateway: { name: 'public', section: 'https', implementation: 'envoy-gateway', proxies: { namespace: 'gateways' } },
  monitoring: {},
  externalSecrets: { store: 'aws-secrets-manager' },
} as const;

/** Two clients, each with a tenant of its own. */
export const twoClients = {
  mode: 'clients',
  clients: {
    agents: { tenant: '6c1f1a52-8f0e-4e57-9d1c-2b1a6f0d9e01', requestsPerMinute: 120 },
    ci: { tenant: '0a7be3c4-53d2-4b0e-a7c1-91f0c2d4e502' },
  },
} as const;

/** The plan of the system with these settings. */
export function described(settings: object = {}, cluster: object = facts, secrets: object = {}): SystemPlan {
  const values = { cluster, rae: { image, ...settings }, secrets: { rae: secrets } };
  const { systems } = describeStack(parseStack(values, 'test'));
  const [plan] = systems;
  assert.ok(plan);
  return plan;
}

/** The problems of these settings, as `key: what was expected`. */
export function problems(settings: object = {}, cluster: object = facts, secrets: object = {}): string[] {
  try {
    described(settings, cluster, secrets);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map(({ key, expected }) => `${key}: ${expected.replace(/^expected /, '')}`);
  }
}
