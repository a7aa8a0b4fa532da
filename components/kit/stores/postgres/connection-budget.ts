import type { Constraint } from '../../../../config/constraint';
import { keyOf } from '../../../../config/problems';
import type { PostgresClient } from './client';
import { type PostgresModes, reservedConnections } from './modes';

/** Pods that hold connections to PostgreSQL. */
export interface ConnectionUser {
  /** What they are, such as `API`. */
  readonly name: string;
  /** Connections that one pod may open at the same time: pools, times processes or tasks. */
  readonly connections: number;
  /** Pods at most: the maximum of the autoscaler. */
  readonly pods: number;
  /** Pods besides, while they are rolled out. @default 0 */
  readonly surge?: number;
  /** Key of the stack file that says how many pods there may be. */
  readonly key: readonly PropertyKey[];
}

export interface ConnectionBudgetArgs {
  readonly settings: PostgresModes;
  readonly client: Pick<PostgresClient, 'connections'>;
  /** Key of these settings. */
  readonly path: readonly PropertyKey[];
  readonly users: readonly ConnectionUser[];
}

/**
 * All connections that pods may open when every autoscaler is at its maximum and something is rolled out, against those
 * that there are: what does not get one fails, and an autoscaler would answer with more pods.
 */
export function connectionBudget({ client, path, settings, users }: ConnectionBudgetArgs): Constraint[] {
  const each = users.map((user) => ({ ...user, sum: user.connections * (user.pods + (user.surge ?? 0)) }));
  const sum = each.reduce((total, user) => total + user.sum, 0);
  const largest = each.toSorted((a, b) => b.sum - a.sum)[0];
  const words = each.map(({ connections, name, pods, sum: own, surge = 0 }) => {
    const of = surge > 0 ? `(${pods} + ${surge} while rolled out)` : `${pods}`;
    return `${name} ${connections} × ${of} = ${own}`;
  });
  return [
    {
      path: largest?.key ?? path,
      expected:
        `fewer pods: ${words.join(', ')}; together ${sum} connections, and ${offered(settings, path, client)}. ` +
        remedy(settings, path, sum),
      satisfied: sum <= client.connections,
    },
  ];
}

function offered(
  settings: PostgresModes,
  path: readonly PropertyKey[],
  { connections }: Pick<PostgresClient, 'connections'>,
) {
  const key = keyOf(path);
  if (settings.mode === 'external') return `${key}.maxConnections leaves ${connections}`;
  if (settings.mode === 'cloudnative-pg' && settings.pooler) return `${key}.pooler takes ${connections}`;
  const { maxConnections } = settings;
  return `${key}.maxConnections leaves ${connections} of ${maxConnections}, the others being for superusers, backups and metrics`;
}

function remedy(settings: PostgresModes, path: readonly PropertyKey[], sum: number): string {
  const key = keyOf(path);
  switch (settings.mode) {
    case 'external':
      return `Or raise ${key}.maxConnections to ${sum} where the server has as many, or name a pooler as ${key}.host`;
    case 'embedded':
      return `Or set ${key}.maxConnections to ${sum + reservedConnections}, which takes memory, or ${key}.mode "cloudnative-pg" with a pooler`;
    case 'cloudnative-pg':
      return settings.pooler
        ? `Or raise ${key}.pooler.maxClients to ${Math.ceil(sum / settings.pooler.instances)}`
        : `Or set ${key}.pooler: {}, which lends few connections out to many`;
  }
}
