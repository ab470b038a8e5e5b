/** The simple recurrence over a whole sequence, as one op. */
import type { Op } from '@seqloom/core';
import { defineOp } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Direction, unrollProjected } from './projected.js';
import { type SequenceInputs, sequenceInputs, sequenceKernels } from './sequence-kernels.js';

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

/**
 * x [B,T,D], weight [D,U], bias [U], recurrent [U,U], mask [B,T], hidden [B,U] → [output [B,T,U], last hidden [B,U]]. What stands at
 * padding is not read.
 */
export const simpleRNNSequence: Op<SequenceInputs, Direction & { activation: Activation }> = defineOp({
  name: 'SimpleRNNSequence',
  inputs: sequenceInputs,
  outputs: 2,
  fused: sequenceKernels<never>(({ activation }) => (activation === 'relu' ? 'simpleRelu' : 'simpleTanh')),
  composed(inputs, { activation, ...direction }) {
    const { output, state } = unrollProjected(inputs, direction, inputs.hidden as tf.Tensor2D, (x, previous) => {
      const next = simpleRNNStep(x, previous, inputs.recurrent as tf.Tensor2D, activation);
      return { output: next, state: next };
    });
    return [output, state];
  },
});
