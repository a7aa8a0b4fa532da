import type { Constraint } from '../../../../config/constraint';
import { billionths } from '../../../../config/fields/quantities';

const mebibyte = 1024n * 1024n;
/** Classes, compiled code, threads, the collector and what connections buffer: it has been seen to use half of it. */
const leastBesides = 512n * mebibyte;
const leastLimit = 2n * leastBesides;

/** How Neo4j divides the memory of its container, each in bytes. Together they are the limit. */
export interface Neo4jMemory {
  /** Objects of Java: queries and transactions. */
  readonly heap: bigint;
  /** Parts of the graph's files. */
  readonly pageCache: bigint;
  /** What connections may buffer, of what Java takes besides. */
  readonly direct: bigint;
  /** What is left to Java besides heap and page cache, the buffers among it. */
  readonly besides: bigint;
}

/**
 * Two thirds of what Java does not take besides are its heap, one is the page cache.
 *
 * @param memoryLimit a quantity in bytes, of at least 1Gi
 */
export function neo4jMemory(memoryLimit: string): Neo4jMemory {
  const limit = bytes(memoryLimit);
  // The collector needs more for a larger heap.
  const eighth = limit / 8n;
  const besides = eighth > leastBesides ? eighth : leastBesides;
  const heap = ((limit - besides) * 2n) / 3n;
  return { heap, pageCache: limit - besides - heap, direct: besides / 4n, besides };
}

/** The limit has room for a heap and a page cache beside what Java takes. @param path of the memory limit */
export function neo4jMemoryConstraint(path: readonly PropertyKey[], memoryLimit: string): Constraint {
  return {
    path,
    expected: `at least 1Gi, and it is ${memoryLimit}: Java takes 512Mi of the limit besides its heap and the page cache, or the kernel ends Neo4j`,
    satisfied: bytes(memoryLimit) >= leastLimit,
  };
}

function bytes(quantity: string): bigint {
  return (billionths(quantity) ?? 0n) / 1_000_000_000n;
}
