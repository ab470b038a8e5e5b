/** Temporal convolutional networks. */
import type { RecurrentLayer, Rng, Sequence } from '@seqloom/core';
import { count, defaultRng, keepWhere, knownOptions, Module, oneOf, zeroPadding } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import { LockedDropout } from '../recurrent/dropout/locked-dropout.js';
import type { Activation } from '../recurrent/simple-rnn-sequence.js';
import { Stacked } from '../recurrent/stacked.js';
import { sequenceShape } from '../sequence-shape.js';
import { CausalConv1d } from './causal-conv1d.js';

export interface TCNBlockOptions {
  inputSize: number;
  outputSize: number;
  kernel: number;
  dilation?: number;
  /** The dropout rate of whole channels after each convolution. */
  dropout?: number;
  /** On unless told. */
  weightNorm?: boolean;
  /** After each convolution and after the sum; relu unless told. */
  activation?: Activation;
  rng?: Rng;
}

/** The last real inputs of both convolutions. */
export interface TCNState {
  readonly first: tf.Tensor3D;
  readonly second: tf.Tensor3D;
}

/**
 * Residual block of a TCN (arXiv:1803.01271): relu(x + F(x)), F = two times causal dilated convolution, weight norm, relu and spatial dropout (a
 * channel is dropped over the whole sequence); x goes through a linear map where sizes differ. Input [B,T,D] → output [B,T,U].
 */
export class TCNBlock extends Module implements RecurrentLayer<TCNState> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly first: CausalConv1d;
  readonly second: CausalConv1d;
  readonly dropouts: readonly [LockedDropout, LockedDropout];
  readonly past: Linear | undefined;
  readonly activation: Activation;

  constructor(options: TCNBlockOptions) {
    super();
    knownOptions('TCNBlock', options, [...common, 'outputSize', 'dilation']);
    const { inputSize, outputSize, kernel, dilation, dropout = 0, weightNorm = true, rng = defaultRng } = options;
    this.inputSize = count('TCNBlock', 'inputSize', inputSize);
    this.outputSize = count('TCNBlock', 'outputSize', outputSize);
    const same = { outputSize, kernel, dilation, weightNorm, rng };
    this.first = new CausalConv1d({ inputSize, ...same });
    this.second = new CausalConv1d({ inputSize: outputSize, ...same });
    const dropped = () => new LockedDropout({ size: outputSize, rate: dropout, rng });
    this.dropouts = [dropped(), dropped()];
    this.activation = oneOf('TCNBlock', 'activation', options.activation ?? 'relu', ['relu', 'tanh']);
    this.past = inputSize === outputSize ? undefined : new Linear({ inputSize, outputSize, rng });
  }

  /** Begins a new sequence, for dropout too. */
  initialState(batch: number): TCNState {
    for (const dropout of this.dropouts) dropout.initialState(batch);
    return { first: this.first.initialState(batch), second: this.second.initialState(batch) };
  }

  forward(input: Sequence, initial?: TCNState): { output: Sequence; state: TCNState } {
    const { B } = sequenceShape('TCNBlock.forward', input, this.inputSize);
    const before = initial ?? this.initialState(B);
    const { values, mask } = zeroPadding(input);
    const thinned = (x: tf.Tensor3D, i: 0 | 1) =>
      this.dropouts[i].forward({ values: this.#active(x), mask }, []).output;
    const first = this.first.forward({ values, mask }, before.first);
    const second = this.second.forward(thinned(first.output.values, 0), before.second);
    const sum = tf.add<tf.Tensor3D>(this.past?.forward(values) ?? values, thinned(second.output.values, 1).values);
    const output = keepWhere(mask, this.#active(sum));
    return { output: { values: output, mask }, state: { first: first.state, second: second.state } };
  }

  /** x [B,D] → output [B,U]. */
  step(x: tf.Tensor2D, state: TCNState): { output: tf.Tensor2D; state: TCNState } {
    const thinned = (y: tf.Tensor2D, i: 0 | 1) => this.dropouts[i].step(this.#active(y), []).output;
    const first = this.first.step(x, state.first);
    const second = this.second.step(thinned(first.output, 0), state.second);
    const output = this.#active(tf.add<tf.Tensor2D>(this.past?.forward(x) ?? x, thinned(second.output, 1)));
    return { output, state: { first: first.state, second: second.state } };
  }

  #active<X extends tf.Tensor>(x: X): X {
    return this.activation === 'relu' ? tf.relu(x) : tf.tanh(x);
  }
}

export interface TCNOptions extends Omit<TCNBlockOptions, 'outputSize' | 'dilation'> {
  /** Channels of every block. */
  hiddenSize: number;
  /** Blocks, with dilations 1, 2, 4…: the output sees 1 + 2·(kernel − 1)·(2^layers − 1) steps. */
  layers: number;
}

/** A temporal convolutional network: blocks on top of each other, each looking twice as far back. Input [B,T,D] → output [B,T,U]. */
export function tcn(options: TCNOptions): Stacked<TCNState> {
  knownOptions('tcn', options, [...common, 'hiddenSize', 'layers']);
  const { inputSize, hiddenSize: outputSize, layers, ...same } = options;
  const block = (_: unknown, i: number) =>
    new TCNBlock({ inputSize: i === 0 ? inputSize : outputSize, outputSize, dilation: 2 ** i, ...same });
  return new Stacked({ layers: Array.from({ length: count('tcn', 'layers', layers) }, block) });
}

const common = ['inputSize', 'kernel', 'dropout', 'weightNorm', 'activation', 'rng'];
