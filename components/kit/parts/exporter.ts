import type { IEnvVar, IVolume, IVolumeMount } from 'kubernetes-models/v1';
import type { Described } from '../../system/described';
import type { Flow, Labels } from '../../system/flow';
import type { ObjectMeta } from '../../system/planned-object';
import { hardenedPod, pullSecrets, type RunAs, resourceRequirements } from '../objects/pod';
import type { Alert } from '../objects/prometheus-rule';
import type { Metrics } from '../objects/service-monitor';
import type { ExporterKind, ExporterSettings } from '../settings/exporter';
import { appServer, appServerObjects } from './app-server';
import type { Panel } from './grafana';
import { downOrAbsent } from './promql';
import { madeSecret, revisionAnnotations, type SecretSource } from './secrets';

/** What an exporter needs to know of its store. */
export type ExportedStore = {
  /** Host of the store: the name of its Service, or whoever runs it. */
  readonly host: string;
  readonly port: number;
  /** What it shows, and the key of the object that makes that Secret, where this program does. */
  readonly password: SecretSource;
  readonly passwordKey: string;
} & (PostgresExported | RedisExported);

interface PostgresExported {
  readonly kind: 'postgres';
  readonly database: string;
  readonly user: string;
  /** What the driver of the exporter is told of TLS, and reads for it. @default no TLS */
  readonly tls?: { readonly env: IEnvVar[]; readonly volumeMounts: IVolumeMount[]; readonly volumes: IVolume[] };
}

interface RedisExported {
  readonly kind: 'redis';
  /** Whether the entry is a whole URL, with the host and port above. @default a password */
  readonly shows?: 'password' | 'url';
  /** Lists whose length is told (`redis_key_size`), each as `db1=celery`; 0 where nothing is in it. @default none */
  readonly lists?: readonly string[];
}

export interface ExporterArgs {
  /** Name of the Deployment, the Service and the monitor, such as `postgres-exporter`. */
  readonly name: string;
  readonly store: ExportedStore;
  readonly settings: ExporterSettings;
  readonly metadata: (name: string, labels?: Labels) => ObjectMeta;
  /** Labels by which Deployment, Service and monitor know each other. */
  readonly selector: Labels;
  /** Labels of the pod: those of the selector, and those of the store's clients, which let it in. */
  readonly podLabels: Labels;
  readonly serviceAccountName: string;
  readonly imagePullSecrets: readonly string[];
  readonly imageUnpinnedReason?: string | undefined;
  /** Keys of further objects that the pod needs. */
  readonly after: readonly string[];
}

const ports: Readonly<Record<ExporterKind, number>> = { postgres: 9187, redis: 9121 };

const programs: Readonly<Record<ExporterKind, string>> = {
  postgres: '/bin/postgres_exporter',
  redis: '/redis_exporter',
};

/** Whether the store answers the exporter. Absent where nobody asks the exporter. */
const upMetric: Readonly<Record<ExporterKind, string>> = { postgres: 'pg_up', redis: 'redis_up' };

/** The images run as `nobody`, and as 59000; either runs as anyone. */
const runAs: RunAs = { uid: 65_534, gid: 65_534 };

/**
 * What turns the numbers of a store into metrics: a pod of its own, so that another version of it restarts no store.
 * @see https://github.com/prometheus-community/postgres_exporter
 * @see https://github.com/oliver006/redis_exporter
 */
export function exporterObjects(args: ExporterArgs): Record<string, Described> {
  const { metadata, name, selector, settings, store } = args;
  const port = ports[store.kind];
  const tls = store.kind === 'postgres' ? store.tls : undefined;
  const server = appServer({
    name,
    metadata: (object) => metadata(object, selector),
    selector,
    podLabels: args.podLabels,
    podAnnotations: revisionAnnotations({ password: store.password }),
    container: {
      image: settings.image,
      command: [programs[store.kind]],
      env: environment(store),
      ...(tls && { volumeMounts: tls.volumeMounts }),
      resources: resourceRequirements(settings.resources),
    },
    portName: 'metrics',
    ports: { requests: port, health: port },
    // The page that tells where the metrics are: it asks the store for nothing.
    checks: { ready: { path: '/' } },
    startupBudgetSeconds: 60,
    pod: ({ containers, volumes }) =>
      hardenedPod(runAs, {
        serviceAccountName: args.serviceAccountName,
        ...pullSecrets(args.imagePullSecrets),
        containers,
        volumes: [...volumes, ...(tls?.volumes ?? [])],
      }),
    after: [...madeSecret(store.passwordKey, store.password), ...args.after],
    imageUnpinnedReason: args.imageUnpinnedReason,
  });
  return appServerObjects(name, server);
}

