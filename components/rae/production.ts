import type { CommandJudge, FieldJudge, ProductionPoint } from '../system/production';
import { indexQuery } from './indexes';
import type { Rae } from './instance';
import { names, podsOf } from './names';
import { budgetSeries, writtenSeries } from './written-series';

/** Fewest and most pods of the API that the guide asks for in production. */
const wanted = { fewest: 3, most: 20 };

/** Opens a connection that no flow allows, to the API server, and says what came of it. */
const closedOff = `import os, socket
try:
    socket.create_connection((os.environ["KUBERNETES_SERVICE_HOST"], int(os.environ["KUBERNETES_SERVICE_PORT"])), 3).close()
    print("connected")
except OSError:
    print("blocked")
`;

/** What the guide's checklist asks for and only this system can tell. */
export function productionPoints(rae: Rae): ProductionPoint[] {
  return [...security(), ...cost(rae), ...scaling(rae), ...stores(rae)];
}

function security(): ProductionPoint[] {
  const judge: CommandJudge = {
    kind: 'command',
    pods: podsOf('api'),
    container: names.api,
    command: ['python3', '-B', '-c', closedOff],
    matches: '^blocked$',
    found: 'a connection that no policy allows did not come to stand',
    remedy: 'see that the network plugin enforces policies: this one should be denied',
  };
  return [{ topic: 'security', name: 'a connection that no policy allows is denied', judge }];
}

function cost({ settings }: Rae): ProductionPoint[] {
  const tells = (writtenSeries[settings.version] as readonly string[]).includes(budgetSeries.limit);
  const limits = 'set a monthly limit and a warning for each key at its provider, and authentication.requestsPerMinute';
  const tracking: FieldJudge = {
    kind: 'field',
    object: { apiVersion: 'apps/v1', kind: 'Deployment', name: names.api },
    path: [
      'spec',
      'template',
      'spec',
      'containers',
      { name: names.api },
      'env',
      { name: 'ENABLE_COST_TRACKING' },
      'value',
    ],
    wanted: { is: 'true' },
    remedy: 'set rae.cost.tracking: true',
  };
  const person = (name: string, found: string, how: string): ProductionPoint => ({
    topic: 'cost',
    name,
    judge: { kind: 'person', found, how },
  });
  return [
    { topic: 'cost', name: 'cost tracking is on', judge: tracking },
    person(
      'budgets of tenants',
      `version ${settings.version} has no API for budgets, and its guard lets everything pass`,
      limits,
    ),
    ...(tells && settings.cost.budgetAlerts
      ? []
      : [
          person(
            'alerts at 80 and 95 % of a budget',
            `version ${settings.version} writes no series of budgets`,
            limits,
          ),
        ]),
    person(
      'a way on without a provider',
      'a missing key skips its provider; the ONNX model in the image embeds without any',
      'give keys of two providers, or rae.models.ollama, and try a day without the first',
    ),
  ];
}

function scaling({ stores }: Rae): ProductionPoint[] {
  const bound = (name: string, field: string, atLeast: number): FieldJudge => ({
    kind: 'field',
    object: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name },
    path: ['spec', field],
    wanted: { atLeast },
    remedy: 'set rae.preset: large, or rae.api.autoscaling and rae.worker.autoscaling',
  });
  const point = (name: string, judge: FieldJudge): ProductionPoint => ({ topic: 'scaling', name, judge });
  const { mode } = stores.postgres.settings;
  return [
    point(`the API has ${wanted.fewest} pods or more`, bound(names.api, 'minReplicas', wanted.fewest)),
    point(`the API may grow to ${wanted.most} pods`, bound(names.api, 'maxReplicas', wanted.most)),
    point('workers scale', bound(names.worker, 'maxReplicas', 2)),
    {
      topic: 'scaling',
      name: 'a database that outgrows one pod',
      judge: {
        kind: 'person',
        found: `PostgreSQL is of mode ${mode}`,
        how: 'docs/rae.md#another-postgresql has the way to CloudNativePG or a managed one, with the data',
      },
    },
  ];
}

function stores({ settings: { version }, stores: { postgres, redis } }: Rae): ProductionPoint[] {
  const ask = (component: 'postgresql' | 'redis', container: string, script: string) => ({
    ...{ kind: 'command' as const, pods: podsOf(component), container },
    command: ['/bin/sh', '-c', script],
  });
  const { database, user } = postgres.client;
  const hits: ProductionPoint = {
    topic: 'performance',
    name: 'the cache is used',
    judge: {
      kind: 'person',
      found: 'the application counts no hits of its cache',
      how: 'see the share of look-ups that Redis answers on the dashboard of the stores, with redis.exporter',
    },
  };
  return [
    ...(redis.settings.mode === 'embedded'
      ? [
          {
            topic: 'reliability',
            name: 'Redis writes down what it is told',
            judge: {
              ...ask(
                'redis',
                names.redis,
                'REDISCLI_AUTH=$(cat "$PASSWORD_FILE") redis-cli -h 127.0.0.1 info persistence | tr -d "\\r" | grep -E "^aof_(enabled|last_write_status):"',
              ),
              matches: '^aof_enabled:1\\naof_last_write_status:ok$',
              found: 'its log of every write is on, and written',
              remedy: 'see the log of Redis, and whether its volume is full (docs/runbook.md#redis-not-written)',
            },
          } satisfies ProductionPoint,
        ]
      : []),
    hits,
    ...(postgres.settings.mode === 'embedded'
      ? [
          {
            topic: 'performance',
            name: 'tables have their indexes',
            judge: {
              ...ask(
                'postgresql',
                names.postgres,
                `psql -U ${user} -d ${database} -At <<'SQL'\n${indexQuery(version)}\nSQL\n`,
              ),
              matches: '^all there$',
              found: 'the indexes that searches of memories and of the graph read are there, and none is broken',
              remedy:
                'a broken index: REINDEX INDEX CONCURRENTLY name; a missing one: its migration has it (alembic/versions)',
            },
          } satisfies ProductionPoint,
        ]
      : []),
    {
      topic: 'performance',
      name: 'slow queries are known',
      judge: {
        kind: 'person',
        found: 'nothing of the plan records them',
        how: 'with pg_stat_statements, of CloudNativePG or of whoever runs it: the ten longest of a busy day',
      },
    },
  ];
}
