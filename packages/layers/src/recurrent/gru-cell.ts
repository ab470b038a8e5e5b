/** The gated recurrent unit, with its reset gate after or before the recurrent matrix product. */
import type { Rng, Sequence } from '@seqloom/core';
import { count, dims, knownOptions, Module, oneOf, orthogonal } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import { gruResetAfterStep, gruResetBeforeSequence, gruResetBeforeStep, gruSequence } from './gru-sequence.js';
import type { RecurrentCell } from './recurrent-cell.js';
import { scanInputs } from './scan-inputs.js';
import { scanOne } from './scan-one.js';

export interface GRUCellOptions {
  inputSize: number;
  hiddenSize: number;
  /** 'after' the product (default; cuDNN, PyTorch, Keras) or 'before' it (the paper). */
  reset?: 'after' | 'before';
  rng?: Rng;
}

/** Gated recurrent unit (arXiv:1406.1078): h' = z⊙h + (1−z)⊙n, gates in the order reset, update, candidate; x [B,D], h [B,U]. */
export class GRUCell extends Module implements RecurrentCell<tf.Tensor2D> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly reset: 'after' | 'before';
  readonly input: Linear;
  readonly recurrent: Linear; // with a bias only where it cannot merge with the input's

  constructor(options: GRUCellOptions) {
    super();
    knownOptions('GRUCell', options, ['inputSize', 'hiddenSize', 'reset', 'rng']);
    const { inputSize, hiddenSize, reset = 'after', rng } = options;
    this.inputSize = count('GRUCell', 'inputSize', inputSize);
    this.outputSize = count('GRUCell', 'hiddenSize', hiddenSize);
    this.reset = oneOf('GRUCell', 'reset', reset, ['after', 'before']);
    const outputSize = 3 * hiddenSize;
    this.input = new Linear({ inputSize, outputSize, rng });
    this.recurrent = new Linear({
      inputSize: hiddenSize,
      outputSize,
      bias: reset === 'after',
      weight: orthogonal,
      rng,
    });
  }

  initialState(batch: number): tf.Tensor2D {
    return tf.zeros([batch, this.outputSize]);
  }

  /** x [B,D], h [B,U] → next h [B,U]. */
  step(x: tf.Tensor2D, hidden: tf.Tensor2D): { output: tf.Tensor2D; state: tf.Tensor2D } {
    dims('GRUCell.step', { x: [x, `B ${this.inputSize}`], state: [hidden, `B ${this.outputSize}`] });
    const op = this.reset === 'after' ? gruSequence : gruResetBeforeSequence;
    if (op.fused()) return scanOne(this, x, hidden);
    const projected = this.input.forward(x);
    const { weight, bias } = this.recurrent as { weight: tf.Tensor2D; bias: tf.Tensor1D | undefined };
    const state = bias
      ? gruResetAfterStep(projected, hidden, weight, bias)
      : gruResetBeforeStep(projected, hidden, weight);
    return { output: state, state };
  }

  scan({ values, mask }: Sequence, hidden: tf.Tensor2D, reverse = false): { output: tf.Tensor3D; state: tf.Tensor2D } {
    dims('GRUCell.scan', { x: [values, `B T ${this.inputSize}`], state: [hidden, `B ${this.outputSize}`] });
    const inputs = { ...scanInputs(this, values, mask), hidden };
    const recurrentBias = this.recurrent.bias;
    const [output, state] = recurrentBias
      ? gruSequence({ ...inputs, recurrentBias }, { reverse })
      : gruResetBeforeSequence(inputs, { reverse });
    return { output: output as tf.Tensor3D, state: state as tf.Tensor2D };
  }

  read(state: tf.Tensor2D): tf.Tensor2D {
    return state;
  }
}
