/** A learned vector for each position. */
import type { Rng, Sequence } from '@seqloom/core';
import { count, dims, keepWhere, knownOptions, Module, normal, parameter, ShapeError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

export interface LearnedPositionsOptions {
  /** How long sequences may be. */
  maxLength: number;
  size: number;
  rng?: Rng;
}

/** Adds weight[t] to step t. */
export class LearnedPositions extends Module {
  readonly weight: tf.Variable<tf.Rank.R2>; // [maxLength,D]

  constructor(options: LearnedPositionsOptions) {
    super();
    knownOptions('LearnedPositions', options, ['maxLength', 'size', 'rng']);
    const length = count('LearnedPositions', 'maxLength', options.maxLength);
    this.weight = parameter([length, count('LearnedPositions', 'size', options.size)], normal(0.02), options.rng);
  }

  /** x [B,T,D] → [B,T,D], 0 at padding; `start` is the position of the first step. Throws ShapeError when it ends behind maxLength. */
  forward({ values, mask }: Sequence, start = 0): Sequence {
    const [maxLength, size] = this.weight.shape;
    const { T } = dims('LearnedPositions.forward', { values: [values, `B T ${size}`], mask: [mask, 'B T'] });
    if (start + T > maxLength) {
      const problem = `steps ${start} to ${start + T - 1}, but there are ${maxLength} positions`;
      throw new ShapeError('LearnedPositions.forward', problem);
    }
    const rows = tf.slice(this.weight as tf.Tensor2D, [start, 0], [T, size]);
    return { values: keepWhere(mask, tf.add<tf.Tensor3D>(keepWhere(mask, values), rows)), mask };
  }
}
