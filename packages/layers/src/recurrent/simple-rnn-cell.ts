/** The simple (Elman) recurrent cell. */
import type { Rng, Sequence } from '@seqloom/core';
import { count, dims, knownOptions, Module, oneOf, orthogonal } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import type { RecurrentCell } from './recurrent-cell.js';
import { scanInputs } from './scan-inputs.js';
import { scanOne } from './scan-one.js';
import { type Activation, simpleRNNSequence, simpleRNNStep } from './simple-rnn-sequence.js';

export interface SimpleRNNCellOptions {
  inputSize: number;
  hiddenSize: number;
  activation?: Activation;
  rng?: Rng;
}

/** h' = tanh(x·W + b + h·R), or relu in place of tanh: x [B,D], h [B,U]. */
export class SimpleRNNCell extends Module implements RecurrentCell<tf.Tensor2D> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly activation: Activation;
  readonly input: Linear;
  readonly recurrent: Linear;

  constructor(options: SimpleRNNCellOptions) {
    super();
    knownOptions('SimpleRNNCell', options, ['inputSize', 'hiddenSize', 'activation', 'rng']);
    const { inputSize, hiddenSize, activation = 'tanh', rng } = options;
    this.inputSize = count('SimpleRNNCell', 'inputSize', inputSize);
    this.outputSize = count('SimpleRNNCell', 'hiddenSize', hiddenSize);
    this.activation = oneOf('SimpleRNNCell', 'activation', activation, ['tanh', 'relu']);
    this.input = new Linear({ inputSize, outputSize: hiddenSize, rng });
    this.recurrent = new Linear({
      inputSize: hiddenSize,
      outputSize: hiddenSize,
      bias: false,
      weight: orthogonal,
      rng,
    });
  }

  initialState(batch: number): tf.Tensor2D {
    return tf.zeros([batch, this.outputSize]);
  }

  /** x [B,D], h [B,U] → next h [B,U]. */
  step(x: tf.Tensor2D, hidden: tf.Tensor2D): { output: tf.Tensor2D; state: tf.Tensor2D } {
    dims('SimpleRNNCell.step', { x: [x, `B ${this.inputSize}`], state: [hidden, `B ${this.outputSize}`] });
    if (simpleRNNSequence.fused()) return scanOne(this, x, hidden);
    const state = simpleRNNStep(this.input.forward(x), hidden, this.recurrent.weight as tf.Tensor2D, this.activation);
    return { output: state, state };
  }

  scan({ values, mask }: Sequence, hidden: tf.Tensor2D, reverse = false): { output: tf.Tensor3D; state: tf.Tensor2D } {
    dims('SimpleRNNCell.scan', { x: [values, `B T ${this.inputSize}`], state: [hidden, `B ${this.outputSize}`] });
    const inputs = { ...scanInputs(this, values, mask), hidden };
    const [output, state] = simpleRNNSequence(inputs, { activation: this.activation, reverse });
    return { output: output as tf.Tensor3D, state: state as tf.Tensor2D };
  }

  read(state: tf.Tensor2D): tf.Tensor2D {
    return state;
  }
}
