import { z } from 'zod';
import type { JobEnd } from '../../../cluster/job';

/** Numbers of things by their names, by the names of the stores that have them. */
const counts = z.record(z.string(), z.record(z.string(), z.number()));

/** What a backup says of itself in the last line of its log. */
const made = z.object({
  action: z.literal('backup'),
  ok: z.literal(true),
  time: z.string(),
  snapshot: z.string(),
  counts,
  bytes: z.number(),
  added: z.number(),
  kept: z.number(),
  warnings: z.array(z.string()),
});

/** What a restore or a drill says. */
const loaded = z.object({
  action: z.enum(['restore', 'drill']),
  ok: z.literal(true),
  snapshot: z.string(),
  made: z.string(),
  counts,
});

/** What a list of backups says, the oldest first. */
const listed = z.object({
  action: z.literal('list'),
  ok: z.literal(true),
  backups: z.array(
    z.object({
      short_id: z.string(),
      time: z.string(),
      hostname: z.string(),
      tags: z.array(z.string()).optional(),
    }),
  ),
});

/** What a run says that has failed. */
const failed = z.object({ ok: z.literal(false), why: z.string(), overwrites: counts.optional() });

export type Counts = z.infer<typeof counts>;
export type Made = z.infer<typeof made>;
export type Loaded = z.infer<typeof loaded>;
export type Listed = z.infer<typeof listed>['backups'];

/** The answer of a backup; undefined where the line is none. */
export function madeBy(line: string | undefined): Made | undefined {
  return read(made, line);
}

export function loadedBy(line: string | undefined): Loaded | undefined {
  return read(loaded, line);
}

export function listedBy(line: string | undefined): Listed | undefined {
  return read(listed, line)?.backups;
}

/** What a restore would have overwritten, where it has refused to. */
export function wouldOverwrite(line: string | undefined): Counts | undefined {
  return read(failed, line)?.overwrites;
}

/** Why a run has failed, in words: its own where it left some, and those of the cluster. */
export function whyFailed({ lastLine, reason }: Pick<JobEnd, 'lastLine' | 'reason'>): string {
  const said = read(failed, lastLine)?.why ?? lastLine ?? 'it left no log';
  return [reason, said].filter(Boolean).join('; ');
}

/** A number of bytes in words, such as `1.2 GiB`. */
export function bytesInWords(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const index = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** index;
  return `${index === 0 ? value : value.toFixed(1)} ${units[index]}`;
}

/** What stores have, in words. A thing with no number of its own is there or not. */
export function countsInWords(all: Counts): string {
  const stores = Object.entries(all).map(([store, things]) => {
    const words = Object.entries(things).map(([name, count]) => (count > 0 ? `${name} with ${count}` : name));
    return `${store}: ${words.length === 0 ? 'nothing' : words.join(', ')}`;
  });
  return stores.join('; ');
}

function read<T>(schema: z.ZodType<T>, line: string | undefined): T | undefined {
  try {
    return schema.parse(JSON.parse(line ?? ''));
  } catch {
    return undefined;
  }
}
