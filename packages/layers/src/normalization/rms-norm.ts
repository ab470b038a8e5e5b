/** Root-mean-square normalisation. */
import { count, knownOptions, Module, ones, parameter, within } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { lastAxis } from './last-axis.js';
import { rmsNorm } from './normalize.js';

export interface RMSNormOptions {
  /** D, of the last axis. */
  size: number;
  /** What is added to the mean of squares; 1e-5 unless told. */
  epsilon?: number;
}

/** x/√(mean of x² + epsilon)·weight over the last axis: x [...,D] → [...,D]. Throws ShapeError. arXiv:1910.07467 */
export class RMSNorm extends Module {
  readonly size: number;
  readonly epsilon: number;
  readonly weight: tf.Variable<tf.Rank.R1>;

  constructor(options: RMSNormOptions) {
    super();
    knownOptions('RMSNorm', options, ['size', 'epsilon']);
    this.size = count('RMSNorm', 'size', options.size);
    this.epsilon = within('RMSNorm', 'epsilon', options.epsilon ?? 1e-5, 0);
    this.weight = parameter([this.size], ones);
  }

  forward<X extends tf.Tensor>(x: X): X {
    lastAxis('RMSNorm.forward', x, this.size);
    return rmsNorm({ x, weight: this.weight }, { epsilon: this.epsilon })[0] as X;
  }
}
