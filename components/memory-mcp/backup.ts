import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterFacts } from '../../config/cluster';
import { configMap } from '../kit/objects/config-map';
import { scheduledJob } from '../kit/objects/cron-job';
import { labelsOf } from '../kit/objects/labels';
import { hardenedPod, resourceRequirements } from '../kit/objects/pod';
import { bearerSource } from '../kit/parts/access';
import { unpinnedWaiver } from '../kit/parts/pinning';
import type { Described } from '../system/described';
import { metadataIn, pods, port, remotes, system } from './names';
import type { MemoryMcpSettings } from './settings';

const script = 'backup.sh';
const scriptFolder = '/opt/backup';
const content = readFileSync(join(__dirname, script), 'utf8');

/** URL of the server's protocol endpoint from within the cluster. */
export function inClusterUrl(settings: MemoryMcpSettings, cluster: ClusterFacts): string {
  return `http://${system}.${settings.namespace.name}.svc.${cluster.domain}:${port}/mcp`;
}

/**
 * The scheduled push of the memories to their remotes. The server pushes only when its `sync` tool is called, so without
 * this the volume is the only copy. Without a remote there is nothing to push to.
 */
export function backup(settings: MemoryMcpSettings, cluster: ClusterFacts): Record<string, Described> {
  if (remotes(settings).length === 0) return {};
  const name = `${system}-backup`;
  const metadata = metadataIn(settings, pods.backup)(name);
  const { authentication } = settings;
  const bearer = bearerSource(authentication);
  const job = scheduledJob({
    metadata,
    podLabels: labelsOf(system, pods.backup),
    schedule: settings.backup.schedule,
    deadlineSeconds: settings.backup.deadlineSeconds,
    retries: 1,
    pod: hardenedPod(
      // The image's own user.
      { uid: 100, gid: 101 },
      {
        serviceAccountName: system,
        containers: [
          {
            name: 'sync',
            image: settings.backup.image,
            command: ['/bin/sh', `${scriptFolder}/${script}`],
            env: [
              { name: 'MCP_URL', value: inClusterUrl(settings, cluster) },
              { name: 'TIMEOUT_SECONDS', value: String(settings.backup.deadlineSeconds - 10) },
              ...(bearer
                ? [
                    {
                      name: 'MCP_TOKEN',
                      valueFrom: { secretKeyRef: { name: bearer.secretName, key: bearer.secretKey, optional: true } },
                    },
                  ]
                : []),
            ],
            resources: resourceRequirements({ cpu: '10m', memory: '32Mi', memoryLimit: '64Mi' }),
            volumeMounts: [
              { name: 'script', mountPath: scriptFolder, readOnly: true },
              { name: 'tmp', mountPath: '/tmp' },
            ],
          },
        ],
        volumes: [
          { name: 'script', configMap: { name } },
          { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '10Mi' } },
        ],
      },
    ),
  });
  return {
    backupScript: configMap(metadata, { [script]: content }),
    backupJob: {
      ...job,
      after: ['serviceAccount', 'backupScript'],
      waivers: unpinnedWaiver(settings.imageUnpinnedReason, settings.backup.image),
    },
  };
}
