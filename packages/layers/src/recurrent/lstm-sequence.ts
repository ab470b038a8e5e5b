/** The LSTM recurrence over a whole sequence, as one op. */
import type { Op } from '@seqloom/core';
import { chunks, defineOp } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LSTMState } from './lstm-state.js';
import { type Direction, unrollProjected } from './projected.js';
import { type SequenceInputs, sequenceInputs, sequenceKernels } from './sequence-kernels.js';
import type { StepChanges } from './split-cell.js';

/** One step: projected x [B,4U] (i,f,g,o), the state and recurrent [U,4U] → the next state. */
export function lstmStep(
  x: tf.Tensor2D,
  { hidden, cell }: LSTMState,
  recurrent: tf.Tensor2D,
  { seen = hidden, update }: StepChanges = {},
): LSTMState {
  const { memory, open } = lstmMemory(tf.add(x, tf.matMul(seen, recurrent)), cell, update);
  return { hidden: tf.mul<tf.Tensor2D>(open, tf.tanh(memory)), cell: memory };
}

/** sums [B,4U] (i,f,g,o) and the memory before [B,U] → the memory σ(f)⊙c + σ(i)⊙tanh(g), and σ(o). */
export function lstmMemory(
  sums: tf.Tensor2D,
  cell: tf.Tensor2D,
  update: StepChanges['update'],
): { memory: tf.Tensor2D; open: tf.Tensor2D } {
  const U = cell.shape[1];
  const [gates, fresh, open] = tf.split(sums, [2 * U, U, U], 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const [input, forget] = chunks(tf.sigmoid(gates), 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  const candidate = tf.tanh(fresh);
  const taken = tf.mul(input, update ? update(candidate) : candidate);
  return { memory: tf.add(tf.mul(forget, cell), taken), open: tf.sigmoid(open) };
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
