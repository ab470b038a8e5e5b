/** Tags chosen at each position by itself. */
import type { Sequence } from '@seqloom/core';
import { zeroPadding } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { maskedCrossEntropy } from '../losses/masked-cross-entropy.js';
import type { TagHead } from './tag-head.js';

/** The head without memory of other tags: softmax over the emissions [B,T,K] of each position. */
export class SoftmaxHead implements TagHead {
  loss({ values, mask }: Sequence, labels: tf.Tensor2D): tf.Scalar {
    return maskedCrossEntropy(values, labels, mask);
  }

  /** → [B,T] int32, 0 at padding. */
  decode(emissions: Sequence): tf.Tensor2D {
    return tf.argMax(zeroPadding(emissions).values, 2) as tf.Tensor2D;
  }

  /** → [B,T,K], 0 at padding. */
  marginals(emissions: Sequence): tf.Tensor3D {
    const values = tf.softmax(zeroPadding(emissions).values);
    return zeroPadding({ values, mask: emissions.mask }).values;
  }
}
