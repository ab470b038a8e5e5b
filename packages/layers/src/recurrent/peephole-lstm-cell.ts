/** The LSTM whose gates look at the memory. */
import { parameter, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { GatedLSTMCell } from './gated-lstm-cell.js';
import type { LSTMCellOptions } from './lstm-cell.js';
import type { LSTMState } from './lstm-state.js';
import type { StepChanges } from './split-cell.js';

/**
 * LSTM with peepholes (Gers and Schmidhuber 2000): i and f add p⊙c_{t−1} to their sums, o adds p⊙c_t; gates in the order i,f,g,o, forget
 * bias 1. The peepholes [3,U] (i,f,o; ONNX has i,o,f) start at 0: as the plain LSTM.
 */
export class PeepholeLSTMCell extends GatedLSTMCell {
  readonly peepholes: tf.Variable<tf.Rank.R2>;

  constructor(options: LSTMCellOptions) {
    super('PeepholeLSTMCell', options, { count: 4, forget: 1 });
    this.peepholes = parameter([3, this.outputSize], zeros);
  }

  advance(
    projected: tf.Tensor2D,
    { hidden, cell }: LSTMState,
    { seen = hidden, recurrent = this.recurrent.weight, update }: StepChanges = {},
  ): LSTMState {
    const U = this.outputSize;
    const [early, late] = tf.split(this.peepholes as tf.Tensor2D, [2, 1]) as [tf.Tensor2D, tf.Tensor2D];
    const sums = tf.add(projected, tf.matMul(seen, recurrent));
    const [gates, fresh, open] = tf.split(sums, [2 * U, U, U], 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const looked = tf.mul(tf.concat([cell, cell], 1), tf.reshape(early, [1, 2 * U]));
    const [input, forget] = tf.split(tf.sigmoid(tf.add(gates, looked)), 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    const candidate = tf.tanh(fresh);
    const next = tf.add<tf.Tensor2D>(tf.mul(forget, cell), tf.mul(input, update ? update(candidate) : candidate));
    const output = tf.sigmoid(tf.add(open, tf.mul(next, late)));
    return { hidden: tf.mul(output, tf.tanh(next)), cell: next };
  }
}