function environment(store: ExportedStore): IEnvVar[] {
  const { host, password, port } = store;
  const secret = (name: string): IEnvVar => ({
    name,
    valueFrom: { secretKeyRef: { name: password.secretName, key: password.secretKey } },
  });
  if (store.kind === 'redis') {
    const { lists = [], shows = 'password' } = store;
    const way =
      shows === 'url'
        ? [secret('REDIS_ADDR')]
        : [{ name: 'REDIS_ADDR', value: `redis://${host}:${port}` }, secret('REDIS_PASSWORD')];
    const asked = { name: 'REDIS_EXPORTER_CHECK_SINGLE_KEYS', value: lists.join(',') };
    return [...way, ...(lists.length > 0 ? [asked] : [])];
  }
  // Within the cluster: network policies keep others from listening, not TLS.
  const unencrypted = store.tls ? '' : '?sslmode=disable';
  return [
    {
      name: 'DATA_SOURCE_NAME',
      value: `postgresql://${store.user}@${host}:${port}/${store.database}${unencrypted}`,
    },
    // Read by its driver. In what names the server, one with a space in it is an error, and the error shows it in the log.
    secret('PGPASSWORD'),
    ...(store.tls?.env ?? []),
  ];
}

/** What Prometheus scrapes of it. */
export function exporterMetrics({ name, selector }: Pick<ExporterArgs, 'name' | 'selector'>): Metrics & {
  readonly service: string;
} {
  return { service: name, selector, port: 'http', path: '/metrics', interval: '30s' };
}

/** Prometheus asks it; what it asks the store is a flow of the store's clients. */
export function exporterFlow({ name, selector, store }: Pick<ExporterArgs, 'name' | 'selector' | 'store'>): Flow {
  return {
    name: `${name}-from-monitoring`,
    pods: selector,
    direction: 'in',
    peer: { kind: 'monitoring' },
    port: ports[store.kind],
    purpose: 'metrics',
  };
}

/** How the series of an exporter are spoken of. */
export interface ExportedSeries {
  readonly kind: ExporterKind;
  /** Selector of the exporter's series. */
  readonly series: string;
  /** Name of the store at the beginning of a sentence, such as `The graph`. */
  readonly store: string;
}

export interface ExporterAlertArgs extends ExportedSeries {
  /** Name of the alert, such as `PersonalKnowledgeGraphDown`. */
  readonly alert: string;
  readonly severity: Alert['severity'];
}

/** The store does not answer, or nobody asks it any more. */
export function exporterAlert({ alert, kind, series, severity, store }: ExporterAlertArgs): Alert {
  return {
    alert,
    expr: downOrAbsent(`${upMetric[kind]}{${series}}`),
    for: '5m',
    severity,
    summary: `${store} has not answered its exporter for five minutes, or nobody asks it any more.`,
    runbook: 'store-down',
  };
}

/** What is used of that which runs out first: connections, and memory that a graph may take. */
export function exporterPanel({ kind, series, store }: ExportedSeries): Panel {
  const query = (legend: string, expr: string) => ({ legend, expr });
  return kind === 'postgres'
    ? {
        title: `${store}: connections`,
        kind: 'timeseries',
        queries: [
          query('used', `sum(pg_stat_database_numbackends{${series}})`),
          query('at most', `max(pg_settings_max_connections{${series}})`),
        ],
      }
    : {
        title: `${store}: memory`,
        description: 'At the limit it refuses to write.',
        kind: 'timeseries',
        unit: 'bytes',
        queries: [
          query('used', `max(redis_memory_used_bytes{${series}})`),
          query('at most', `max(redis_memory_max_bytes{${series}})`),
        ],
      };
}
