import { labelsOf, systemLabel } from '../kit/objects/labels';
import type { ServerPorts } from '../kit/parts/app-server';
import { proxyPorts } from '../kit/parts/auth-sidecar';
import type { ObjectMeta } from '../system/planned-object';
import type { MemoryMcpSettings } from './settings';

/** Name of the system and of most of its objects. */
export const system = 'memory-mcp';
/** Port of the Service, and of the server where no proxy stands in front of it. */
export const port = 8080;
/** Where the image expects the volume; the repository is a folder in it, because libgit2 checks the folder's owner. */
export const dataPath = '/data';
/** Where the file with the remotes of single scopes is mounted. */
export const configPath = '/etc/memory-mcp';
/** Host that the device login and every git remote of the default configuration talk to. */
export const gitHubHost = 'github.com';

/** Labels that all pods of the system share, whatever else lives in their namespace. */
export const allPods = { [systemLabel]: system } as const;

/** Labels that select the pods of one purpose. The server's `app` is the one that upstream's own manifests select by. */
export const pods = {
  server: { app: system, ...allPods },
  bootstrap: { app: `${system}-bootstrap`, ...allPods },
  backup: { app: `${system}-backup`, ...allPods },
  volumeBackup: { app: `${system}-volume-backup`, ...allPods },
} as const;

/** Labels of the pods that are on one node, because they mount volumes that attach to one: that of the data, that of its backups. */
export const usesVolume = { 'memory-fleet.dev/uses-volume': 'true', ...allPods } as const;

/** Metadata of an object of the system in its namespace. */
export function metadataIn(settings: MemoryMcpSettings, labels: Readonly<Record<string, string>> = pods.server) {
  return (name: string): ObjectMeta => ({
    name,
    namespace: settings.namespace.name,
    labels: labelsOf(system, labels),
  });
}

/** Port of the server's pod that takes requests, and the one that answers for its health. */
export function podPorts(settings: MemoryMcpSettings): ServerPorts {
  return settings.authentication?.mode === 'bearer'
    ? { requests: proxyPorts.guarded, health: proxyPorts.health }
    : { requests: port, health: port };
}

/** Every remote that the server may push to. */
export function remotes(settings: MemoryMcpSettings): string[] {
  const { remoteUrl, scopes } = settings.git;
  return [...(remoteUrl ? [remoteUrl] : []), ...scopes.map(({ url }) => url)];
}
