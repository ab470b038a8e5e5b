/** A scorer in one line. */
import type { Scorer } from '@seqloom/core';
import { dims, OptionError, show } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';

/**
 * A scorer of a function: `scorer((query, keys) => …)`, query [B,Q,D], keys [B,K,E] → energies [B,Q,K]. What has parameters, or work to do once
 * per memory, is a class (docs/add-a-scorer.md). Throws ShapeError where the energies have another shape. `verifyScorer` of
 * `@seqloom/core/testing` proves that it keeps the contract.
 */
export function scorer(score: (query: tf.Tensor3D, keys: tf.Tensor3D) => tf.Tensor3D): Scorer {
  if (typeof score !== 'function') throw new OptionError('scorer', `wants a function, got ${show(score)}`);
  return {
    prepare: (keys) => keys,
    score(query, keys) {
      const energies = score(query, keys);
      dims('scorer', { query: [query, 'B Q D'], keys: [keys, 'B K E'], energies: [energies, 'B Q K'] });
      return energies;
    },
  };
}
