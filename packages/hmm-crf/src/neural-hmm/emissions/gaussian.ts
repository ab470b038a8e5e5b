/** Observations that are vectors of real numbers. */
import {
  count,
  dims,
  type Initializer,
  knownOptions,
  Module,
  normal,
  OptionError,
  parameter,
  type Rng,
  ShapeError,
  zeros,
} from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Emission } from './emission.js';

/** Either means and variances (covars, as hmmlearn calls them) to start from, a row per state, or sizes for a random start. */
export type GaussianEmissionOptions = GivenMoments | RandomMoments;
type Rows = readonly (readonly number[])[];
type GivenMoments = { means: Rows; covars: Rows };
type RandomMoments = { stateCount: number; size: number; rng?: Rng };

const where = 'GaussianEmission';

/** A normal distribution with diagonal covariance per state. */
export class GaussianEmission extends Module implements Emission<tf.Tensor3D> {
  readonly stateCount: number;
  readonly size: number;
  readonly means: tf.Variable<tf.Rank.R2>; // [K,D]
  readonly logVariance: tf.Variable<tf.Rank.R2>; // [K,D]

  constructor(options: GaussianEmissionOptions) {
    super();
    const start = 'means' in options ? givenMoments(options) : randomMoments(options);
    [this.stateCount, this.size] = start.shape;
    this.means = parameter(start.shape, start.means, 'rng' in options ? options.rng : undefined);
    this.logVariance = parameter(start.shape, start.logVariance);
  }

  /** The variances: [K,D]. */
  get covars(): tf.Tensor2D {
    return tf.exp(this.logVariance);
  }

  /** x [B,T,D] → [B,T,K]. */
  logProbability(x: tf.Tensor3D): tf.Tensor3D {
    dims(`${where}.logProbability`, { x: [x, `B T ${this.size}`] });
    return tf.tidy(() => {
      const deviation = tf.sub(tf.expandDims(x, 2), this.means); // [B,T,K,D]
      const distance = tf.sum(tf.mul(tf.square(deviation), tf.exp(tf.neg(this.logVariance))), -1); // [B,T,K]
      const scale = tf.add(tf.sum(this.logVariance, -1), this.size * Math.log(2 * Math.PI)); // [K]
      return tf.mul<tf.Tensor3D>(-0.5, tf.add(distance, scale));
    });
  }

  /** states [B,T] → [B,T,D]. */
  sample(states: tf.Tensor2D, rng: Rng): tf.Tensor3D {
    return tf.tidy(() => {
      const shape = [...states.shape, this.size];
      const noise = tf.tensor(normal(1)(shape, rng), shape);
      const deviation = tf.exp(tf.mul(0.5, this.logVariance));
      const [mean, spread] = [this.means, deviation].map((rows) => tf.gather(rows as tf.Tensor, states));
      return tf.add<tf.Tensor3D>(mean!, tf.mul(spread!, noise));
    });
  }
}

interface Start {
  shape: [K: number, D: number];
  means: Initializer;
  logVariance: Initializer;
}

function givenMoments(options: GivenMoments): Start {
  knownOptions(where, options, ['means', 'covars']);
  const { means, covars } = options;
  const [K, D] = [count(where, 'means.length', means.length), count(where, 'means[0].length', means[0]!.length)];
  for (const [name, rows] of Object.entries({ means, covars })) {
    if (rows.length !== K || rows.some((row) => row.length !== D))
      throw new ShapeError(where, `\`${name}\` must have ${K} rows of ${D} numbers, one per state`);
    if (!rows.flat().every(Number.isFinite)) throw new OptionError(where, `\`${name}\` must be finite numbers`);
  }
  if (covars.flat().some((variance) => variance <= 0))
    throw new OptionError(where, '`covars` must be positive', { hint: 'they are variances, not standard deviations' });
  return {
    shape: [K, D],
    means: () => Float32Array.from(means.flat()),
    logVariance: () => Float32Array.from(covars.flat(), Math.log),
  };
}

function randomMoments(options: RandomMoments): Start {
  knownOptions(where, options, ['stateCount', 'size', 'rng']);
  const shape: Start['shape'] = [count(where, 'stateCount', options.stateCount), count(where, 'size', options.size)];
  return { shape, means: normal(1), logVariance: zeros };
}
