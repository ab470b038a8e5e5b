/** Exact attention over long inputs, tile by tile, without its weights in memory: forward and backward. */
import type { Kernels } from './load.js';
import { floats, integers, scope } from './memory.js';
import { type Call, type Range, ranges, runAll } from './threads/run-all.js';

export interface ChunkedAttentionExports {
  chunkedAttention(call: number): void;
  chunkedAttentionGradient(call: number): void;
  chunkedWorkspace(call: number): number;
  chunkedGradientWorkspace(call: number): number;
}

/** Sizes, what may be seen, and pointers to what both directions read. */
export interface ChunkedAttention {
  B: number;
  Q: number;
  K: number;
  D: number;
  V: number;
  /** energy = scale·query·key */
  scale: number;
  /** Whether no query sees beyond its own position; the queries are the last Q ≤ K positions. */
  causal?: boolean;
  /** Only keys less than this far from the query are seen. */
  window?: number;
  /** [B,Q,D] */
  query: number;
  /** [B,K,D]; masked rows are not read. */
  keys: number;
  /** [B,K,V]; masked rows are not read. */
  values: number;
  /** [B,K] bytes, 1 = real. */
  mask: number;
  /** What each query may see besides: bytes [B,Q,K], or [Q,K] where all of the batch share it. */
  pattern?: { pointer: number; shared: boolean };
}

/** Pointers to what the way there writes. */
export interface ChunkedAttentionOutputs {
  /** [B,Q,V]; zeros for a query that sees no key. */
  context: number;
  /** [B,Q,2], for the way back: the largest energy of each query (times log₂e) and 1/Σ exp(energy − it), which together are its log-sum-exp without its rounding. */
  shifts?: number;
}

/** Pointers to d(context) [B,Q,V] and to the gradients, in the shapes of what they belong to; they are 0 at masked keys. */
export interface ChunkedAttentionGradients {
  dContext: number;
  dQuery: number;
  dKeys: number;
  dValues: number;
}

/** context = softmax(scale·query·keysᵀ)·values over the keys that each query sees; memory beyond the outputs grows with K, not with Q·K. arXiv:2205.14135 */
export function chunkedAttention(
  kernels: Kernels,
  attention: ChunkedAttention,
  outputs: ChunkedAttentionOutputs,
): void {
  runByBatch(kernels, 'chunkedAttention', { ...attention, ...outputs });
}

/** The gradients, from what the way there wrote; weights are computed again. */
export function chunkedAttentionGradient(
  kernels: Kernels,
  attention: ChunkedAttention,
  given: Required<ChunkedAttentionOutputs> & ChunkedAttentionGradients,
): void {
  runByBatch(kernels, 'chunkedAttentionGradient', { ...attention, ...given });
}

type Kernel = 'chunkedAttention' | 'chunkedAttentionGradient';
type Places = ChunkedAttention & ChunkedAttentionOutputs & Partial<ChunkedAttentionGradients>;

const workspaces = {
  chunkedAttention: 'chunkedWorkspace',
  chunkedAttentionGradient: 'chunkedGradientWorkspace',
} as const;

/** Rows of the batch share nothing, so that threads change no bit. */
function runByBatch(kernels: Kernels, kernel: Kernel, places: Places): void {
  const { B, Q, K, D, V } = places;
  scope(kernels.memory, (allocate) => {
    const parts = ranges(kernels, B, 1, 2 * B * Q * K * (D + V));
    runAll(
      kernels,
      parts.map((part) => callFor(kernels, allocate, kernel, places, part)),
    );
  });
}

/** Bytes of a `Work` in assembly/attention/work.ts, with room for what the kernel adds. */
const workBytes = 256;

/** Writes the fields of a `Work` that describe one part of the batch. */
function callFor(
  { exports, memory }: Kernels,
  allocate: (bytes: number) => number,
  kernel: Kernel,
  places: Places,
  { start, count }: Range,
): Call {
  const { Q, K, D, V, scale, causal = false, window = 0, pattern } = places;
  const from = (pointer: number | undefined, size: number) => (pointer ? pointer + start * size : 0);
  const patternStep = pattern && !pattern.shared ? Q * K : 0;
  const pointers = [
    ...[from(places.query, 4 * Q * D), from(places.keys, 4 * K * D), from(places.values, 4 * K * V)],
    ...[from(places.mask, K), from(pattern?.pointer, patternStep)],
    ...[from(places.context, 4 * Q * V), from(places.shifts, 8 * Q), from(places.dContext, 4 * Q * V)],
    ...[from(places.dQuery, 4 * Q * D), from(places.dKeys, 4 * K * D), from(places.dValues, 4 * K * V)],
  ];
  const sizes = [count, Q, K, D, V, Number(causal), Math.min(window, Q + K), patternStep];
  const work = allocate(workBytes);
  const workspacePlace = sizes.length + 1 + pointers.length;
  integers(memory, work, workspacePlace).set([...sizes, 0, ...pointers]);
  floats(memory, work, sizes.length + 1)[sizes.length] = scale;
  const workspace = allocate(exports[workspaces[kernel]](work) >>> 0);
  integers(memory, work, workspacePlace + 1)[workspacePlace] = workspace;
  return { kernel, parameters: [work] };
}
