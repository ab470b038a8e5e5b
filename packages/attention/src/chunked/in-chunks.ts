/** Chunked attention in tf ops: some queries after the others, each with the keys that it may see, and on the way back again. */
import * as tf from '@tensorflow/tfjs-core';
import { allOf, keyMask } from '../masks.js';
import { softmax } from '../normalizers/softmax.js';
import { type Pattern, patternMask, visible } from './pattern.js';

/** What is attended to: query [B,Q,D], keys [B,K,D], values [B,K,V] (0 at padding), mask [B,K], and what `dense` [B or 1,Q,K] allows besides. */
export interface Attended {
  readonly query: tf.Tensor3D;
  readonly keys: tf.Tensor3D;
  readonly values: tf.Tensor3D;
  readonly mask: tf.Tensor2D;
  readonly dense?: tf.Tensor3D | undefined;
}

const chunk = 128; // queries at a time, so [B,128,K] is the largest tensor

/** context [B,Q,V]. Never more than one chunk's weights are in memory, with a tape neither. */
export function inChunks(attended: Attended, scale: number, pattern: Pattern): tf.Tensor3D {
  const Q = attended.query.shape[1];
  const starts = Array.from({ length: Math.ceil(Q / chunk) }, (_, i) => i * chunk);
  const parts = starts.map((start) => attendFrom(attended, scale, pattern, start));
  return parts.length === 1 ? parts[0]! : tf.concat(parts, 1);
}

/** The context of the queries from `start` on. */
function attendFrom(attended: Attended, scale: number, pattern: Pattern, start: number): tf.Tensor3D {
  const { query, keys, values, mask, dense } = attended;
  const [, Q] = query.shape;
  const K = keys.shape[1];
  const positions = Array.from({ length: Math.min(chunk, Q - start) }, (_, i) => K - Q + start + i);
  const count = positions.length;
  const range = {
    from: visible(pattern, positions[0]!, K).from,
    to: visible(pattern, positions[count - 1]!, K).to,
  };
  const seen = (x: tf.Tensor3D) => tf.slice(x, [0, range.from, 0], [-1, range.to - range.from, -1]);
  const masks = [
    keyMask(tf.slice(mask, [0, range.from], [-1, range.to - range.from])),
    patternMask(pattern, positions, K, range),
    dense && tf.slice(dense, [0, start, range.from], [-1, count, range.to - range.from]),
  ].filter((each) => each !== undefined);
  const rows = tf.slice(query, [0, start, 0], [-1, count, -1]);
  return attend(rows, seen(keys), seen(values), allOf(...masks) as tf.Tensor3D, scale);
}

/** softmax(scale·query·keysᵀ)·values; its gradient computes the weights again, in ops that can be differentiated themselves. */
function attend(
  query: tf.Tensor3D,
  keys: tf.Tensor3D,
  values: tf.Tensor3D,
  allowed: tf.Tensor3D,
  scale: number,
): tf.Tensor3D {
  const attention = tf.customGrad((...given) => {
    const [q, k, v, save] = given as unknown as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D, tf.GradSaveFunc];
    save([q, k, v, allowed]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [q, k, v, allowed] = saved as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
      const weights = weightsOf(q, k, allowed, scale);
      const share = tf.mul(weights, tf.matMul(dy, v, false, true));
      const slopes = tf.mul(tf.sub(share, tf.mul(weights, tf.sum(share, -1, true))), scale);
      return [tf.matMul(slopes, k), tf.matMul(slopes, q, true, false), tf.matMul(weights, dy, true, false)];
    };
    return { value: tf.matMul(weightsOf(q, k, allowed, scale), v), gradFunc };
  });
  return attention(query, keys, values) as tf.Tensor3D;
}

/** softmax(scale·query·keysᵀ) [B,Q,K] over the allowed keys. */
export function weightsOf(query: tf.Tensor3D, keys: tf.Tensor3D, allowed: tf.Tensor3D, scale: number): tf.Tensor3D {
  return softmax(tf.mul(tf.matMul(query, keys, false, true), scale), allowed);
}
