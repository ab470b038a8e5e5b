/** What a query may see by its place alone: everything, nothing ahead, or what is near. */
import * as tf from '@tensorflow/tfjs-core';

/** Queries are the last Q of K positions, as for `causalMask`. */
export interface Pattern {
  /** Whether a query sees nothing beyond its own position. */
  readonly causal: boolean;
  /** Only keys less than this far from the query are seen: with `causal` the last `window` keys, its own among them. */
  readonly window?: number;
}

/** From which key to before which one a query at `position` of `keys` sees. */
export function visible({ causal, window = Infinity }: Pattern, position: number, keys: number): Range {
  return { from: Math.max(0, position - window + 1), to: causal ? position + 1 : Math.min(keys, position + window) };
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What queries at `positions` may see of the keys of a range, [1,positions,range] of dtype bool; undefined where that is everything. */
export function patternMask(
  pattern: Pattern,
  positions: readonly number[],
  keys: number,
  { from, to }: Range = { from: 0, to: keys },
): tf.Tensor3D | undefined {
  const width = to - from;
  const allowed = new Uint8Array(positions.length * width);
  for (const [row, position] of positions.entries()) {
    const seen = visible(pattern, position, keys);
    const [start, end] = [Math.max(seen.from, from), Math.min(seen.to, to)];
    if (start < end) allowed.fill(1, row * width + start - from, row * width + end - from);
  }
  if (!allowed.includes(0)) return undefined;
  return tf.tensor3d(allowed, [1, positions.length, width], 'bool');
}
