/** Draws from categorical distributions. */
import type { Rng } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** One index per distribution: logits […,N] → […] int32, by the Gumbel trick, so that nothing need be read from the backend. */
export function drawIndices(logits: tf.Tensor, rng: Rng): tf.Tensor {
  const open = 2 ** -33; // uniform() draws from [0, 1): moved into the open interval, both logarithms are finite
  const noise = Float32Array.from({ length: logits.size }, () => -Math.log(-Math.log(rng.uniform() + open)));
  return tf.tidy(() => tf.argMax(tf.add(logits, tf.tensor(noise, logits.shape)), -1));
}
