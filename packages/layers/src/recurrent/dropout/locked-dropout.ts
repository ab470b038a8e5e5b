/** Dropout with one mask per sequence. */
import type { RecurrentLayer, Rng, Sequence } from '@seqloom/core';
import { count, dims, keepWhere, knownOptions, Module } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { sequenceShape } from '../../sequence-shape.js';
import { dropoutRate, LockedDraws } from './locked-draws.js';

export interface LockedDropoutOptions {
  /** Features D, in and out. */
  size: number;
  /** The share of features that become 0 for a whole sequence, from 0 to below 1. */
  rate: number;
  rng?: Rng;
}

/**
 * Locked (variational) dropout, a layer without a state: in training each sequence loses the same features at all its steps, and the rest is
 * divided by 1 − rate; otherwise the identity. Input [B,T,D] → [B,T,D]; stands between layers in `Stacked`, or after an embedding. arXiv:1512.05287
 */
export class LockedDropout extends Module implements RecurrentLayer<readonly never[]> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly rate: number;
  readonly draws: LockedDraws;

  constructor(options: LockedDropoutOptions) {
    super();
    knownOptions('LockedDropout', options, ['size', 'rate', 'rng']);
    this.inputSize = count('LockedDropout', 'size', options.size);
    this.outputSize = this.inputSize;
    this.rate = dropoutRate('LockedDropout', 'rate', options.rate);
    this.draws = new LockedDraws(options.rng);
  }

  /** Begins a new sequence. */
  initialState(_batch: number): readonly never[] {
    this.draws.begin();
    return [];
  }

  forward(input: Sequence, initial?: readonly never[]): { output: Sequence; state: readonly never[] } {
    const { B, D } = sequenceShape('LockedDropout.forward', input, this.inputSize);
    const state = initial ?? this.initialState(B);
    const values = keepWhere(input.mask, input.values);
    const thinned = this.#drops()
      ? tf.mul<tf.Tensor3D>(values, this.draws.mask<tf.Rank.R3>([B, 1, D], this.rate))
      : values;
    return { output: { values: thinned, mask: input.mask }, state };
  }

  /** x [B,D] → [B,D]. */
  step(x: tf.Tensor2D, state: readonly never[]): { output: tf.Tensor2D; state: readonly never[] } {
    dims('LockedDropout.step', { x: [x, `B ${this.inputSize}`] });
    return { output: this.#drops() ? tf.mul(x, this.draws.mask<tf.Rank.R2>(x.shape, this.rate)) : x, state };
  }

  #drops(): boolean {
    return this.training && this.rate > 0;
  }
}
