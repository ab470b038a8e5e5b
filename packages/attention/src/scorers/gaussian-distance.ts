/** How near a key is to the query. */
import type { Scorer } from '@seqloom/core';
import { dims, knownOptions, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

export interface GaussianDistanceScoreOptions {
  /** σ, the distance that counts as one; 1 unless told. */
  deviation?: number;
}

/** A key and what of its distance does not depend on the query: keys [B,K,D], half squares [B,1,K]. */
export interface PlacedKeys {
  readonly keys: tf.Tensor3D;
  readonly halfSquares: tf.Tensor3D;
}

/** Gaussian distance: energy = −|query − key|² / 2σ², so that softmax is kernel regression (Nadaraya–Watson 1964). query [B,Q,D], keys [B,K,D] → [B,Q,K]. Throws ShapeError when D differs. */
export class GaussianDistanceScore implements Scorer<PlacedKeys> {
  readonly deviation: number;

  constructor(options: GaussianDistanceScoreOptions = {}) {
    knownOptions('GaussianDistanceScore', options, ['deviation']);
    this.deviation = within('GaussianDistanceScore', 'deviation', options.deviation ?? 1, Number.MIN_VALUE);
  }

  prepare(keys: tf.Tensor3D): PlacedKeys {
    dims('GaussianDistanceScore.prepare', { keys: [keys, 'B K D'] });
    return { keys, halfSquares: tf.transpose(halfSquare(keys), [0, 2, 1]) };
  }

  score(query: tf.Tensor3D, { keys, halfSquares }: PlacedKeys): tf.Tensor3D {
    dims('GaussianDistanceScore.score', { query: [query, 'B Q D'], keys: [keys, 'B K D'] });
    const products = tf.matMul<tf.Tensor3D>(query, keys, false, true);
    const energies = tf.sub<tf.Tensor3D>(tf.sub(products, halfSquare(query)), halfSquares);
    return tf.div(energies, this.deviation ** 2);
  }
}

/** [B,T,D] → |x|²/2 [B,T,1]. */
function halfSquare(x: tf.Tensor3D): tf.Tensor3D {
  return tf.mul(tf.sum(tf.square(x), -1, true), 0.5);
}
