/** How near a key is to the query. */
import type { Scorer } from '@seqloom/core';
import { detach, dims, keepWhere, knownOptions, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

export interface GaussianDistanceScoreOptions {
  /** σ, the distance that counts as one; 1 unless told. */
  deviation?: number;
}

/** Keys as seen from their centre [B,1,D], and what of their distances does not depend on the query: keys [B,K,D], half squares [B,1,K]. */
export interface PlacedKeys {
  readonly keys: tf.Tensor3D;
  readonly halfSquares: tf.Tensor3D;
  readonly centre: tf.Tensor3D;
}

/** Gaussian distance: energy = −|query − key|² / 2σ², so that softmax is kernel regression (Nadaraya–Watson 1964). query [B,Q,D], keys [B,K,D] → [B,Q,K]. Throws ShapeError when D differs. */
export class GaussianDistanceScore implements Scorer<PlacedKeys> {
  readonly deviation: number;

  constructor(options: GaussianDistanceScoreOptions = {}) {
    knownOptions('GaussianDistanceScore', options, ['deviation']);
    this.deviation = within('GaussianDistanceScore', 'deviation', options.deviation ?? 1, Number.MIN_VALUE);
  }

  prepare(keys: tf.Tensor3D, mask?: tf.Tensor2D): PlacedKeys {
    dims('GaussianDistanceScore.prepare', { keys: [keys, 'B K D'] });
    const centre = detach(keys, (x) => centreOf(x, mask)); // distances do not depend on it, and large numbers would cancel
    const centred = tf.sub<tf.Tensor3D>(keys, centre);
    return { keys: centred, halfSquares: tf.transpose(halfSquare(centred), [0, 2, 1]), centre };
  }

  score(query: tf.Tensor3D, { keys, halfSquares, centre }: PlacedKeys): tf.Tensor3D {
    dims('GaussianDistanceScore.score', { query: [query, 'B Q D'], keys: [keys, 'B K D'] });
    const centred = tf.sub<tf.Tensor3D>(query, centre);
    const products = tf.matMul<tf.Tensor3D>(centred, keys, false, true);
    const energies = tf.sub<tf.Tensor3D>(tf.sub(products, halfSquare(centred)), halfSquares);
    return tf.div(energies, this.deviation ** 2);
  }
}

/** The mean of the real keys [B,1,D], 0 where there is none. */
function centreOf(keys: tf.Tensor3D, mask?: tf.Tensor2D): tf.Tensor3D {
  if (!mask) return tf.mean(keys, 1, true);
  const real = tf.expandDims(tf.cast(mask, 'float32'), 2);
  return tf.div(tf.sum(keepWhere(mask, keys), 1, true), tf.maximum(tf.sum(real, 1, true), 1));
}

/** [B,T,D] → |x|²/2 [B,T,1]. */
function halfSquare(x: tf.Tensor3D): tf.Tensor3D {
  return tf.mul(tf.sum(tf.square(x), -1, true), 0.5);
}
