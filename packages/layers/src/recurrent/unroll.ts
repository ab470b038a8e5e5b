/** Recurrence over time, one step after another. */
import type { Sequence } from '@seqloom/core';
import { carry, keepWhere } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Runs `step` over input [B,T,D] (finite at padding): a padded step leaves the state as it was and its output is 0.
 * Returns output [B,T,U] and the state after each row's last real step.
 */
export function unroll<S>(
  { values, mask }: Sequence,
  initial: S,
  step: (x: tf.Tensor2D, state: S) => { output: tf.Tensor2D; state: S },
): { output: tf.Tensor3D; state: S } {
  const real = tf.unstack(mask, 1) as tf.Tensor1D[];
  const outputs: tf.Tensor2D[] = [];
  let state = initial;
  for (const [t, x] of (tf.unstack(values, 1) as tf.Tensor2D[]).entries()) {
    const next = step(x, state);
    outputs.push(next.output);
    state = carry(real[t] as tf.Tensor1D, next.state, state);
  }
  return { output: keepWhere(mask, tf.stack(outputs, 1) as tf.Tensor3D), state };
}
