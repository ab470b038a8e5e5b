/** Exact attention over long inputs, tile by tile, without its weights in memory: forward and backward. */
import { dealt, type Part } from './chunked-attention-parts.js';
import { binary } from './elementwise.js';
import type { Kernels } from './load.js';
import { floats, integers, type KernelMemory, scope } from './memory.js';
import { type Call, runAll } from './threads/run-all.js';

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
  runInParts(kernels, 'chunkedAttention', { ...attention, ...outputs });
}

/** The gradients, from what the way there wrote; weights are computed again. */
export function chunkedAttentionGradient(
  kernels: Kernels,
  attention: ChunkedAttention,
  given: Required<ChunkedAttentionOutputs> & ChunkedAttentionGradients,
): void {
  runInParts(kernels, 'chunkedAttentionGradient', { ...attention, ...given });
}

type Kernel = 'chunkedAttention' | 'chunkedAttentionGradient';
type Places = ChunkedAttention & ChunkedAttentionOutputs & Partial<ChunkedAttentionGradients>;

const workspaces = {
  chunkedAttention: 'chunkedWorkspace',
  chunkedAttentionGradient: 'chunkedGradientWorkspace',
} as const;

/** A piece of work. */
interface Task extends Part {
  /** Whether gradients of keys and values are added to those of the queries before. */
  accumulate?: boolean;
  /** Where they go instead: what other threads make at the same time is added up afterwards. */
  own?: { dKeys: number; dValues: number };
}

/** Each thread does its share; sums over queries are put together in the order of the queries, so that threads change no bit. */
function runInParts(kernels: Kernels, kernel: Kernel, places: Places): void {
  scope(kernels.memory, (allocate) => {
    const shares = dealt(kernels, places);
    const { K, D, V } = places;
    const task = (part: Part): Task => {
      if (kernel === 'chunkedAttention' || part.first === 0) return part;
      if (shares.length === 1) return { ...part, accumulate: true };
      return { ...part, own: { dKeys: allocate(4 * K * D), dValues: allocate(4 * K * V) } };
    };
    const tasks = shares.map((parts) => parts.map(task));
    runAll(
      kernels,
      tasks.map((each) => callFor(kernels, allocate, kernel, places, each)),
    );
    for (const each of tasks.flat().sort((a, b) => a.first - b.first)) addUp(kernels, places, each);
  });
}

/** Adds the gradients of keys and values that some queries of a sequence made to those of the queries before. */
function addUp(kernels: Kernels, { K, D, V, dKeys = 0, dValues = 0 }: Places, { start, own }: Task): void {
  if (!own) return;
  for (const [sum, more, width] of [
    [dKeys, own.dKeys, D],
    [dValues, own.dValues, V],
  ] as const) {
    const columns = K * width;
    const out = sum + 4 * columns * start;
    const row = (pointer: number) => ({ pointer, row: columns, column: 1 }) as const;
    binary(kernels, 'add', { a: row(out), b: row(more), out, rows: 1, columns });
  }
}

/** Bytes of a `Work` in assembly/attention/work.ts, with room for what the kernel adds. */
const workBytes = 256;

/** One call for the tasks of a thread, chained, in one workspace. */
function callFor(
  { exports, memory }: Kernels,
  allocate: (bytes: number) => number,
  kernel: Kernel,
  places: Places,
  tasks: readonly Task[],
): Call {
  const works = tasks.map(() => allocate(workBytes));
  const write = (workspace: number) => {
    for (const [i, task] of tasks.entries()) writeWork(memory, works[i]!, places, task, workspace, works[i + 1] ?? 0);
  };
  write(0);
  write(allocate(exports[workspaces[kernel]](works[0]!) >>> 0));
  return { kernel, parameters: [works[0]!] };
}

/** Writes the fields of a `Work` that describe a task. */
function writeWork(
  memory: KernelMemory,
  work: number,
  places: Places,
  { start, count, first, queries, accumulate = false, own }: Task,
  workspace: number,
  next: number,
): void {
  const { Q, K, D, V, scale, causal = false, window = 0, pattern } = places;
  const from = (pointer: number | undefined, size: number) => (pointer ? pointer + start * size : 0);
  const patternStep = pattern && !pattern.shared ? Q * K : 0;
  const sizes = [count, Q, K, D, V, Number(causal), Math.min(window, Q + K), patternStep];
  const pointers = [
    ...[from(places.query, 4 * Q * D), from(places.keys, 4 * K * D), from(places.values, 4 * K * V)],
    ...[from(places.mask, K), from(pattern?.pointer, patternStep)],
    ...[from(places.context, 4 * Q * V), from(places.shifts, 8 * Q), from(places.dContext, 4 * Q * V)],
    from(places.dQuery, 4 * Q * D),
    ...[own?.dKeys ?? from(places.dKeys, 4 * K * D), own?.dValues ?? from(places.dValues, 4 * K * V)],
  ];
  const fields = [...sizes, first, queries, Number(accumulate), 0, ...pointers, workspace, next];
  integers(memory, work, fields.length).set(fields);
  floats(memory, work, sizes.length + 4)[sizes.length + 3] = scale;
}
