import { z } from 'zod';

/** What a backup says of itself in the last line of its log. */
const made = z.object({
  backup: z.string(),
  collections: z.record(z.string(), z.number()),
  points: z.number(),
  bytes: z.number(),
  aliases: z.number(),
  removed: z.array(z.string()),
  kept: z.number(),
  warnings: z.array(z.string()),
});

/** What a restore says. */
const restored = z.object({
  restored: z.string(),
  collections: z.record(z.string(), z.number()),
  points: z.number(),
  aliases: z.record(z.string(), z.string()),
});

/** What a list of backups says, the newest first. */
const listed = z.object({
  backups: z.array(
    z.object({
      backup: z.string(),
      collections: z.record(z.string(), z.number()),
      aliases: z.number(),
      bytes: z.number(),
    }),
  ),
});

export type Made = z.infer<typeof made>;
export type Restored = z.infer<typeof restored>;
export type Listed = z.infer<typeof listed>['backups'];

/** The answer of a backup; undefined where the line is none. */
export function madeBy(line: string | undefined): Made | undefined {
  return read(made, line);
}

export function restoredBy(line: string | undefined): Restored | undefined {
  return read(restored, line);
}

export function listedBy(line: string | undefined): Listed | undefined {
  return read(listed, line)?.backups;
}

/** What a restore would have overwritten, where it has refused to. */
export function wouldOverwrite(line: string | undefined): string | undefined {
  return /^restore failed: OVERWRITE=1 is not set, and this would be overwritten: (.+)$/.exec(line ?? '')?.[1];
}

/** When a backup was begun, by its stamp, such as 20261121T024300Z. */
export function dateOf(stamp: string): Date {
  return new Date(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

/** A number of bytes in words, such as `1.2 GiB`. */
export function bytesInWords(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const index = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** index;
  return `${index === 0 ? value : value.toFixed(1)} ${units[index]}`;
}

/** Collections with their numbers of points, in words. */
export function contentInWords(collections: Readonly<Record<string, number>>): string {
  const names = Object.entries(collections).map(([name, points]) => `${name} with ${counted(points, 'point')}`);
  return names.length === 0 ? 'no collections' : names.join(', ');
}

/** A number of things in words. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : /s$/.test(thing) ? 'es' : 's'}`;
}

function read<T>(schema: z.ZodType<T>, line: string | undefined): T | undefined {
  try {
    return schema.parse(JSON.parse(line ?? ''));
  } catch {
    return undefined;
  }
}
