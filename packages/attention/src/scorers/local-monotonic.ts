/** Attention within a window around the step's own place. */
import type { Alignment, Scorer } from '@seqloom/core';
import { count, knownOptions, Module } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { type CountedKeys, placesOf } from '../real-keys.js';
import { scorerOf } from '../scorer-of.js';
import { apart, together } from '../side-by-side.js';
import { withinReach } from './within-reach.js';

export interface LocalMonotonicScoreOptions<Keys> {
  /** What compares queries with keys. */
  inner: Scorer<Keys>;
  /** How many keys on each side of the centre count; 10 unless told. */
  reach?: number;
}

/**
 * local-m: the inner energies within `reach` real keys of the step's own place t among them, −∞ elsewhere: query q of a batch of queries stands at t = q, and a decoder that shows
 * the step before goes one further at each. query [B,Q,D], keys [B,K,E] → [B,Q,K]. arXiv:1508.04025
 */
export class LocalMonotonicScore<Keys = tf.Tensor3D> extends Module implements Scorer<CountedKeys<Keys>> {
  readonly inner: Scorer<Keys>;
  readonly reach: number;

  constructor(options: LocalMonotonicScoreOptions<Keys>) {
    super();
    knownOptions('LocalMonotonicScore', options, ['inner', 'reach']);
    this.inner = scorerOf('LocalMonotonicScore', options.inner);
    this.reach = count('LocalMonotonicScore', 'reach', options.reach ?? 10, 0);
  }

  prepare(keys: tf.Tensor3D, mask?: tf.Tensor2D): CountedKeys<Keys> {
    return { keys: this.inner.prepare(keys, mask), places: placesOf(keys, mask) };
  }

  score(query: tf.Tensor3D, { keys, places }: CountedKeys<Keys>, previous?: Alignment): tf.Tensor3D {
    const [own, inner] = apart(previous, 1);
    const energies = this.inner.score(query, keys, inner);
    return withinReach(energies, places, placeOf(energies, own), this.reach).energies;
  }

  /** The place of the next step [B,Q,1], and behind it what the inner scorer remembers. */
  remember(weights: tf.Tensor3D, query: tf.Tensor3D, { keys }: CountedKeys<Keys>, previous?: Alignment): tf.Tensor3D {
    const [own, inner] = apart(previous, 1);
    const next = tf.add<tf.Tensor3D>(placeOf(weights, own), 1);
    return together(next, this.inner.remember?.(weights, query, keys, inner));
  }
}

/** [B,Q,1]: what the step before remembered, else the number of the query. */
function placeOf(energies: tf.Tensor3D, previous?: Alignment): tf.Tensor3D {
  const [B, Q] = energies.shape;
  return previous?.state ?? tf.broadcastTo(tf.reshape(tf.range(0, Q), [1, Q, 1]), [B, Q, 1]);
}
