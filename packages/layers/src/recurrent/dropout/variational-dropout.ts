/** Dropout inside a recurrence, with masks that stay the same over time. */
import type { Rng, Sequence } from '@seqloom/core';
import { knownOptions } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { SplitCell, StepChanges } from '../split-cell.js';
import { dropoutRate, LockedDraws } from './locked-draws.js';
import { WrappedCell } from './wrapped-cell.js';

export interface VariationalDropoutOptions<S> {
  cell: SplitCell<S>;
  /** The share of x's features that become 0; 0 unless told. */
  input?: number;
  /** The share of the last output that the recurrent weights do not see, Keras' `recurrent_dropout`; 0 unless told. */
  recurrent?: number;
  rng?: Rng;
}

/**
 * Variational dropout (arXiv:1512.05287): in training one mask for the inputs and one for the recurrent connections, the same at every step of a
 * sequence. Memories and what a GRU carries over are not thinned. With `input` alone the cell keeps its fused form.
 */
export class VariationalDropout<S> extends WrappedCell<S> {
  readonly inputRate: number;
  readonly recurrentRate: number;
  readonly draws: LockedDraws;

  constructor(options: VariationalDropoutOptions<S>) {
    knownOptions('VariationalDropout', options, ['cell', 'input', 'recurrent', 'rng']);
    super('VariationalDropout', options.cell);
    this.inputRate = dropoutRate('VariationalDropout', 'input', options.input ?? 0);
    this.recurrentRate = dropoutRate('VariationalDropout', 'recurrent', options.recurrent ?? 0);
    this.draws = new LockedDraws(options.rng);
  }

  /** Begins a new sequence. */
  override initialState(batch: number): S {
    this.draws.begin();
    return super.initialState(batch);
  }

  override project<X extends tf.Tensor2D | tf.Tensor3D>(x: X): X {
    return super.project(this.#thinned(x));
  }

  override advance(projected: tf.Tensor2D, state: S, changes: StepChanges = {}): S {
    if (!this.training || this.recurrentRate === 0) return super.advance(projected, state, changes);
    const { seen = this.read(state) } = changes;
    const mask = this.draws.mask<tf.Rank.R2>(seen.shape, this.recurrentRate, 1);
    return super.advance(projected, state, { ...changes, seen: tf.mul(seen, mask) });
  }

  override scan(
    input: Sequence,
    initial: S,
    reverse?: boolean,
    recurrent?: tf.Tensor2D,
  ): { output: tf.Tensor3D; state: S } {
    if (this.recurrentRate > 0) return super.scan(input, initial, reverse, recurrent);
    return this.cell.scan({ ...input, values: this.#thinned(input.values) }, initial, reverse, recurrent);
  }

  #thinned<X extends tf.Tensor2D | tf.Tensor3D>(x: X): X {
    if (!this.training || this.inputRate === 0) return x;
    const shape = x.shape.map((size, axis) => (axis === 0 || axis === x.rank - 1 ? size : 1));
    return tf.mul(x, this.draws.mask(shape as never, this.inputRate));
  }
}
