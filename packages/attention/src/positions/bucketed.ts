/** Classes of distances, each with a learned bias. */
import type { Alignment, Rng, Scorer } from '@seqloom/core';
import { count, knownOptions, Module, normal, parameter } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { scorerOf } from '../scorer-of.js';
import { addPerHead, distances } from './distances.js';

export interface BucketedScoreOptions<Keys> {
  inner: Scorer<Keys>;
  /** H, of the MultiHead around it; 1 unless told. */
  heads?: number;
  /** How many classes of distances; 32 unless told. */
  buckets?: number;
  /** Distances from here on share a bucket; 128 unless told. */
  maxDistance?: number;
  /** Tells keys before the query from keys behind it; else those behind share the bucket of distance 0. True unless told. */
  bidirectional?: boolean;
  rng?: Rng;
}

/**
 * T5's relative positions: energy + a learned bias for the bucket of k − q and the head; near distances have a bucket each, far ones share logarithmically. Queries
 * are the last Q positions. query [B,Q,D], keys [B,K,E] → [B,Q,K]. Throws OptionError. arXiv:1910.10683
 */
export class BucketedScore<Keys = tf.Tensor3D> extends Module implements Scorer<Keys> {
  readonly inner: Scorer<Keys>;
  readonly bias: tf.Variable<tf.Rank.R2>; // [buckets,H]
  readonly maxDistance: number;
  readonly bidirectional: boolean;
  readonly remember: Scorer<Keys>['remember'];

  constructor(options: BucketedScoreOptions<Keys>) {
    super();
    knownOptions('BucketedScore', options, ['inner', 'heads', 'buckets', 'maxDistance', 'bidirectional', 'rng']);
    const { heads = 1, buckets = 32, maxDistance = 128, bidirectional = true, rng } = options;
    this.inner = scorerOf('BucketedScore', options.inner);
    this.remember = options.inner.remember?.bind(options.inner);
    count('BucketedScore', 'buckets', buckets, bidirectional ? 4 : 2);
    this.maxDistance = count('BucketedScore', 'maxDistance', maxDistance, buckets);
    this.bidirectional = bidirectional;
    this.bias = parameter([buckets, count('BucketedScore', 'heads', heads)], normal(0.02), rng);
  }

  prepare(keys: tf.Tensor3D, mask?: tf.Tensor2D): Keys {
    return this.inner.prepare(keys, mask);
  }

  score(query: tf.Tensor3D, keys: Keys, previous?: Alignment): tf.Tensor3D {
    const energies = this.inner.score(query, keys, previous);
    const [, Q, K] = energies.shape;
    const [buckets, heads] = this.bias.shape;
    const places = distances(energies).map((distance) => bucketOf(distance, { ...this, buckets }));
    const rows = tf.gather(this.bias as tf.Tensor2D, tf.tensor1d(places, 'int32')); // [Q·K,H]
    return addPerHead(energies, tf.reshape(tf.transpose(rows), [heads, Q, K]));
  }
}

/** The bucket of a distance key − query. */
export function bucketOf(
  distance: number,
  { buckets, maxDistance, bidirectional }: { buckets: number; maxDistance: number; bidirectional: boolean },
): number {
  const half = bidirectional ? buckets / 2 : buckets;
  const side = bidirectional && distance > 0 ? half : 0;
  const away = bidirectional ? Math.abs(distance) : Math.max(-distance, 0);
  const exact = Math.floor(half / 2);
  if (away < exact) return side + away;
  const far = Math.log(away / exact) / Math.log(maxDistance / exact);
  return side + Math.min(half - 1, exact + Math.floor(far * (half - exact)));
}
