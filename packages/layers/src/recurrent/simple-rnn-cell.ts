/** The simple (Elman) recurrent cell. */
import type { DimsEntry, Rng, Sequence } from '@seqloom/core';
import { count, knownOptions, oneOf, orthogonal } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import { scanInputs } from './scan-inputs.js';
import { scanOne } from './scan-one.js';
import { type Activation, simpleRNNSequence, simpleRNNStep } from './simple-rnn-sequence.js';
import { SplitCell, type StepChanges } from './split-cell.js';

export interface SimpleRNNCellOptions {
  inputSize: number;
  hiddenSize: number;
  activation?: Activation;
  rng?: Rng;
}

/** h' = tanh(x·W + b + h·R), or relu in place of tanh: x [B,D], h [B,U]. */
export class SimpleRNNCell extends SplitCell<tf.Tensor2D> {
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

  read(state: tf.Tensor2D): tf.Tensor2D {
    return state;
  }

  project<X extends tf.Tensor2D | tf.Tensor3D>(x: X): X {
    return this.input.forward(x);
  }

  /** Without a memory, the whole next state is the candidate. */
  advance(
    projected: tf.Tensor2D,
    hidden: tf.Tensor2D,
    { seen = hidden, recurrent = this.recurrent.weight, update }: StepChanges = {},
  ): tf.Tensor2D {
    const next = simpleRNNStep(projected, seen, recurrent, this.activation);
    return update ? update(next) : next;
  }

  /** As one op, fused on cpu and wasm. */
  override scan(
    { values, mask }: Sequence,
    hidden: tf.Tensor2D,
    reverse = false,
    recurrent?: tf.Tensor2D,
  ): { output: tf.Tensor3D; state: tf.Tensor2D } {
    this.check('scan', [values, `B T ${this.inputSize}`], hidden);
    const inputs = { ...scanInputs(this, values, mask, recurrent), hidden };
    const [output, state] = simpleRNNSequence(inputs, { activation: this.activation, reverse });
    return { output: output as tf.Tensor3D, state: state as tf.Tensor2D };
  }

  shapesOf(state: tf.Tensor2D): Record<string, DimsEntry> {
    return { state: [state, `B ${this.outputSize}`] };
  }

  protected override next(x: tf.Tensor2D, state: tf.Tensor2D): { output: tf.Tensor2D; state: tf.Tensor2D } {
    return simpleRNNSequence.fused() ? scanOne(this, x, state) : super.next(x, state);
  }
}
