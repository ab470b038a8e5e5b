/** The sampling semiring: one path drawn with its probability. */
import { detach, type Rng } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { drawIndices } from '../draw-indices.js';
import { withInfinity } from '../impossible.js';
import type { Semiring } from '../semiring.js';
import { average, type Weighted, weightedSemiring } from './weighted.js';

/** Of alternatives one is drawn, by their weights: the chain's sum is the score of a path drawn with its probability, and the gradient of that score is the path. Its laws hold in distribution. */
export function samplingSemiring(rng: Rng): Semiring<Weighted<'score'>> {
  return weightedSemiring({
    lift: (logPotential) => ({ score: logPotential }),
    sum({ log, score }) {
      const drawn = detach<tf.Tensor, tf.Tensor>(log, (logits) => {
        const [index, size] = [drawIndices(logits, rng), logits.shape.at(-1)!];
        return tf.cast(tf.equal(tf.expandDims(index, -1), tf.range(0, size, 1, 'int32')), 'float32');
      });
      return { score: average(drawn, score) };
    },
    lower: ({ score }) => withInfinity(score),
  });
}
