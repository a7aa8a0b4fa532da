import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IPodSpec } from 'kubernetes-models/v1';
import { resourceRequirements } from '../kit/objects/pod';
import { dataPath } from './names';
import type { MemoryMcpSettings } from './settings';

const script = readFileSync(join(__dirname, 'rebuild-index.sh'), 'utf8');

/**
 * Takes the index away before the server starts, once for each revision; nothing at revision 0. A part of the server's own
 * pod, because a volume with one writer lets nobody else do it: the old pod has ended, and the server has not begun.
 */
export function rebuildIndex({ image, indexRevision }: MemoryMcpSettings): Pick<IPodSpec, 'initContainers'> {
  if (indexRevision === 0) return {};
  return {
    initContainers: [
      {
        name: 'rebuild-index',
        image,
        command: ['/bin/sh', '-c', script, 'rebuild-index', dataPath, String(indexRevision)],
        resources: resourceRequirements({ cpu: '10m', memory: '32Mi', memoryLimit: '64Mi' }),
        volumeMounts: [{ name: 'data', mountPath: dataPath }],
      },
    ],
  };
}
