/** The entropy semiring (Hernando et al. 2005): how uncertain the path is. */
import * as tf from '@tensorflow/tfjs-core';
import type { Semiring } from '../semiring.js';
import { average, type Weighted, weightedSemiring, wherePossible } from './weighted.js';

/** Entropies of independent parts add up, those of alternatives by the chain rule: the chain's sum is −Σ p log p over all paths, in nats. */
export const entropySemiring: Semiring<Weighted<'entropy'>> = weightedSemiring({
  lift: (logPotential) => ({ entropy: tf.zerosLike(logPotential) }),
  sum: ({ log, entropy }, weights, total) => ({
    entropy: average(weights, tf.sub(entropy, tf.sub(log, tf.expandDims(total, -1)))),
  }),
  lower: ({ log, entropy }) => wherePossible(log, entropy),
});
