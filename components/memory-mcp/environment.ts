import type { IEnvVar } from 'kubernetes-models/v1';
import type { MemoryMcpSettings } from '../../config/memory-mcp';

/** Where the image expects the volume; the repository is a folder in it, because libgit2 checks the folder's owner. */
export const dataPath = '/data';
export const port = 8080;

/**
 * Environment of the server. Settings left out are left out here too, so that the server's defaults hold.
 * Booleans are the words `true` and `false`: the server refuses any other spelling.
 * @see https://github.com/butterflyskies/memory-mcp
 */
export function environment(settings: MemoryMcpSettings): IEnvVar[] {
  const { git, server, token } = settings;
  const values: Record<string, string | number | boolean | undefined> = {
    MEMORY_MCP_BIND: `0.0.0.0:${port}`,
    MEMORY_MCP_REPO_PATH: `${dataPath}/repo`,
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
