import { readFileSync } from 'node:fs';
import { countWords, searchQuery } from '../../memories/search-query';
import type { MemoryServer } from '../../memories/server';
import { type Latency, latencyOf } from '../../report/latency';
import type { Migratable } from '../../serena/plan';

/** What an agent waits for a memory, on each side. */
export interface SideBySide {
  readonly localRead: Latency;
  readonly read: Latency;
  readonly recall: Latency;
}

/** Most memories that are measured, evenly chosen. */
const most = 50;

/** Measures the server against the files. Only calls that succeed at once are a measure, so none is repeated. */
export async function measure(server: MemoryServer, memories: readonly Migratable[]): Promise<SideBySide> {
  const step = Math.max(1, Math.ceil(memories.length / most));
  const sample = memories.filter((_, index) => index % step === 0);
  const counts = countWords(memories.map(({ content }) => content));
  const local = await timesOf(sample, async ({ file }) => readFileSync(file.path));
  const read = await timesOf(sample, ({ place }) => server.once(() => server.read(place)));
  const recall = await timesOf(sample, ({ content, place }) =>
    server.once(() => server.recall(searchQuery(content, counts), place.scope, 5)),
  );
  return { localRead: local, read, recall };
}

async function timesOf(
  sample: readonly Migratable[],
  work: (memory: Migratable) => Promise<unknown>,
): Promise<Latency> {
  const times: number[] = [];
  for (const memory of sample) {
    const started = performance.now();
    await work(memory);
    times.push(performance.now() - started);
  }
  return latencyOf(times);
}
