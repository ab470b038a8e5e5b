/** What turns emissions into tags. */
import type { Sequence } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';

/** A head over emissions [B,T,K], one score per tag and position: a CRF, or a softmax at each position by itself. */
export interface TagHead {
  /** How badly labels [B,T] int32 fit, over the real positions → scalar. */
  loss(emissions: Sequence, labels: tf.Tensor2D): tf.Scalar;
  /** The best tags [B,T] int32; anything at padding. */
  decode(emissions: Sequence): tf.Tensor2D;
  /** The probability of every tag at every position [B,T,K]. */
  marginals(emissions: Sequence): tf.Tensor3D;
}
