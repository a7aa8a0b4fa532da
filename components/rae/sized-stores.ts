import { sizedBy } from '../kit/settings/sized';
import type { PostgresModes } from '../kit/stores/postgres/modes';
import type { RedisSettings } from '../kit/stores/redis/settings';
import type { RaeSettings } from './settings';
import type { Size } from './settings/sizes';

type Volume = { readonly size?: string | undefined; readonly storageClass?: string | undefined };

/** PostgreSQL as the kit takes it: what the settings leave out is the preset's. */
export function filledPostgres(settings: RaeSettings['postgres'], preset: Size['postgres']): PostgresModes {
  const { exporter: _, ...own } = settings;
  if (own.mode === 'external') return own;
  return {
    ...own,
    storage: filledVolume(own.storage, preset.storage),
    resources: sizedBy(preset.resources, own.resources),
    maxConnections: own.maxConnections ?? preset.maxConnections,
  };
}

/** Redis as the kit takes it. */
export function filledRedis(settings: RaeSettings['redis'], preset: Size['redis']): RedisSettings {
  if (settings.mode === 'external') return { mode: settings.mode, host: settings.host, port: settings.port };
  const { exporter: _, ...own } = settings;
  return {
    ...own,
    storage: filledVolume(own.storage, preset.storage),
    resources: sizedBy(preset.resources, own.resources),
  };
}

function filledVolume({ size, storageClass }: Volume, preset: string) {
  return { size: size ?? preset, storageClass };
}

/** Qdrant where the system brings it along; nothing where somebody else runs it. */
export function filledQdrant(settings: RaeSettings['qdrant'], preset: Size['qdrant']) {
  if (settings.mode === 'external') return undefined;
  const { image, snapshots } = settings;
  const storage = filledVolume(settings.storage, preset.storage);
  return {
    image,
    storage,
    snapshots: {
      size: snapshots.size ?? storage.size,
      storageClass: snapshots.storageClass ?? storage.storageClass,
    },
    resources: sizedBy(preset.resources, settings.resources),
  };
}
