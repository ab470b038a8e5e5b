/** Dropout of what a step adds to the memory. */
import type { Rng } from '@seqloom/core';
import { knownOptions } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { Dropout } from '../../dropout.js';
import type { SplitCell, StepChanges } from '../split-cell.js';
import { WrappedCell } from './wrapped-cell.js';

export interface RecurrentDropoutOptions<S> {
  cell: SplitCell<S>;
  /** The share of the candidate that becomes 0, from 0 to below 1. */
  rate: number;
  rng?: Rng;
}

/**
 * Recurrent dropout without memory loss (arXiv:1603.05118): in training each step thins the candidate alone, by a mask of its own, so that what is
 * remembered stays: c' = f⊙c + i⊙dropout(g), h' = z⊙h + (1−z)⊙dropout(n). A simple recurrent cell has no memory: there it thins the output.
 */
export class RecurrentDropout<S> extends WrappedCell<S> {
  readonly dropout: Dropout;

  constructor(options: RecurrentDropoutOptions<S>) {
    knownOptions('RecurrentDropout', options, ['cell', 'rate', 'rng']);
    super('RecurrentDropout', options.cell);
    this.dropout = new Dropout({ rate: options.rate, rng: options.rng });
  }

  override advance(projected: tf.Tensor2D, state: S, changes: StepChanges = {}): S {
    const update = (candidate: tf.Tensor2D) => this.dropout.forward(changes.update?.(candidate) ?? candidate);
    return super.advance(projected, state, { ...changes, update });
  }
}
