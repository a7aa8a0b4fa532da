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
