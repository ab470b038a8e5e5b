/** Where attention stands before its first step, for scorers and normalisers that only go forward. */
import type { Alignment } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** The weights of the step before [B,Q,K]; before the first step all on the first key, or where `first` [B,1,K] has them. */
export function weightsBefore(
  previous: Alignment | undefined,
  [B, Q, K]: readonly [number, number, number],
  first?: tf.Tensor3D,
): tf.Tensor3D {
  if (previous) return previous.weights;
  const start = first ?? tf.cast(tf.oneHot(tf.zeros([1, 1], 'int32'), K), 'float32');
  return tf.broadcastTo(start, [B, Q, K]) as tf.Tensor3D;
}
