import type { IEnvVar } from 'kubernetes-models/v1';
import { stringify } from 'smol-toml';
import type { ClusterFacts } from '../../config/cluster';
import { anyAddress } from '../kit/parts/listening';
import { configPath, dataPath, port } from './names';
import type { MemoryMcpSettings } from './settings';

/** Name of the file with the remotes of single scopes. */
export const configFile = 'config.toml';
/** Folder of the memories that have no remote of their own, on the volume. */
export const commonFolder = 'repo';

/**
 * Folder of a scope that has a remote of its own, on the volume. Encoded names keep the scopes `a/b` and `a.b` apart.
 */
export function scopeFolder(scope: string): string {
  return `scopes/${encodeURIComponent(scope)}`;
}

/**
 * Environment of the server. Settings left out are left out here too, so that the server's defaults hold.
 * Booleans are the words `true` and `false`: the server refuses any other spelling.
 * @see https://github.com/butterflyskies/memory-mcp
 */
export function environment(settings: MemoryMcpSettings, cluster: ClusterFacts): IEnvVar[] {
  const { authentication, git, server, token } = settings;
  const { otlp } = server;
  // Behind the proxy the server is reached through it alone, even where nothing enforces network policies.
  const address = authentication?.mode === 'bearer' ? '127.0.0.1' : anyAddress(cluster);
  const values: Record<string, string | number | boolean | undefined> = {
    MEMORY_MCP_BIND: `${address === '::' ? '[::]' : address}:${port}`,
    MEMORY_MCP_REPO_PATH: `${dataPath}/${commonFolder}`,
    MEMORY_MCP_CONFIG: git.scopes.length > 0 ? `${configPath}/${configFile}` : undefined,
    MEMORY_MCP_BRANCH: git.branch,
    MEMORY_MCP_REMOTE_URL: git.remoteUrl,
    MEMORY_MCP_REQUIRE_REMOTE_SYNC: git.requireRemoteSync || undefined,
    MEMORY_MCP_MAX_SESSIONS: server.maxSessions,
    MEMORY_MCP_SESSION_RATE_LIMIT: server.sessionRateLimit,
    MEMORY_MCP_SESSION_RATE_WINDOW_SECS: server.sessionRateWindowSeconds,
    MEMORY_MCP_IDLE_TIMEOUT_SECS: server.idleTimeoutSeconds,
    MEMORY_MCP_MAX_SESSION_LIFETIME_SECS: server.maxSessionLifetimeSeconds,
    MEMORY_MCP_EMBED_TIMEOUT_SECS: server.embedTimeoutSeconds,
    MEMORY_MCP_EMBED_QUEUE_SIZE: server.embedQueueSize,
    MEMORY_MCP_HEALTH_STALE_SECS: server.healthStaleSeconds,
    MEMORY_MCP_RECALL_LOG_BUSY_TIMEOUT: server.recallLogBusyTimeoutSeconds,
    MEMORY_MCP_OTLP_REQUIRED: otlp?.required || undefined,
    MEMORY_MCP_OTLP_OPTIONAL: otlp ? !otlp.required || undefined : undefined,
    OTEL_EXPORTER_OTLP_ENDPOINT: otlp?.endpoint,
    RUST_LOG: server.logFilter,
  };
  return [
    ...Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: String(value) }])),
    {
      // Optional, because the first `up` comes before any token: the server then says that it has none and runs without.
      name: 'MEMORY_MCP_GITHUB_TOKEN',
      valueFrom: { secretKeyRef: { name: token.secretName, key: token.secretKey, optional: true } },
    },
  ];
}

/**
 * The file with the remotes of single scopes. Each gets a folder of its own on the volume: the server's default lies
 * below the home directory, which is read-only.
 */
export function scopesFile(settings: MemoryMcpSettings): string {
  const remotes = settings.git.scopes.map(({ scope, url, branch }) => ({
    scope,
    url,
    path: `${dataPath}/${scopeFolder(scope)}`,
    ...(branch ? { branch } : {}),
  }));
  return stringify({ remotes });
}
