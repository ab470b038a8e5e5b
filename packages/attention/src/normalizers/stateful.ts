/** Normalisers that go on from something else than their weights. */
import type { Alignment, Normalizer } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';

/** A normaliser with a state of its own, which `Attention` hands on behind that of the scorer. */
export interface StatefulNormalizer extends Normalizer {
  /** Weights [B,Q,K], and what it wants to know at the next step, [B,Q,K]: its `previous.state` then. */
  weigh(
    energies: tf.Tensor3D,
    mask: tf.Tensor3D,
    previous?: Alignment,
  ): { readonly weights: tf.Tensor3D; readonly state: tf.Tensor3D };
}

export function isStateful(normalize: Normalizer): normalize is StatefulNormalizer {
  return 'weigh' in normalize;
}
