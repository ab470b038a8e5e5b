/** The LSTM recurrence over a whole sequence, as one op. */
import type { Op } from '@seqloom/core';
import { chunks, defineOp } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { lstmKernels } from './sequence-kernels.js';
import { unroll } from './unroll.js';

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

/** projected [B,T,4U] (i,f,g,o; bias included), recurrent [U,4U], mask [B,T], hidden and cell [B,U] → [output [B,T,U], last hidden, last cell]. */
export const lstmSequence: Op<'projected' | 'recurrent' | 'mask' | 'hidden' | 'cell', Record<string, never>> = defineOp(
  {
    name: 'LSTMSequence',
    inputs: ['projected', 'recurrent', 'mask', 'hidden', 'cell'],
    outputs: 3,
    workspaces: 3,
    fused: lstmKernels,
    composed({ projected, recurrent, mask, hidden, cell }) {
      const { output, state } = unroll(
        { values: projected as tf.Tensor3D, mask: mask as tf.Tensor2D },
        { hidden, cell } as LSTMState,
        (x, previous) => {
          const next = lstmStep(x, previous, recurrent as tf.Tensor2D);
          return { output: next.hidden, state: next };
        },
      );
      return [output, state.hidden, state.cell];
    },
  },
);
