/** How chunked attention falls into parts, and which thread does which. */
import type { Kernels } from './load.js';
import { ranges } from './threads/run-all.js';

/** Rows of the batch from `start` on, and of each of them the queries from `first` on. */
export interface Part {
  readonly start: number;
  readonly count: number;
  readonly first: number;
  readonly queries: number;
}

interface Sizes {
  B: number;
  Q: number;
  K: number;
  D: number;
  V: number;
  causal?: boolean;
  window?: number;
}

const wanted = 8; // parts, where the batch alone is fewer
const tile = 64; // queries that a kernel takes together

/** Parts for each thread: rows of the batch, or of few rows some queries each. How rows are divided does not depend on the threads. */
export function dealt(kernels: Kernels, sizes: Sizes): Part[][] {
  const { B, Q, K, D, V } = sizes;
  const work = 2 * B * Q * K * (D + V);
  const blocks = Math.max(1, Math.min(Math.floor(wanted / B), Math.floor(Q / (2 * tile))));
  if (blocks === 1) {
    return ranges(kernels, B, 1, work).map(({ start, count }) => [{ start, count, first: 0, queries: Q }]);
  }
  const size = tile * Math.ceil(Q / blocks / tile);
  const firsts = Array.from({ length: Math.ceil(Q / size) }, (_, i) => i * size);
  const parts = Array.from({ length: B }, (_, start) =>
    firsts.map((first) => ({ start, count: 1, first, queries: Math.min(size, Q - first) })),
  ).flat();
  return shared(parts, ranges(kernels, parts.length, 1, work).length, (part) => cost(part, sizes));
}

/** About how many keys the queries of a part see in all. */
function cost({ first, queries }: Part, { Q, K, causal, window }: Sizes): number {
  return queries * (causal && !window ? K - Q + first + queries / 2 : 1);
}

/** The parts among `count` threads: the costliest first, each to the thread that has least to do. In order for a single one. */
function shared(parts: readonly Part[], count: number, costOf: (part: Part) => number): Part[][] {
  if (count === 1) return [[...parts]];
  const shares = Array.from({ length: count }, () => ({ parts: [] as Part[], cost: 0 }));
  for (const part of parts.toSorted((a, b) => costOf(b) - costOf(a))) {
    const least = shares.reduce((a, b) => (b.cost < a.cost ? b : a));
    least.parts.push(part);
    least.cost += costOf(part);
  }
  return shares.map((share) => share.parts);
}
