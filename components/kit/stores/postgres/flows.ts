import type { ClusterFacts } from '../../../../config/cluster';
import type { Flow, Labels } from '../../../system/flow';
import { type StoreFlowsArgs, storeFlows } from '../flows';
import { type PostgresClient, postgresPorts } from './client';
import { cloudNativePgFlows } from './cloudnative-pg/flows';
import type { PostgresModes } from './modes';

/** Connections of those who use PostgreSQL. */
export function postgresFlows(args: StoreFlowsArgs): Flow[] {
  return storeFlows(args, postgresPorts.requests);
}

export interface PostgresModeFlowsArgs extends StoreFlowsArgs {
  readonly settings: PostgresModes;
  readonly client: PostgresClient;
  /** Labels of the pods that need a session of their own, past a pooler; those of the clients where there is none. */
  readonly sessions: Labels;
  /** Name of the cluster of databases, where an operator runs it. */
  readonly store: string;
  readonly cluster: ClusterFacts;
}

/** Connections of those who use PostgreSQL, and what its pods need besides, whoever runs it. */
export function postgresModeFlows(args: PostgresModeFlowsArgs): Flow[] {
  const { client, cluster, settings, store } = args;
  return settings.mode === 'cloudnative-pg'
    ? cloudNativePgFlows({ ...args, settings, database: store, cluster })
    : storeFlows(args, postgresPorts.requests, client.remote);
}
