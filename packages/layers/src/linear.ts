/** Affine map of the last dimension. */
import type { Initializer, Rng } from '@seqloom/core';
import { count, glorotUniform, knownOptions, Module, parameter, ShapeError, show, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { affine } from './affine.js';

export interface LinearOptions {
  inputSize: number;
  outputSize: number;
  /** Whether there is a bias (default), or how it starts (zeros). */
  bias?: boolean | Initializer;
  /** How the weight starts; Glorot uniform unless told. */
  weight?: Initializer;
  rng?: Rng;
}

/** y = x·weight + bias over the last dimension: x [B,D] → [B,U], or [B,T,D] → [B,T,U]. */
export class Linear extends Module {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly weight: tf.Variable<tf.Rank.R2>;
  readonly bias: tf.Variable<tf.Rank.R1> | undefined;

  constructor(options: LinearOptions) {
    super();
    knownOptions('Linear', options, ['inputSize', 'outputSize', 'bias', 'weight', 'rng']);
    const { inputSize, outputSize, bias = true, weight = glorotUniform, rng } = options;
    this.inputSize = count('Linear', 'inputSize', inputSize);
    this.outputSize = count('Linear', 'outputSize', outputSize);
    this.weight = parameter([inputSize, outputSize], weight, rng);
    this.bias = bias ? parameter([outputSize], bias === true ? zeros : bias, rng) : undefined;
  }

  /** x [B,D] → [B,U] or x [B,T,D] → [B,T,U], as one matrix product. Throws ShapeError when the last dimension is not `inputSize`. */
  forward<X extends tf.Tensor2D | tf.Tensor3D>(x: X): X {
    const { inputSize, outputSize, weight, bias } = this;
    if (!(x?.rank >= 2) || x.shape.at(-1) !== inputSize) {
      const got = Array.isArray(x?.shape) ? `[${x.shape}]` : `${show(x)}, which is no tensor`;
      throw new ShapeError(
        'Linear.forward',
        `\`x\` must have shape [B,${inputSize}] or [B,T,${inputSize}], got ${got}`,
      );
    }
    const rows = x.rank === 2 ? (x as tf.Tensor2D) : tf.reshape<tf.Rank.R2>(x, [-1, inputSize]);
    const y = bias ? affine({ x: rows, weight, bias }, {})[0]! : tf.matMul(rows, weight as tf.Tensor2D);
    return (x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), outputSize] as never)) as X;
  }
}
