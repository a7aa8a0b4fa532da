import { describeStack, parseStack } from '../../../components/stack';
import type { SystemPlan } from '../../../components/system';
import { halfADayAway } from '../schedule';
import { small } from './stacks';

/** Tenants of its clients. */
export const tenants = {
  agents: '6c1f1a52-8f0e-4e57-9d1c-2b1a6f0d9e01',
  verify: '0a7be3c4-53d2-4b0e-a7c1-91f0c2d4e502',
} as const;

/** Where clients of RAE are, and what asks for its metrics. */
export const clientNamespace = 'rae-agents';
export const monitoringNamespace = 'rae-monitoring';

/** What the stack file of RAE says on the node of this layer: everything that it brings along, as small as it may be. */
export const raeValues = {
  cluster: { monitoring: { namespace: monitoringNamespace } },
  rae: {
    namespace: { name: 'rae-node' },
    image: 'registry.example.org/rae-memory:3243807c-1',
    preset: 'dev',
    ...{ api: small, ml: small, worker: small, beat: small, qdrant: small },
    postgres: { mode: 'embedded', exporter: {}, ...small },
    redis: { mode: 'embedded', exporter: {}, ...small },
    clients: [{ namespace: clientNamespace }],
    authentication: {
      mode: 'clients',
      clients: { agents: { tenant: tenants.agents }, verify: { tenant: tenants.verify } },
      verifyAs: 'verify',
    },
    // Only what a test asks for is saved.
    backup: { schedule: halfADayAway() },
  },
} as const;

/** Its plan. */
export function raePlan(): SystemPlan {
  const [plan] = describeStack(parseStack(raeValues, 'local')).systems;
  if (!plan) throw new Error('the stack has no system');
  return plan;
}
