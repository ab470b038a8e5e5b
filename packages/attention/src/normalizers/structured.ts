/** Weights that know their neighbours: marginals of a chain over the keys. */
import type { Normalizer } from '@seqloom/core';
import { knownOptions, OptionError, ShapeError, show } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { checkedMask } from './allowed.js';

/** Log potentials of N chains of two states, 0 = left out and 1 = looked at: what `new LinearChain(…)` of @seqloom/hmm-crf takes. */
export interface KeyChain {
  /** [2] */
  readonly initial: tf.Tensor1D;
  /** [2,2], from × to */
  readonly transition: tf.Tensor2D;
  /** [N,K,2] */
  readonly emission: tf.Tensor3D;
  /** [N,K] */
  readonly mask: tf.Tensor2D;
}

export interface StructuredOptions {
  /** The probability of each state at each key, [N,K,2], differentiable: `(chain) => new LinearChain(chain).marginals()`. */
  marginals: (chain: KeyChain) => tf.Tensor3D;
  /** [2,2] from × to: what it is worth to go on looking, and on leaving out. A tf.Variable of the model that owns it is trained with it. */
  transition: tf.Tensor2D;
}

/**
 * Structured (segmentation) attention: each key is looked at or left out, by its energy and by what its neighbours do; its weight is the marginal
 * probability that it is looked at. energies [B,Q,K] → weights, which need not sum to 1. Throws OptionError, ShapeError. arXiv:1702.00887
 */
export function structured(options: StructuredOptions): Normalizer {
  knownOptions('structured', options, ['marginals', 'transition']);
  const { marginals, transition } = options;
  if (typeof marginals !== 'function')
    throw new OptionError('structured', `\`marginals\` must be a function, got ${show(marginals)}`);
  if (String(transition?.shape) !== '2,2')
    throw new ShapeError('structured', `\`transition\` must have shape [2,2], got [${transition?.shape}]`);
  return (energies, mask) => {
    const [B, Q, K] = energies.shape;
    const real = tf.broadcastTo(tf.cast(checkedMask('structured', energies, mask), 'int32'), [B, Q, K]);
    const clean = tf.where(tf.cast(real, 'bool'), energies as tf.Tensor, 0);
    const found = marginals({
      initial: tf.zeros([2]),
      transition: tf.add(transition, 0) as tf.Tensor2D,
      emission: tf.reshape(tf.stack([tf.zerosLike(clean), clean], -1), [B * Q, K, 2]),
      mask: tf.cast(tf.reshape(real, [B * Q, K]), 'bool'),
    });
    const looked = tf.slice(found, [0, 0, 1], [B * Q, K, 1]);
    return tf.where(tf.cast(real, 'bool'), tf.reshape(looked, [B, Q, K]), 0) as tf.Tensor3D;
  };
}
