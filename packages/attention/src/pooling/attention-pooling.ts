/** A sequence as one vector: the mean of its steps, each weighed by what it is worth. */
import type { Rng, Sequence } from '@seqloom/core';
import { Module } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Attention } from '../attention.js';
import { LearnedQueryScore } from '../scorers/learned-query.js';

export interface AttentionPoolingOptions {
  /** D, of the steps. */
  keySize: number;
  /** U, the size of the score's hidden layer. */
  size: number;
  rng?: Rng;
}

/** Self-attentive pooling: [B,T,D] → [B,D] by a learned query. arXiv:1703.03130, arXiv:1512.08756 */
export class AttentionPooling extends Module {
  readonly attention: Attention;

  constructor(options: AttentionPoolingOptions) {
    super();
    this.attention = new Attention({ scorer: new LearnedQueryScore(options) });
  }

  /** x [B,T,D] → output [B,D], 0 for a sequence without a real step, and weights [B,T]. Throws ShapeError. */
  forward(x: Sequence): { output: tf.Tensor2D; weights: tf.Tensor2D } {
    const memory = this.attention.remember(x);
    const { context, weights } = this.attention.attend(tf.zeros([x.mask.shape[0], 1, 1]), memory);
    return { output: tf.squeeze<tf.Tensor2D>(context, [1]), weights: tf.squeeze<tf.Tensor2D>(weights, [1]) };
  }
}
