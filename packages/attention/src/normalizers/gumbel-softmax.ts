/** Weights drawn from the distribution that softmax describes. */
import type { Normalizer, Rng } from '@seqloom/core';
import { defaultRng, knownOptions, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { straightThrough } from './hard.js';
import { softmax } from './softmax.js';

export interface GumbelSoftmaxOptions {
  /** Near 0 the draws are almost one-hot; 1 unless told. */
  temperature?: number;
  /** Gives one-hot weights, with the gradient of the soft ones. */
  hard?: boolean;
  rng?: Rng;
}

/**
 * Softmax of (energies + Gumbel noise) / temperature: each key is the largest as often as softmax says. Draws anew at each call, in
 * training and in evaluation; use `hard` or `softmax` where nothing shall be random. Throws OptionError. arXiv:1611.01144
 */
export function gumbelSoftmax(options: GumbelSoftmaxOptions = {}): Normalizer {
  knownOptions('gumbelSoftmax', options, ['temperature', 'hard', 'rng']);
  const { temperature = 1, hard = false, rng = defaultRng.split() } = options;
  within('gumbelSoftmax', 'temperature', temperature, Number.MIN_VALUE);
  const normalize: Normalizer = (energies, mask) => {
    const noise = Float32Array.from({ length: energies.size }, () => -Math.log(-Math.log(rng.uniform() + 2 ** -33)));
    const noisy = tf.div<tf.Tensor3D>(tf.add(energies, tf.tensor(noise, energies.shape)), temperature);
    const weights = softmax(noisy, mask);
    return hard ? straightThrough(weights) : weights;
  };
  return Object.assign(normalize, { rng }); // so that a checkpoint finds the stream
}
