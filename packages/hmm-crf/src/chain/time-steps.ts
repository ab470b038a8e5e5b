/** A tensor's time steps. */
import * as tf from '@tensorflow/tfjs-core';

/** [B,T,…] → T tensors [B,…]. A single step is a slice of its own: tfjs' gradient of `unstack` fails on one output. */
export function timeSteps(x: tf.Tensor): tf.Tensor[] {
  return x.shape[1] === 1 ? [tf.squeeze(x, [1])] : tf.unstack(x, 1);
}
