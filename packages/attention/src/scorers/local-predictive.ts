/** Attention within a window around a place that the query predicts. */
import type { Alignment, Rng, Scorer } from '@seqloom/core';
import { count, glorotUniform, knownOptions, Module, parameter } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { project } from '../project.js';
import { type CountedKeys, placesOf } from '../real-keys.js';
import { scorerOf } from '../scorer-of.js';
import { withinReach } from './within-reach.js';

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

/**
 * local-p: the inner energies − (k − p)²/2σ², within `reach` keys of p = S·σ(v·tanh(W·query)) for S real keys, along which k counts, with σ = reach/2; −∞ elsewhere. After softmax that are
 * the paper's weights, made to sum to 1. query [B,Q,D], keys [B,K,E] → [B,Q,K]. arXiv:1508.04025
 */
export class LocalPredictiveScore<Keys = tf.Tensor3D> extends Module implements Scorer<CountedKeys<Keys>> {
  readonly inner: Scorer<Keys>;
  readonly reach: number;
  readonly query: tf.Variable<tf.Rank.R2>; // W [D,U]
  readonly place: tf.Variable<tf.Rank.R2>; // v [U,1]
  readonly remember: Scorer<CountedKeys<Keys>>['remember'];

  constructor(options: LocalPredictiveScoreOptions<Keys>) {
    super();
    knownOptions('LocalPredictiveScore', options, ['inner', 'querySize', 'size', 'reach', 'rng']);
    const { inner, querySize, size, reach = 10, rng } = options;
    this.inner = scorerOf('LocalPredictiveScore', inner);
    this.remember =
      inner.remember && ((weights, query, { keys }, previous) => inner.remember!(weights, query, keys, previous));
    for (const [name, value] of Object.entries({ querySize, size, reach })) count('LocalPredictiveScore', name, value);
    this.reach = reach;
    this.query = parameter([querySize, size], glorotUniform, rng);
    this.place = parameter([size, 1], glorotUniform, rng);
  }

  prepare(keys: tf.Tensor3D, mask?: tf.Tensor2D): CountedKeys<Keys> {
    return { keys: this.inner.prepare(keys, mask), places: placesOf(keys, mask) };
  }

  score(query: tf.Tensor3D, { keys, places }: CountedKeys<Keys>, previous?: Alignment): tf.Tensor3D {
    const hidden = tf.tanh(project(query, this.query as tf.Tensor2D));
    const length = tf.add(tf.max(places, 2, true), 1); // [B,1,1]
    const centre = tf.mul<tf.Tensor3D>(length, tf.sigmoid(project(hidden, this.place as tf.Tensor2D))); // [B,Q,1]
    const inner = this.inner.score(query, keys, previous);
    const { energies, distance, near } = withinReach(inner, places, centre, this.reach);
    const bell = tf.mul(tf.square(tf.where(near, distance, 0)), 2 / this.reach ** 2);
    return tf.sub(energies, bell);
  }
}
