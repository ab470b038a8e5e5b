/** Every question that one asks of a linear chain. */

import { detach, dims } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { bestPath } from './best-path.js';
import { type ChainPotentials, type ChainSizes, chainSizes } from './chain-potentials.js';
import { logPartition } from './log-partition.js';
import { logProbability } from './log-probability.js';
import { pathScore } from './path-score.js';
import { type Restriction, restricted } from './restriction.js';

/**
 * A batch of chains over K states. Everything but paths is differentiable, twice. A sequence without a real step has the log
 * partition 0 and an empty path; one that allows no path has −∞ and no gradient. Sequences may have holes: see ChainPotentials.
 */
export class LinearChain {
  readonly sizes: ChainSizes;
  readonly #potentials: ChainPotentials;

  /** Throws a ShapeError where the potentials do not fit together. */
  constructor(potentials: ChainPotentials) {
    this.sizes = chainSizes('LinearChain', potentials);
    this.#potentials = potentials;
  }

  /**
   * The same chain without the paths that are not allowed: constraints for all sequences, and labels known, unknown or ambiguous at each step. The log
   * probability of what is allowed is the difference of the two log partitions; the best path of the restricted chain keeps to what is known. It
   * reads tensors made here: call it inside `tf.tidy`. Throws a ShapeError where the restriction does not fit, a DataError on a label that is no state.
   */
  restrict(restriction: Restriction): LinearChain {
    return new LinearChain(
      tf.tidy(() => restricted(this.#potentials, restriction) as ChainPotentials & tf.TensorContainerObject),
    );
  }

  /** log Σ exp over all paths: [B]. */
  logPartition(): tf.Tensor1D {
    return this.#logPartition({});
  }

  /**
   * The sum of the potentials along the given paths: labels [B,T] int32 → [B]. Labels at masked steps are not read. Throws a DataError on
   * a label that is no state; on backends that cannot look without waiting (webgl, webgpu), the row's score is NaN.
   */
  score(labels: tf.Tensor2D): tf.Tensor1D {
    this.#checkShape('LinearChain.score', labels);
    return tf.tidy(() => pathScore(this.#whole(), labels));
  }

  /** log p(labels): score − logPartition, [B]; −∞ without a gradient where the labels are impossible. Throws as `score`. */
  logProbability(labels: tf.Tensor2D): tf.Tensor1D {
    this.#checkShape('LinearChain.logProbability', labels);
    return tf.tidy(() => logProbability(this.#whole(), labels));
  }

  /** The probability of each state at each step, [B,T,K]; 0 at masked steps. */
  marginals(): tf.Tensor3D {
    return tf.tidy(() => {
      const emission = this.#potentials.emission;
      return gradient((moved: tf.Tensor3D) => this.#logPartition({ emission: moved }), emission);
    });
  }

  /** The probability of each pair of states (from, to) at the move into step t, at entry t−1: [B,T-1,K,K]; 0 where there is none. */
  pairMarginals(): tf.Tensor4D {
    const { B, T, K } = this.sizes;
    if (T === 1) return tf.zeros([B, 0, K, K]);
    return tf.tidy(() => {
      const { transition } = this.#potentials;
      const perStep = tf.add(transition, tf.zeros([B, T - 1, K, K])) as tf.Tensor4D;
      return gradient((moved: tf.Tensor4D) => this.#logPartition({ transition: moved }), perStep);
    });
  }

  /** The best path [B,T], int32, and its score [B]; −1 at masked steps, and everywhere where no path is possible. */
  viterbi(): { path: tf.Tensor2D; score: tf.Tensor1D } {
    return tf.tidy(() => {
      const potentials = this.#whole();
      const best = bestPath(potentials);
      const score = pathScore(potentials, best);
      const possible = detach<tf.Tensor, tf.Tensor>(score, (values) => tf.greater(values, -Infinity));
      const path = tf.where(tf.expandDims(possible, 1), best, tf.fill(best.shape, -1, 'int32')) as tf.Tensor2D;
      return { path, score };
    });
  }

  #logPartition(moved: Partial<ChainPotentials>): tf.Tensor1D {
    return tf.tidy(() => logPartition({ ...this.#whole(), ...moved }));
  }

  /** With end potentials, for the ops. */
  #whole(): Required<ChainPotentials> {
    return { final: tf.zerosLike(this.#potentials.initial), ...this.#potentials };
  }

  #checkShape(where: string, labels: tf.Tensor2D): void {
    const { B, T } = this.sizes;
    dims(where, { labels: [labels, `${B} ${T}`] });
  }
}

/** d Σ f / dx: the gradient of a log partition is a probability. */
function gradient<T extends tf.Tensor>(f: (x: T) => tf.Tensor1D, x: T): T {
  return tf.grad((moved: tf.Tensor) => tf.sum(f(moved as T)))(x) as T;
}
