import { z } from 'zod';
import { image, resources } from '../../../config/fields';
import { promoted } from '../../../config/promotion';

/** Which store an exporter understands. FalkorDB is a Redis with a module. */
export type ExporterKind = 'postgres' | 'redis';

const images: Readonly<Record<ExporterKind, string>> = {
  postgres: 'quay.io/prometheuscommunity/postgres-exporter:v0.17.1',
  redis: 'docker.io/oliver006/redis_exporter:v1.74.0-alpine',
};

/** What turns the numbers of a store into metrics; absent = nobody asks for them. */
export const exporterSettings = (kind: ExporterKind) =>
  z
    .strictObject({
      image: promoted(
        image
          .default(images[kind])
          .describe('Image of the exporter, with a POSIX shell; that of Redis has one where its tag ends in -alpine.'),
      ),
      resources: promoted(
        resources({ cpu: '10m', memory: '32Mi', cpuLimit: '200m', memoryLimit: '128Mi' }).describe(
          'Resources of the exporter.',
        ),
      ),
    })
    .optional()
    .describe('An exporter that gives the numbers of the store to Prometheus. Default: none.');

export type ExporterSettings = NonNullable<z.output<ReturnType<typeof exporterSettings>>>;
