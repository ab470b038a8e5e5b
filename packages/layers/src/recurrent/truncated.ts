/** Truncated backpropagation through time: from one window of a long sequence to the next the state goes on, and the gradient does not. */
import type { RecurrentLayer, Sequence } from '@seqloom/core';
import { knownOptions, Module } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { sequenceShape } from '../sequence-shape.js';
import { CarriedState } from './carried-state.js';
import { causalLayer } from './streaming.js';

export interface TruncatedOptions<S> {
  layer: RecurrentLayer<S>;
  /** Rows of every window: as many states are carried. */
  batch: number;
}

/**
 * In training, a window starts from the states with which the last one ended (Williams and Peng 1990). They are saved with the model. In evaluation,
 * and wherever it is given a state, it is the layer itself.
 */
export class Truncated<S> extends Module implements RecurrentLayer<S> {
  readonly layer: RecurrentLayer<S>;
  readonly outputSize: number;
  /** The states after the last window. */
  readonly carried: CarriedState<S>;

  constructor(options: TruncatedOptions<S>) {
    super();
    knownOptions('Truncated', options, ['layer', 'batch']);
    this.layer = causalLayer('Truncated', options.layer);
    this.outputSize = this.layer.outputSize;
    this.carried = new CarriedState(options);
  }

  get inputSize(): number | undefined {
    return (this.layer as { inputSize?: number }).inputSize;
  }

  initialState(batch: number): S {
    return this.layer.initialState(batch);
  }

  /** input [B,T,D] → output [B,T,U] and the state after each row's last real step, which the next window starts from. */
  forward(input: Sequence, initial?: S): { output: Sequence; state: S } {
    if (!this.training || initial !== undefined) return this.layer.forward(input, initial);
    this.carried.checkRows('Truncated.forward', 'input', sequenceShape('Truncated.forward', input).B);
    const found = this.layer.forward(input, this.carried.start());
    this.carried.keep(found.state);
    return found;
  }

  step(x: tf.Tensor2D, state: S): { output: tf.Tensor2D; state: S } {
    return this.layer.step(x, state);
  }

  read(state: S): tf.Tensor2D | undefined {
    return (this.layer as { read?(state: S): tf.Tensor2D | undefined }).read?.(state);
  }

  /** The next window begins a new sequence in every row, or where `rows` [B] is 1. */
  reset(rows?: tf.Tensor1D): void {
    this.carried.reset(rows);
  }
}
