/**
 * One call of chunked attention over a batch of sequences (or of heads), and its memory. The wrapper in src/chunked-attention.ts writes the fields
 * down to `next` in this order; what lies below is laid out by `layOut`.
 */
import { COLUMNS, packedSizeB, ROWS } from '../packing';

/** Queries and keys of a tile: with 64 features a tile and its factors stay in the first-level cache. */
export const TILE: i32 = 64;

@unmanaged
export class Work {
  batch: i32;
  Q: i32;
  K: i32;
  D: i32;
  V: i32;
  /** Whether no query sees beyond its own position; the queries are the last Q positions. */
  causal: i32;
  /** Only keys less than this far from the query are seen; 0: all. */
  window: i32;
  /** Bytes from the pattern of one sequence to that of the next, 0 where they share one. */
  patternStep: i32;
  /** Of each sequence the queries from `first` on, so many. */
  first: i32;
  count: i32;
  /** Whether gradients of keys and values are added to what is there, as those of other queries are. */
  accumulate: i32;
  /** energy = scale·query·key */
  scale: f32;

  /** query [B,Q,D], keys [B,K,D], values [B,K,V], mask [B,K] bytes, pattern [B or 1,Q,K] bytes or 0. */
  query: usize;
  keys: usize;
  values: usize;
  mask: usize;
  pattern: usize;
  /** context [B,Q,V]; shifts [B,Q,2]: of each query the largest energy, in base 2, and 1/Σ 2^(energy − it), together its log-sum-exp. */
  context: usize;
  shifts: usize;
  /** For the way back, in the shapes of what they belong to. */
  dContext: usize;
  dQuery: usize;
  dKeys: usize;
  dValues: usize;
  workspace: usize;
  /** What this thread does next, or 0. */
  next: usize;

  /** How many keys of the sequence are real; only these are packed, one after another. */
  real: i32;
  /** int32 [K+1]: how many keys before this one are real; [K]: where the real keys stand. */
  ranks: usize;
  positions: usize;
  /** Left factors, tile by tile: keys [·,D] and [D,·], values [·,V] and [V,·]. */
  keyRows: usize;
  keyColumns: usize;
  valueRows: usize;
  valueColumns: usize;
  /** Gradients of the real keys and values. */
  keyErrors: usize;
  valueErrors: usize;
  /** Rows of a tile as they come: keys, values or queries, and d(context). */
  rows: usize;
  errors: usize;
  /** Right factors: queries [D,·] and [·,D], d(context) [V,·] and [·,V]. */
  queryColumns: usize;
  queryRows: usize;
  errorColumns: usize;
  errorRows: usize;
  /** For each eight queries of a tile [keys,8]: energies, then weights; and their gradients; and both as left factors [keys,queries]. */
  weights: usize;
  slopes: usize;
  weightRows: usize;
  slopeRows: usize;
  /** For each eight queries [V,8] and [D,8]: sums of values, gradients of queries. */
  sums: usize;
  queryErrors: usize;
  /** For each query of a tile: largest energy, Σ 2^(energy − it), Σ context·d(context), and the first and the end of the real keys that it sees. */
  tops: usize;
  totals: usize;
  means: usize;
  from: usize;
  to: usize;
  /** Scratch of `packedProduct`. */
  corner: usize;
  end: usize;
}

/** The address of the float or integer with this index. */
@inline
export function at(pointer: usize, index: i32): usize {
  return pointer + (<usize>index << 2);
}

/** Rows that fill whole panels of a left factor. */
@inline
export function fullRows(rows: i32): i32 {
  return (rows + ROWS - 1) & -ROWS;
}

/** Panels of eight queries. */
@inline
export function panelCount(queries: i32): i32 {
  return (queries + COLUMNS - 1) / COLUMNS;
}

/** Lays out what the way there needs and returns how many bytes that is, wherever it begins. */
export function layOutForward(work: Work, base: usize): usize {
  const keys = fullRows(work.K);
  layOutShared(work, base);
  work.valueColumns = take(work, keys * work.V);
  work.sums = take(work, TILE * work.V);
  work.totals = take(work, TILE);
  return work.end - base + 64;
}

/** The same for the way back. */
export function layOutBackward(work: Work, base: usize): usize {
  const keys = fullRows(work.K);
  layOutShared(work, base);
  work.keyColumns = take(work, keys * work.D);
  work.valueRows = take(work, keys * work.V);
  work.keyErrors = take(work, keys * work.D);
  work.valueErrors = take(work, keys * work.V);
  work.errors = take(work, TILE * work.V);
  work.errorColumns = take(work, TILE * work.V);
  work.queryRows = take(work, <i32>(packedSizeB(work.D, TILE) >> 2));
  work.errorRows = take(work, <i32>(packedSizeB(work.V, TILE) >> 2));
  work.slopes = take(work, TILE * TILE);
  work.weightRows = take(work, TILE * TILE);
  work.slopeRows = take(work, TILE * TILE);
  work.queryErrors = take(work, TILE * work.D);
  work.means = take(work, TILE);
  return work.end - base + 64;
}

function layOutShared(work: Work, base: usize): void {
  work.end = lines(base);
  work.corner = take(work, ROWS * COLUMNS);
  work.tops = take(work, TILE);
  work.from = take(work, TILE);
  work.to = take(work, TILE);
  work.ranks = take(work, work.K + 1);
  work.positions = take(work, work.K);
  work.keyRows = take(work, fullRows(work.K) * work.D);
  work.rows = take(work, TILE * max(work.D, work.V));
  work.queryColumns = take(work, TILE * work.D);
  work.weights = take(work, TILE * TILE);
}

/** Bytes up to the end of a cache line: four floats that lie in two lines take twice the time, and tfjs' heap does not care. */
@inline
function lines(bytes: usize): usize {
  return (bytes + 63) & ~63;
}

/** Memory for `count` floats. */
function take(work: Work, count: i32): usize {
  const start = work.end;
  work.end += lines(<usize>count << 2);
  return start;
}
