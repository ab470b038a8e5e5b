/** What a query may see by its place alone: everything, nothing ahead, or what is near. */
import { type AttendOptions, asMask, type Memory } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { allOf, keyMask } from '../masks.js';

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

/** Attention with a pattern of its own. What is around it has to know, as heads with biases do, which queries see no key at all. */
export interface Patterned {
  /** [B,Q] of the key mask [B,K] and what may be masked besides, [Q,K] or [B,Q,K]. */
  seesAnything(queries: number, keys: tf.Tensor2D, mask?: tf.Tensor): tf.Tensor2D;
}

/** What may be asked of weights besides the pattern. */
export type WeightsOptions = Pick<AttendOptions, 'mask'>;

/** Attention that does not hand out all weights, but those of chosen queries. */
export interface ShowsWeights<Keys = tf.Tensor3D> {
  /** The weights of chosen queries, [B,rows,K]; of all unless told. */
  weights(query: tf.Tensor3D, memory: Memory<Keys>, rows?: readonly number[], options?: WeightsOptions): tf.Tensor3D;
}

/** Which queries have an allowed key, [B,Q]: by the key mask [B,K], another mask [Q,K] or [B,Q,K], and a pattern. Takes no [Q,K] where there is no other mask. */
export function seesAnything(
  queries: number,
  keys: tf.Tensor2D,
  mask?: tf.Tensor,
  pattern: Pattern = { causal: false },
): tf.Tensor2D {
  const [B, K] = keys.shape;
  const positions = Array.from({ length: queries }, (_, q) => K - queries + q);
  if (mask) {
    const masks = [keyMask(keys), mask, patternMask(pattern, positions, K)].filter((each) => each !== undefined);
    return tf.broadcastTo(tf.any(allOf(...masks), -1), [B, queries]) as tf.Tensor2D;
  }
  const before = tf.pad(tf.cumsum(tf.cast(asMask(keys), 'float32'), 1), [
    [0, 0],
    [1, 0],
  ]); // [B,K+1]: real keys before each
  const ranges = positions.map((position) => visible(pattern, position, K));
  const at = (end: 'from' | 'to') =>
    tf.gather(
      before,
      tf.tensor1d(
        ranges.map((range) => Math.max(0, range[end])),
        'int32',
      ),
      1,
    );
  return tf.greater(at('to'), at('from'));
}
