/** Softmax that may look at nothing. */
import type { Normalizer, Rng } from '@seqloom/core';
import { count, knownOptions, Module, parameter, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { softmax } from './softmax.js';

export interface SinksOptions {
  /** H, of the MultiHead around it: row b·H + h of a batch is head h. 1 unless told. */
  heads?: number;
  rng?: Rng;
}

/**
 * Attention sinks: softmax with one more key of learned energy s_h and value 0, so that weights are exp(e_k) / (exp(s_h) + Σ exp(e)) and a head may look at nothing.
 * Give it to Attention as `normalize`. arXiv:2309.17453
 */
export class Sinks extends Module {
  readonly energy: tf.Variable<tf.Rank.R1>; // s [H]

  constructor(options: SinksOptions = {}) {
    super();
    knownOptions('Sinks', options, ['heads', 'rng']);
    this.energy = parameter([count('Sinks', 'heads', options.heads ?? 1)], zeros, options.rng);
  }

  /** energies [B·H,Q,K], mask [B·H or 1,Q or 1,K] → weights [B·H,Q,K]. */
  readonly normalize: Normalizer = (energies, mask) => {
    const [rows, Q, K] = energies.shape;
    const heads = this.energy.shape[0];
    const sink = tf.broadcastTo(tf.reshape(this.energy, [1, heads, 1, 1]), [rows / heads, heads, Q, 1]);
    const open = tf.concat([energies, tf.reshape(sink, [rows, Q, 1])], 2);
    const allowed = tf.concat([mask, tf.ones([mask.shape[0], mask.shape[1], 1], 'bool')], 2);
    return tf.slice(softmax(open as tf.Tensor3D, allowed as tf.Tensor3D), [0, 0, 0], [rows, Q, K]);
  };
}
