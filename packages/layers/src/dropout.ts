/** Dropout, inverted, from a stream of its own. */
import type { Rng } from '@seqloom/core';
import { defaultRng, knownOptions, Module, OptionError, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { bernoulli } from './bernoulli.js';

export interface DropoutOptions {
  /** The share of values that become 0, from 0 to below 1. */
  rate: number;
  rng?: Rng;
}

/** In training sets each value to 0 with probability `rate` and divides the rest by 1 − rate; otherwise the identity. arXiv:1207.0580 */
export class Dropout extends Module {
  readonly rate: number;
  readonly rng: Rng;

  constructor(options: DropoutOptions) {
    super();
    knownOptions('Dropout', options, ['rate', 'rng']);
    this.rate = within('Dropout', 'rate', options.rate, 0, 1);
    if (this.rate === 1) throw new OptionError('Dropout', '`rate` must be below 1: nothing would be left');
    this.rng = (options.rng ?? defaultRng).split();
  }

  /** x of any shape → the same shape. */
  forward<X extends tf.Tensor>(x: X): X {
    if (!this.training || this.rate === 0) return x;
    const keep = 1 - this.rate;
    return tf.mul<X>(x, tf.tensor(bernoulli(x.size, keep, 1 / keep, this.rng), x.shape));
  }
}
