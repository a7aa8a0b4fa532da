import { z } from 'zod';
import type { Constraint } from '../../../../config/constraint';
import { image, resources } from '../../../../config/fields';
import { promoted } from '../../../../config/promotion';
import {
  anySource,
  configSecret,
  existingSecret,
  externalSecret,
  type SecretPath,
  sealedSecret,
} from '../../settings/secret-source';
import { volume } from '../../settings/volume';

export interface QdrantSettingsArgs<S extends z.ZodRawShape> {
  /** Name and entry of the Secret with the API key, by default. */
  readonly apiKeySecret: readonly [name: string, key: string];
  /** Where the map of secrets has the API key. */
  readonly secret: SecretPath;
  /** What the system must know besides where it has a key. */
  readonly apiKey: S;
  /** Size of both volumes by default, a quantity in bytes. */
  readonly size: string;
}

/** Settings of a Qdrant that a system brings along. */
export const qdrantSettings = <S extends z.ZodRawShape>(args: QdrantSettingsArgs<S>) =>
  z
    .strictObject({
      image: promoted(
        image
          .default('docker.io/qdrant/qdrant:v1.15.4-unprivileged')
          .describe('Image of Qdrant, a tag that ends in -unprivileged: it runs as user 1000.'),
      ),
      apiKey: z
        .discriminatedUnion(
          'source',
          [
            existingSecret(...args.apiKeySecret).extend(args.apiKey),
            configSecret(...args.apiKeySecret, args.secret).extend(args.apiKey),
            externalSecret(...args.apiKeySecret).extend(args.apiKey),
            sealedSecret(...args.apiKeySecret).extend(args.apiKey),
          ],
          { error: anySource },
        )
        .optional()
        .describe('API key that Qdrant asks for. Default: none, network policies alone protect it.'),
      storage: volume(args.size, 'The volume with the vectors: block storage, for one node at a time.'),
      snapshots: volume(
        args.size,
        'The volume on which Qdrant makes snapshots; a backup takes them from there and keeps none.',
      ),
      resources: promoted(resources({ cpu: '2', memory: '4Gi', memoryLimit: '8Gi' }).describe('Resources of Qdrant.')),
    })
    .prefault({})
    .describe('Qdrant, the vector database.');

/** @param path of the key of the image */
export function qdrantImageConstraint(path: readonly PropertyKey[], reference: string): Constraint {
  const [tagged = ''] = reference.split('@');
  return {
    path,
    expected: 'a tag that ends in -unprivileged: the other images run as root, which the namespace refuses',
    satisfied: tagged.endsWith('-unprivileged'),
  };
}
