/** Attention within a window (Luong et al. 2015): around the step's own place, or around a place that the query predicts. */
import type { Alignment, Rng, Scorer } from '@seqloom/core';
import { count, detach, glorotUniform, knownOptions, Module, parameter } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { lowest } from '../normalizers/allowed.js';
import { project } from '../project.js';
import { scorerOf } from '../scorer-of.js';

export interface LocalMonotonicScoreOptions<Keys> {
  /** What compares queries with keys. */
  inner: Scorer<Keys>;
  /** How many keys on each side of the centre count; 10 unless told. */
  reach?: number;
}

/**
 * local-m: the inner energies within `reach` keys of the step's own place t, −∞ elsewhere: query q of a batch of queries stands at t = q, and a decoder that shows
 * the step before goes one further at each. query [B,Q,D], keys [B,K,E] → [B,Q,K]. arXiv:1508.04025
 */
export class LocalMonotonicScore<Keys = tf.Tensor3D> extends Module implements Scorer<Keys> {
  readonly inner: Scorer<Keys>;
  readonly reach: number;

  constructor(options: LocalMonotonicScoreOptions<Keys>) {
    super();
    knownOptions('LocalMonotonicScore', options, ['inner', 'reach']);
    this.inner = scorerOf('LocalMonotonicScore', options.inner);
    this.reach = count('LocalMonotonicScore', 'reach', options.reach ?? 10, 0);
  }

  prepare(keys: tf.Tensor3D, mask?: tf.Tensor2D): Keys {
    return this.inner.prepare(keys, mask);
  }

  score(query: tf.Tensor3D, keys: Keys, previous?: Alignment): tf.Tensor3D {
    const energies = this.inner.score(query, keys);
    return within(energies, placeOf(energies, previous), this.reach).energies;
  }

  /** The place of the next step: [B,Q,1]. */
  remember(weights: tf.Tensor3D, _query: tf.Tensor3D, _keys: Keys, previous?: Alignment): tf.Tensor3D {
    return tf.add(placeOf(weights, previous), 1);
  }
}

export interface LocalPredictiveScoreOptions<Keys> {
  /** What compares queries with keys. */
  inner: Scorer<Keys>;
  querySize: number;
  /** U, the size of the hidden layer. */
  size: number;
  /** D, how many keys on each side of the centre count; 10 unless told. */
  reach?: number;
  rng?: Rng;
}

/** Prepared keys, and how many of them are real: [B,1,1]. */
export interface CountedKeys<Keys> {
  readonly keys: Keys;
  readonly length: tf.Tensor3D;
}

/**
 * local-p: the inner energies − (k − p)²/2σ², within `reach` keys of p = S·σ(v·tanh(W·query)) for S real keys, with σ = reach/2; −∞ elsewhere. After softmax that are
 * the paper's weights, made to sum to 1. query [B,Q,D], keys [B,K,E] → [B,Q,K]. arXiv:1508.04025
 */
export class LocalPredictiveScore<Keys = tf.Tensor3D> extends Module implements Scorer<CountedKeys<Keys>> {
  readonly inner: Scorer<Keys>;
  readonly reach: number;
  readonly query: tf.Variable<tf.Rank.R2>; // W [D,U]
  readonly place: tf.Variable<tf.Rank.R2>; // v [U,1]

  constructor(options: LocalPredictiveScoreOptions<Keys>) {
    super();
    knownOptions('LocalPredictiveScore', options, ['inner', 'querySize', 'size', 'reach', 'rng']);
    const { inner, querySize, size, reach = 10, rng } = options;
    this.inner = scorerOf('LocalPredictiveScore', inner);
    for (const [name, value] of Object.entries({ querySize, size, reach })) count('LocalPredictiveScore', name, value);
    this.reach = reach;
    this.query = parameter([querySize, size], glorotUniform, rng);
    this.place = parameter([size, 1], glorotUniform, rng);
  }

  prepare(keys: tf.Tensor3D, mask?: tf.Tensor2D): CountedKeys<Keys> {
    const real = mask ?? tf.ones([keys.shape[0], keys.shape[1]]);
    const length = tf.reshape(tf.sum(tf.cast(real, 'float32'), 1), [-1, 1, 1]) as tf.Tensor3D;
    return { keys: this.inner.prepare(keys, mask), length };
  }

  score(query: tf.Tensor3D, { keys, length }: CountedKeys<Keys>): tf.Tensor3D {
    const hidden = tf.tanh(project(query, this.query as tf.Tensor2D));
    const centre = tf.mul<tf.Tensor3D>(length, tf.sigmoid(project(hidden, this.place as tf.Tensor2D))); // [B,Q,1]
    const { energies, distance, near } = within(this.inner.score(query, keys), centre, this.reach);
    const bell = tf.mul(tf.square(tf.where(near, distance, 0)), 2 / this.reach ** 2);
    return tf.sub(energies, bell);
  }
}

/** [B,Q,1]: what the step before remembered, else the number of the query. */
function placeOf(energies: tf.Tensor3D, previous?: Alignment): tf.Tensor3D {
  const [B, Q] = energies.shape;
  return previous?.state ?? tf.broadcastTo(tf.reshape(tf.range(0, Q), [1, Q, 1]), [B, Q, 1]);
}

/** Energies [B,Q,K] with −∞ further than `reach` from the centre [B,Q,1]. */
function within(energies: tf.Tensor3D, centre: tf.Tensor3D, reach: number) {
  const distance = tf.sub<tf.Tensor3D>(tf.reshape(tf.range(0, energies.shape[2]), [1, 1, -1]), centre);
  const near = detach(distance, (d) => tf.lessEqual(tf.abs(d), reach));
  return { energies: tf.where(near, energies as tf.Tensor, lowest) as tf.Tensor3D, distance, near };
}
