import assert from 'node:assert/strict';
import { postgresClient } from '../../../../components/kit/stores/postgres/client';
import { type ConnectionUser, connectionBudget } from '../../../../components/kit/stores/postgres/connection-budget';
import { clusterSchema } from '../../../../config/cluster';
import { parse } from '../../../../config/parse';
import { postgresModes } from '../../../support/stores';

const resources = { cpu: '250m', memory: '256Mi', memoryLimit: '1Gi' };
const schema = postgresModes({
  ...{ image: 'example.org/sql:17', operandImage: 'example.org/operand:17', size: '1Gi', resources },
  ...{ database: 'notes', user: 'writer' },
});
const password = {
  source: { source: 'config', secretName: 'notes', secretKey: 'password', secretRevision: 0 } as const,
  key: 'secrets',
};
const path = ['notes', 'postgres'];
const api: ConnectionUser = {
  ...{ name: 'API', connections: 10, pods: 6, surge: 1, key: ['notes', 'api', 'maxReplicas'] },
};
const workers: ConnectionUser = {
  ...{ name: 'workers', connections: 20, pods: 4, key: ['notes', 'workers', 'maxReplicas'] },
};

function fault(value: unknown, ...users: readonly ConnectionUser[]): string | undefined {
  const settings = parse(schema, value, 'postgres');
  const cluster = clusterSchema.parse({});
  const client = postgresClient({ settings, name: 'sql', database: 'notes', user: 'writer', password, cluster });
  const [constraint] = connectionBudget({ settings, client, path, users });
  assert.ok(constraint);
  return constraint.satisfied ? undefined : `${constraint.path.join('.')}: ${constraint.expected}`;
}

describe('the connections to a PostgreSQL', () => {
  it('are enough for every pod that there may be, to the very last one', () => {
    const users = [api, workers];
    // 10 × 7 + 20 × 4, and 8 that no client gets.
    assert.equal(fault({ mode: 'embedded', maxConnections: 158 }, ...users), undefined);
    assert.match(fault({ mode: 'embedded', maxConnections: 157 }, ...users) ?? '', /together 150 connections/);
    assert.equal(fault({ mode: 'external', host: 'db', sslmode: 'require', maxConnections: 150 }, ...users), undefined);
    assert.ok(fault({ mode: 'external', host: 'db', sslmode: 'require', maxConnections: 149 }, ...users));
  });

  it('are said with their sum, the key with most of them, and what helps', () => {
    assert.equal(
      fault({ mode: 'embedded', maxConnections: 100 }, api, workers),
      'notes.workers.maxReplicas: fewer pods: API 10 × (6 + 1 while rolled out) = 70, workers 20 × 4 = 80; ' +
        'together 150 connections, and notes.postgres.maxConnections leaves 92 of 100, the others being for superusers, ' +
        'backups and metrics. Or set notes.postgres.maxConnections to 158, which takes memory, or notes.postgres.mode ' +
        '"cloudnative-pg" with a pooler',
    );
    assert.match(fault({ mode: 'cloudnative-pg' }, api, workers) ?? '', /Or set notes.postgres.pooler: \{\}/);
  });

  it('are those of the pooler where there is one', () => {
    const pooled = (maxClients: number) => ({ mode: 'cloudnative-pg', pooler: { instances: 2, maxClients } });
    assert.equal(fault(pooled(75), api, workers), undefined);
    assert.match(fault(pooled(74), api, workers) ?? '', /pooler takes 148\. Or raise .*maxClients to 75/);
  });
});
