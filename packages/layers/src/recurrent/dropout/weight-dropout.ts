/** Dropout of recurrent weights. */
import type { Rng, Sequence } from '@seqloom/core';
import { knownOptions } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { SplitCell, StepChanges } from '../split-cell.js';
import { dropoutRate, LockedDraws } from './locked-draws.js';
import { WrappedCell } from './wrapped-cell.js';

export interface WeightDropoutOptions<S> {
  cell: SplitCell<S>;
  /** The share of the recurrent weights that become 0, from 0 to below 1. */
  rate: number;
  rng?: Rng;
}

/**
 * Weight dropout (DropConnect) on the recurrent weights, as in AWD-LSTM (arXiv:1708.02182): in training one mask for all rows and all steps of a
 * sequence; the rest is divided by 1 − rate. The cell keeps its fused form. Around other wrappers rather than inside them: there the weights are
 * thinned once per step.
 */
export class WeightDropout<S> extends WrappedCell<S> {
  readonly rate: number;
  readonly draws: LockedDraws;

  constructor(options: WeightDropoutOptions<S>) {
    knownOptions('WeightDropout', options, ['cell', 'rate', 'rng']);
    super('WeightDropout', options.cell);
    this.rate = dropoutRate('WeightDropout', 'rate', options.rate);
    this.draws = new LockedDraws(options.rng);
  }

  /** Begins a new sequence. */
  override initialState(batch: number): S {
    this.draws.begin();
    return super.initialState(batch);
  }

  override advance(projected: tf.Tensor2D, state: S, changes: StepChanges = {}): S {
    return super.advance(projected, state, { ...changes, recurrent: this.#thinned(changes.recurrent) });
  }

  override scan(
    input: Sequence,
    initial: S,
    reverse?: boolean,
    recurrent?: tf.Tensor2D,
  ): { output: tf.Tensor3D; state: S } {
    return this.cell.scan(input, initial, reverse, this.#thinned(recurrent));
  }

  #thinned(weights: tf.Tensor2D | undefined): tf.Tensor2D | undefined {
    if (!this.training || this.rate === 0) return weights;
    const given = weights ?? (this.recurrent.weight as tf.Tensor2D);
    return tf.mul(given, this.draws.mask<tf.Rank.R2>(given.shape, this.rate));
  }
}
