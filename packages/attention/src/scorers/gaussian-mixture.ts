/** A few bells that move along the keys. */
import type { Alignment, Rng, Scorer } from '@seqloom/core';
import { chunks, count, dims, glorotUniform, knownOptions, logSumExp, Module, parameter, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { project } from '../project.js';
import { placesOf } from '../real-keys.js';

export interface GaussianMixtureScoreOptions {
  querySize: number;
  /** U, the size of the hidden layer. */
  size: number;
  /** M, how many bells; 5 unless told. */
  components?: number;
  rng?: Rng;
}

/**
 * GMM attention (Graves, in its stable form V2): energy of key k = log Σ_m ω_m·N(k; μ_m, σ_m), with ω = softmax(ω̂), μ = μ of the step before + softplus(Δ̂),
 * σ = softplus(σ̂) and [ω̂; Δ̂; σ̂] = V·tanh(W·query + b) + c. Of the keys only their places k among the real ones are read; μ is the score's `state`. exp(energy) are the paper's
 * weights; softmax makes them sum to 1 over the real keys. query [B,Q,D], keys [B,K,·] → [B,Q,K]. Throws ShapeError. arXiv:1308.0850, arXiv:1910.10288
 */
export class GaussianMixtureScore extends Module implements Scorer {
  readonly components: number;
  readonly query: tf.Variable<tf.Rank.R2>; // W [D,U]
  readonly bias: tf.Variable<tf.Rank.R1>; // b [U]
  readonly mixture: tf.Variable<tf.Rank.R2>; // V [U,3M]
  readonly mixtureBias: tf.Variable<tf.Rank.R1>; // c [3M]

  constructor(options: GaussianMixtureScoreOptions) {
    super();
    knownOptions(where, options, ['querySize', 'size', 'components', 'rng']);
    const { querySize, size, components = 5, rng } = options;
    for (const [name, value] of Object.entries({ querySize, size, components })) count(where, name, value);
    this.components = components;
    this.query = parameter([querySize, size], glorotUniform, rng);
    this.bias = parameter([size], zeros, rng);
    this.mixture = parameter([size, 3 * components], glorotUniform, rng);
    this.mixtureBias = parameter([3 * components], zeros, rng);
  }

  /** keys [B,K,·] → their places [B,1,K]. */
  prepare(keys: tf.Tensor3D, mask?: tf.Tensor2D): tf.Tensor3D {
    return placesOf(keys, mask);
  }

  score(query: tf.Tensor3D, places: tf.Tensor3D, previous?: Alignment): tf.Tensor3D {
    const D = this.query.shape[0];
    const { B, Q, K } = dims(`${where}.score`, { query: [query, `B Q ${D}`], keys: [places, 'B 1 K'] });
    const { logShare, mean, deviation } = this.#bells(query, previous);
    const apart = (x: tf.Tensor) => tf.reshape(x, [B, Q, 1, this.components]);
    const distance = tf.div(tf.sub(tf.reshape(places, [B, 1, K, 1]), apart(mean)), apart(deviation)); // [B,Q,K,M]
    const height = tf.sub(logShare, tf.add(tf.log(deviation), Math.log(2 * Math.PI) / 2));
    return logSumExp(tf.sub(apart(height), tf.mul(tf.square(distance), 0.5)), -1) as tf.Tensor3D;
  }

  /** The means: [B,Q,M]. */
  remember(_weights: tf.Tensor3D, query: tf.Tensor3D, _keys: tf.Tensor3D, previous?: Alignment): tf.Tensor3D {
    return this.#bells(query, previous).mean;
  }

  /** [B,Q,M] each. */
  #bells(query: tf.Tensor3D, previous?: Alignment) {
    const hidden = tf.tanh(project(query, this.query as tf.Tensor2D, this.bias as tf.Tensor1D));
    const made = project(hidden, this.mixture as tf.Tensor2D, this.mixtureBias as tf.Tensor1D);
    const [share, step, spread] = chunks(made, 3, 2) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
    const moved = tf.softplus(step);
    return {
      logShare: tf.sub<tf.Tensor3D>(share, logSumExp(share, -1, true)),
      mean: previous?.state ? tf.add<tf.Tensor3D>(previous.state, moved) : moved,
      deviation: tf.add<tf.Tensor3D>(tf.softplus(spread), smallest),
    };
  }
}

const where = 'GaussianMixtureScore';

/** Keeps a bell wider than 0. */
const smallest = 1e-5;
