/** The LSTM recurrence over a whole sequence, as one op. */
import type { Op } from '@seqloom/core';
import { chunks, defineOp } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Direction, unrollProjected } from './projected.js';
import { type SequenceInputs, sequenceInputs, sequenceKernels } from './sequence-kernels.js';

/** What an LSTM carries: its output and its memory, both [B,U]. */
export interface LSTMState {
  readonly hidden: tf.Tensor2D;
  readonly cell: tf.Tensor2D;
}

/** One step: projected x [B,4U] (i,f,g,o), the state and recurrent [U,4U] → the next state. */
export function lstmStep(x: tf.Tensor2D, { hidden, cell }: LSTMState, recurrent: tf.Tensor2D): LSTMState {
  const U = hidden.shape[1];
  const sum = tf.add(x, tf.matMul(hidden, recurrent));
  const [gates, candidate, open] = tf.split(sum, [2 * U, U, U], 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const [input, forget] = chunks(tf.sigmoid(gates), 2, 1) as [tf.Tensor, tf.Tensor];
  const next = tf.add<tf.Tensor2D>(tf.mul(forget, cell), tf.mul(input, tf.tanh(candidate)));
  return { hidden: tf.mul<tf.Tensor2D>(tf.sigmoid(open), tf.tanh(next)), cell: next };
}

/**
 * x [B,T,D], weight [D,4U] (i,f,g,o), bias [4U], recurrent [U,4U], mask [B,T], hidden and cell [B,U] → [output [B,T,U], last hidden,
 * last cell]. What stands at padding is not read.
 */
export const lstmSequence: Op<SequenceInputs | 'cell', Direction> = defineOp({
  name: 'LSTMSequence',
  inputs: [...sequenceInputs, 'cell'],
  outputs: 3,
  workspaces: 2,
  fused: sequenceKernels('lstm', ['cell']),
  composed({ hidden, cell, ...inputs }, direction) {
    const initial = { hidden, cell } as LSTMState;
    const { output, state } = unrollProjected(inputs, direction, initial, (x, previous) => {
      const next = lstmStep(x, previous, inputs.recurrent as tf.Tensor2D);
      return { output: next.hidden, state: next };
    });
    return [output, state.hidden, state.cell];
  },
});
