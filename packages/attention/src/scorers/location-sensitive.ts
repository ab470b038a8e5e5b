/** An additive score that sees what lay around the last alignment. */
import type { Alignment, Rng, Scorer } from '@seqloom/core';
import { count, glorotUniform, knownOptions, Module, OptionError, parameter, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { prepareAdditive, scoreAdditive, scoreAdditiveWith } from './additive.js';

export interface LocationSensitiveScoreOptions {
  querySize: number;
  keySize: number;
  /** U, the size of the hidden layer. */
  size: number;
  /** How many filters look at the last alignment; 10 unless told. */
  filters?: number;
  /** How many places each sees, an odd number; 31 unless told. */
  width?: number;
  /** Shows the filters also the sum of all alignments so far, as Tacotron 2 does (arXiv:1712.05884). */
  cumulative?: boolean;
  rng?: Rng;
}

/**
 * Location-sensitive score: energy = v·tanh(W·query + V·key + U·f + b), where f = F ∗ (weights of the step before), a convolution over the keys. query
 * [B,Q,D], keys [B,K,E] → [B,Q,K]. Throws ShapeError. arXiv:1506.07503
 */
export class LocationSensitiveScore extends Module implements Scorer {
  readonly query: tf.Variable<tf.Rank.R2>; // W [D,U]
  readonly key: tf.Variable<tf.Rank.R2>; // V [E,U]
  readonly filter: tf.Variable<tf.Rank.R3>; // F [width, 1 or 2, filters]
  readonly location: tf.Variable<tf.Rank.R2>; // U [filters,U]
  readonly bias: tf.Variable<tf.Rank.R1>; // b [U]
  readonly energy: tf.Variable<tf.Rank.R1>; // v [U]
  readonly cumulative: boolean;

  constructor(options: LocationSensitiveScoreOptions) {
    super();
    knownOptions(where, options, ['querySize', 'keySize', 'size', 'filters', 'width', 'cumulative', 'rng']);
    const { querySize, keySize, size, filters = 10, width = 31, cumulative = false, rng } = options;
    for (const [name, value] of Object.entries({ querySize, keySize, size, filters, width })) count(where, name, value);
    if (width % 2 === 0) throw new OptionError(where, `\`width\` must be odd, got ${width}`);
    this.query = parameter([querySize, size], glorotUniform, rng);
    this.key = parameter([keySize, size], glorotUniform, rng);
    this.filter = parameter([width, cumulative ? 2 : 1, filters], glorotUniform, rng);
    this.location = parameter([filters, size], glorotUniform, rng);
    this.bias = parameter([size], zeros, rng);
    this.energy = parameter([size], glorotUniform, rng);
    this.cumulative = cumulative;
  }

  prepare(keys: tf.Tensor3D): tf.Tensor3D {
    return prepareAdditive(where, this, keys);
  }

  /** Before the first step nothing has been looked at, and the filters see 0. */
  score(query: tf.Tensor3D, keys: tf.Tensor3D, previous?: Alignment): tf.Tensor3D {
    if (!previous) return scoreAdditive(where, this, query, keys);
    return scoreAdditiveWith(this.#located(previous), where, this, query, keys);
  }

  /** The sum of all weights so far: [B,Q,K]. */
  remember(weights: tf.Tensor3D, _query: tf.Tensor3D, _keys: tf.Tensor3D, previous?: Alignment): tf.Tensor3D {
    return previous?.state ? tf.add(previous.state, weights) : weights;
  }

  /** U·f: [B,Q,K,U]. */
  #located({ weights, state }: Alignment): tf.Tensor4D {
    const [B, Q, K] = weights.shape;
    const [, channels, filters] = this.filter.shape;
    const size = this.location.shape[1];
    const seen = this.cumulative ? tf.stack([weights, state ?? weights], 3) : weights;
    const features = tf.conv1d(
      tf.reshape<tf.Rank.R3>(seen, [B * Q, K, channels]),
      this.filter as tf.Tensor3D,
      1,
      'same',
    );
    const located = tf.matMul(tf.reshape(features, [B * Q * K, filters]), this.location as tf.Tensor2D);
    return tf.reshape(located, [B, Q, K, size]);
  }
}

const where = 'LocationSensitiveScore';
