/** Recurrence over time, one step after another. */
import type { Sequence } from '@seqloom/core';
import { carry, keepWhere } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { reversedSteps, reverseTime } from './reverse-time.js';

/** x [B,D] and the state → output [B,U] and the next state. */
export type RecurrentStep<S> = (x: tf.Tensor2D, state: S) => { output: tf.Tensor2D; state: S };

/**
 * Runs `step` over input [B,T,D] (finite at padding), the last one first where `reverse` is set: a padded step leaves the state as it was and its
 * output is 0. Returns output [B,T,U], in the places of the input, and the state after each row's last real step in that direction.
 */
export function unroll<S>(
  input: Sequence,
  initial: S,
  step: RecurrentStep<S>,
  reverse = false,
): { output: tf.Tensor3D; state: S } {
  if (reverse) {
    const { output, state } = unroll(reverseTime(input), initial, step);
    return { output: reversedSteps(output), state };
  }
  const real = tf.unstack(input.mask, 1) as tf.Tensor1D[];
  const outputs: tf.Tensor2D[] = [];
  let state = initial;
  for (const [t, x] of stepsOf(input.values).entries()) {
    const next = step(x, state);
    outputs.push(next.output);
    state = carry(real[t] as tf.Tensor1D, next.state, state);
  }
  return { output: keepWhere(input.mask, sequenceOf(outputs)), state };
}

/** x [B,T,D] → T times [B,D]; time comes first on the way, so that a step is one piece of memory. */
export function stepsOf(x: tf.Tensor3D): tf.Tensor2D[] {
  if (x.shape[1] === 1) return [tf.squeeze(x, [1])]; // tfjs' unstack into one piece has no gradient
  return tf.unstack(tf.transpose(x, [1, 0, 2])) as tf.Tensor2D[];
}

/** T times [B,D] → [B,T,D]. */
export function sequenceOf(steps: readonly tf.Tensor2D[]): tf.Tensor3D {
  return tf.transpose(tf.stack([...steps]) as tf.Tensor3D, [1, 0, 2]);
}
