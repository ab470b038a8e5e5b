/** Layer normalisation. */
import { count, knownOptions, Module, ones, parameter, within, zeros } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { lastAxis } from './last-axis.js';
import { layerNorm } from './normalize.js';

export interface LayerNormOptions {
  /** D, of the last axis. */
  size: number;
  /** What is added to the variance; 1e-5 unless told. */
  epsilon?: number;
}

/** (x − mean)/√(variance + epsilon)·weight + bias over the last axis: x [...,D] → [...,D]. Throws ShapeError. arXiv:1607.06450 */
export class LayerNorm extends Module {
  readonly size: number;
  readonly epsilon: number;
  readonly weight: tf.Variable<tf.Rank.R1>;
  readonly bias: tf.Variable<tf.Rank.R1>;

  constructor(options: LayerNormOptions) {
    super();
    knownOptions('LayerNorm', options, ['size', 'epsilon']);
    this.size = count('LayerNorm', 'size', options.size);
    this.epsilon = within('LayerNorm', 'epsilon', options.epsilon ?? 1e-5, 0);
    this.weight = parameter([this.size], ones);
    this.bias = parameter([this.size], zeros);
  }

  forward<X extends tf.Tensor>(x: X): X {
    lastAxis('LayerNorm.forward', x, this.size);
    return layerNorm({ x, weight: this.weight, bias: this.bias }, { epsilon: this.epsilon })[0] as X;
  }
}
