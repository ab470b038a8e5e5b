/** The LSTM that forgets as much as it takes in. */
import type { Sequence } from '@seqloom/core';
import { chunks } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { GatedLSTMCell } from './gated-lstm-cell.js';
import { between } from './gru-sequence.js';
import type { LSTMCellOptions } from './lstm-cell.js';
import { lstmSequence } from './lstm-sequence.js';
import type { LSTMState } from './lstm-state.js';
import { scanInputs } from './scan-inputs.js';
import type { StepChanges } from './split-cell.js';

/**
 * LSTM with coupled gates (Greff et al., arXiv:1503.04069): i = 1 − f, so c' = f⊙c + (1−f)⊙g; gates in the order f,g,o, forget bias 1. Where the
 * LSTM is fused, this runs as one whose input gate has the opposite weights: 1 − σ(a) = σ(−a).
 */
export class CoupledLSTMCell extends GatedLSTMCell {
  constructor(options: LSTMCellOptions) {
    super('CoupledLSTMCell', options, { count: 3, forget: 0 });
  }

  advance(
    projected: tf.Tensor2D,
    { hidden, cell }: LSTMState,
    { seen = hidden, recurrent = this.recurrent.weight, update }: StepChanges = {},
  ): LSTMState {
    const sums = tf.add<tf.Tensor2D>(projected, tf.matMul(seen, recurrent));
    const [forget, fresh, open] = chunks(sums, 3, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const candidate = tf.tanh(fresh);
    const next = between(tf.sigmoid(forget), cell, update ? update(candidate) : candidate);
    return { hidden: tf.mul(tf.sigmoid(open), tf.tanh(next)), cell: next };
  }

  override scan(
    input: Sequence,
    state: LSTMState,
    reverse = false,
    recurrent: tf.Tensor2D = this.recurrent.weight,
  ): { output: tf.Tensor3D; state: LSTMState } {
    if (!lstmSequence.fused()) return super.scan(input, state, reverse, recurrent);
    this.check('scan', [input.values, `B T ${this.inputSize}`], state);
    const given = scanInputs(this, input.values, input.mask, recurrent);
    const four = { weight: withInputGate(given.weight), bias: withInputGate(given.bias) };
    const inputs = { ...given, ...four, recurrent: withInputGate(recurrent), hidden: state.hidden, cell: state.cell };
    const [output, hidden, cell] = lstmSequence(inputs, { reverse }) as [tf.Tensor3D, tf.Tensor2D, tf.Tensor2D];
    return { output, state: { hidden, cell } };
  }
}

/** What makes the sums of f,g,o [...,3U] → of i,f,g,o [...,4U]. */
function withInputGate(x: tf.Tensor): tf.Tensor {
  const axis = x.rank - 1;
  const forget = chunks(x, 3, axis)[0] as tf.Tensor;
  return tf.concat([tf.neg(forget), x], axis);
}
