/** Sequences without their padding: what stands between two real steps must not come between them in a convolution. */
import { keepWhere, type Sequence } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** Real steps in succession, behind what came before them. */
export interface RealSteps {
  /** [B,L+T,D]: the past, then the real steps of each row, then as many zeros as it has padded ones. */
  readonly seen: tf.Tensor3D;
  /** The last L real steps [B,L,D], the past included: the past of what follows. */
  readonly past: tf.Tensor3D;
  /** y [B,T,U], one row for each of the T last places of `seen`, → the same at the places of the input, 0 at padding. */
  restore(y: tf.Tensor3D): tf.Tensor3D;
}

/** input [B,T,D] and past [B,L,D], the steps before the first one, the oldest first. */
export function realSteps({ values, mask }: Sequence, past: tf.Tensor3D): RealSteps {
  const [B, T] = mask.shape;
  const L = past.shape[1];
  const real = tf.cast(mask, 'int32');
  const count = tf.sum(real, 1, true); // [B,1]
  const places = placesOf(real, count);
  const packed = rowsAt(keepWhere(mask, values), inverse(places), T);
  const seen = L === 0 ? packed : tf.concat([past, packed], 1);
  const last = tf.add(tf.reshape(tf.range(0, L, 1, 'int32'), [1, L]), tf.add(count, rowStarts(B, L + T)));
  return {
    seen,
    past: L === 0 ? past : rowsAt(seen, tf.reshape(last, [-1]) as tf.Tensor1D, L),
    restore: (y) => keepWhere(mask, rowsAt(y, places, T)),
  };
}

/** Where each step goes, as a row of [B·T]: real ones to the front in their order, the others behind them. */
function placesOf(real: tf.Tensor2D, count: tf.Tensor): tf.Tensor1D {
  const [B, T] = real.shape;
  const front = tf.cumsum(real, 1, true);
  const behind = tf.add(count, tf.cumsum(tf.sub(tf.onesLike(real), real), 1, true));
  const place = tf.add(tf.mul(real, front), tf.mul(tf.sub(tf.onesLike(real), real), behind));
  return tf.reshape(tf.add(place, rowStarts(B, T)), [-1]);
}

/** The permutation that undoes one. */
function inverse(places: tf.Tensor1D): tf.Tensor1D {
  const N = places.size;
  return tf.scatterND(tf.reshape(places, [N, 1]), tf.range(0, N, 1, 'int32'), [N]) as tf.Tensor1D;
}

/** [B,1]: 0, T, 2T… */
function rowStarts(B: number, T: number): tf.Tensor2D {
  return tf.reshape(tf.mul(tf.range(0, B, 1, 'int32'), tf.scalar(T, 'int32')), [B, 1]);
}

/** The rows of x [B,·,D] with these numbers, counted over all of x, as [B,length,D]. */
function rowsAt(x: tf.Tensor3D, rows: tf.Tensor1D, length: number): tf.Tensor3D {
  const [B, T, D] = x.shape;
  return tf.reshape(tf.gather(tf.reshape(x, [B * T, D]), rows), [B, length, D]);
}
