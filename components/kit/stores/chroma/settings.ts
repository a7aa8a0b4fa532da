import { z } from 'zod';
import type { Constraint } from '../../../../config/constraint';
import { image, resources } from '../../../../config/fields';
import { promoted } from '../../../../config/promotion';
import { volume } from '../../settings/volume';

export interface ChromaSettingsArgs {
  /** Size of the volume by default, a quantity in bytes. */
  readonly size: string;
}

/** Settings of a Chroma that a system brings along. Its token is among the secrets of the system. */
export const chromaSettings = ({ size }: ChromaSettingsArgs) =>
  z
    .strictObject({
      image: promoted(
        image
          .default('docker.io/chromadb/chroma:0.6.3')
          .describe('Image of Chroma, of version 0.6: later ones are another server.'),
      ),
      storage: volume(size, 'The volume with the vectors: block storage, for one node at a time.'),
      resources: promoted(
        resources({ cpu: '500m', memory: '512Mi', cpuLimit: '2', memoryLimit: '2Gi' }).describe(
          'Resources of Chroma. It keeps indexes in memory up to three fifths of the memory limit.',
        ),
      ),
    })
    .prefault({})
    .describe('Chroma, the vector database.');

/**
 * Chroma 1 is another server: it has no authentication, reads its settings from a file, keeps its data elsewhere, and
 * changes those of an earlier version for good.
 *
 * @param path of the key of the image
 */
export function chromaImageConstraint(path: readonly PropertyKey[], reference: string): Constraint {
  const [tagged = ''] = reference.split('@');
  return {
    path,
    expected:
      'a tag that begins with 0.6: from 1.0 on Chroma asks for no token and changes its data for good. The way there is a backup, a new volume and a restore, with authentication in front',
    satisfied: /:0\.6\.\d/.test(tagged),
  };
}
