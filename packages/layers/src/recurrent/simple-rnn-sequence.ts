/** The simple recurrence over a whole sequence, as one op. */
import type { Op } from '@seqloom/core';
import { defineOp } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { simpleRNNKernels } from './sequence-kernels.js';
import { unroll } from './unroll.js';

export type Activation = 'tanh' | 'relu';

/** One step: projected x [B,U] and h [B,U] → activation(x + h·recurrent) [B,U]. */
export function simpleRNNStep(
  x: tf.Tensor2D,
  hidden: tf.Tensor2D,
  recurrent: tf.Tensor2D,
  activation: Activation,
): tf.Tensor2D {
  const sum = tf.add<tf.Tensor2D>(x, tf.matMul(hidden, recurrent));
  return activation === 'tanh' ? tf.tanh(sum) : tf.relu(sum);
}

/** projected [B,T,U] (bias included), recurrent [U,U], mask [B,T], hidden [B,U] → [output [B,T,U], last hidden [B,U]]. */
export const simpleRNNSequence: Op<'projected' | 'recurrent' | 'mask' | 'hidden', { activation: Activation }> =
  defineOp({
    name: 'SimpleRNNSequence',
    inputs: ['projected', 'recurrent', 'mask', 'hidden'],
    outputs: 2,
    workspaces: 1,
    fused: simpleRNNKernels,
    composed({ projected, recurrent, mask, hidden }, { activation }) {
      const { output, state } = unroll(
        { values: projected as tf.Tensor3D, mask: mask as tf.Tensor2D },
        hidden as tf.Tensor2D,
        (x, previous) => {
          const next = simpleRNNStep(x, previous, recurrent as tf.Tensor2D, activation);
          return { output: next, state: next };
        },
      );
      return [output, state];
    },
  });
