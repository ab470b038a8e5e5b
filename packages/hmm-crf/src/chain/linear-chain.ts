/** Every question that one asks of a linear chain. */

import { count, defaultRng, detach, dims, knownOptions, oneOf, type Rng } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { type ChainPotentials, type ChainSizes, chainSizes } from './chain-potentials.js';
import { chainSum } from './chain-sum.js';
import { expectedStatistic, type Marginals } from './expected-statistic.js';
import { kBestPaths } from './k-best-paths.js';
import { logRatio } from './log-ratio.js';
import { riskChain, type StepLoss } from './minimum-risk.js';
import { pathScore } from './path-score.js';
import { type Recursion, recursions } from './recursion.js';
import { type Restriction, restricted } from './restriction.js';
import { samplePaths } from './sample-paths.js';
import { countingSemiring } from './semirings/counting.js';
import { covarianceSemiring } from './semirings/expectation.js';
import type { Statistic } from './statistic.js';

export interface LinearChainOptions {
  /** 'sequential' unless told; 'scan' is for long chains where nothing is fused. Log partitions, marginals, all that is made of them, and Viterbi obey it. */
  recursion?: Recursion;
}

/**
 * A batch of chains over K states. Everything but paths is differentiable, twice. A sequence without a real step has the log
 * partition 0 and an empty path; one that allows no path has −∞ and no gradient. Sequences may have holes: see ChainPotentials.
 */
export class LinearChain {
  readonly sizes: ChainSizes;
  readonly #potentials: ChainPotentials;
  readonly #options: LinearChainOptions;
  readonly #recursion: (typeof recursions)[Recursion];

  /** Throws a ShapeError where the potentials do not fit together. */
  constructor(potentials: ChainPotentials, options: LinearChainOptions = {}) {
    knownOptions('LinearChain', options, ['recursion']);
    const { recursion = 'sequential' } = options;
    this.sizes = chainSizes('LinearChain', potentials);
    this.#potentials = potentials;
    this.#options = options;
    this.#recursion = recursions[oneOf('LinearChain', 'recursion', recursion, ['sequential', 'scan'])];
  }

  /**
   * The same chain without the paths that are not allowed: constraints for all sequences, and labels known, unknown or ambiguous at each step. The log
   * probability of what is allowed is the difference of the two log partitions; the best path of the restricted chain keeps to what is known. It
   * reads tensors made here: call it inside `tf.tidy`. Throws a ShapeError where the restriction does not fit, a DataError on a label that is no state.
   */
  restrict(restriction: Restriction): LinearChain {
    return new LinearChain(
      tf.tidy(() => restricted(this.#potentials, restriction) as ChainPotentials & tf.TensorContainerObject),
      this.#options,
    );
  }

  /** log Σ exp over all paths: [B]. */
  logPartition(): tf.Tensor1D {
    return this.#logPartition({});
  }

  /** log of how many paths are possible: [B]. */
  logPathCount(): tf.Tensor1D {
    return chainSum(countingSemiring, this.#potentials) as tf.Tensor1D;
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
    return tf.tidy(() => this.#recursion.logProbability(this.#whole(), labels));
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
    return tf.tidy(() => gradient((moved: tf.Tensor4D) => this.#logPartition({ transition: moved }), this.#perStep()));
  }

  /** The best path [B,T], int32, and its score [B]; −1 at masked steps, and everywhere where no path is possible. */
  viterbi(): { path: tf.Tensor2D; score: tf.Tensor1D } {
    return tf.tidy(() => {
      const potentials = this.#whole();
      const best = this.#recursion.bestPath(potentials);
      const score = pathScore(potentials, best);
      const possible = detach<tf.Tensor, tf.Tensor>(score, (values) => tf.greater(values, -Infinity));
      const path = tf.where(tf.expandDims(possible, 1), best, tf.fill(best.shape, -1, 'int32')) as tf.Tensor2D;
      return { path, score };
    });
  }

  /** The k best paths [B,k,T], int32, best first, and their scores [B,k], differentiable; −1 and −∞ behind the last possible one. Throws an OptionError unless k ≥ 1. */
  kBest(k: number): { paths: tf.Tensor3D; scores: tf.Tensor2D } {
    count('LinearChain.kBest', 'k', k);
    return tf.tidy(() => {
      const potentials = this.#whole();
      const { paths, possible } = kBestPaths(potentials, k);
      const each = tf.unstack(paths, 1) as tf.Tensor2D[];
      const scores = tf.stack(
        each.map((path) => pathScore(potentials, path)),
        1,
      );
      return {
        paths: tf.where(tf.expandDims(possible, 2), paths, tf.fill(paths.shape, -1, 'int32')) as tf.Tensor3D,
        scores: tf.where(possible, scores, tf.fill(scores.shape, -Infinity)) as tf.Tensor2D,
      };
    });
  }

  /** n paths per sequence drawn independently, each with its probability: [B,n,T] int32; −1 at masked steps, and everywhere where no path is possible. */
  sample(n: number, rng: Rng = defaultRng): tf.Tensor3D {
    count('LinearChain.sample', 'n', n);
    return tf.tidy(() => samplePaths(this.#whole(), n, rng));
  }

  /** The most probable state at each step by itself (max-marginal decoding) [B,T] int32, −1 at masked steps and where no path is possible. The path of them may be forbidden. */
  posteriorDecode(): tf.Tensor2D {
    return tf.tidy(() =>
      detach<tf.Tensor, tf.Tensor2D>(this.marginals(), (marginals) => {
        const best = tf.argMax(marginals, 2);
        return tf.where(tf.greater(tf.sum(marginals, 2), 0.5), best, tf.fill(best.shape, -1, 'int32')) as tf.Tensor2D;
      }),
    );
  }

  /**
   * Of the possible paths the one with the least expected loss (minimum Bayes risk), loss[answered][right] being added up over the steps; the Hamming
   * distance unless given: the path [B,T], int32, as from `viterbi`, and its risk [B]. Throws a ShapeError where the loss does not fit.
   */
  minimumRisk(loss?: StepLoss): { path: tf.Tensor2D; risk: tf.Tensor1D } {
    return tf.tidy(() => {
      const { path, score } = new LinearChain(
        riskChain(this.#whole(), this.marginals(), loss, this.sizes),
        this.#options,
      ).viterbi();
      return { path, risk: tf.neg(score) };
    });
  }

  /** What a path counts on average, Σ p(path)·statistic(path): [B]; 0 where no path is possible. Throws a ShapeError where the statistic does not fit. */
  expectation(statistic: Statistic): tf.Tensor1D {
    return tf.tidy(() =>
      this.#expectation('LinearChain.expectation', statistic, this.#marginals(!statistic.transition)),
    );
  }

  /** The covariance over paths of two statistics, or the variance of one: [B]; 0 where no path is possible. Throws as `expectation`. */
  covariance(first: Statistic, second: Statistic = first): tf.Tensor1D {
    return chainSum(covarianceSemiring, this.#potentials, first, second) as tf.Tensor1D;
  }

  /** −Σ p(path)·log p(path), in nats: [B]; 0 where no path is possible. */
  entropy(): tf.Tensor1D {
    return tf.tidy(() => {
      const score = this.#expectation('LinearChain.entropy', this.#whole(), this.#marginals());
      return whereFinite(this.logPartition(), (logZ) => tf.sub(logZ, score));
    });
  }

  /**
   * The Kullback–Leibler divergence Σ p(path)·log(p(path) / q(path)) to another chain over the same real steps, in nats: [B]; ∞ where q forbids what p
   * does. Throws a ShapeError where the sizes differ.
   */
  kl(other: LinearChain): tf.Tensor1D {
    const { B, T, K } = this.sizes;
    dims('LinearChain.kl', { other: [other.#potentials.emission, `${B} ${T} ${K}`] });
    return tf.tidy(() => {
      const { difference, forbidden } = logRatio(this.#whole(), other.#whole());
      const marginals = this.#marginals();
      const ratio = this.#expectation('LinearChain.kl', difference, marginals);
      const outside = this.#expectation('LinearChain.kl', forbidden, marginals);
      const infinite = detach<tf.Tensor, tf.Tensor>(outside, (x) => tf.greater(x, 0));
      return whereFinite(this.logPartition(), (logZ) => {
        const divergence = tf.sub(tf.add(ratio, tf.where(infinite, tf.zerosLike(logZ), other.logPartition())), logZ);
        return tf.where(infinite, tf.fill([B], Infinity), divergence);
      });
    });
  }

  #expectation(where: string, statistic: Statistic, marginals: Marginals): tf.Tensor1D {
    const { mask: _, ...parts } = { mask: undefined, ...statistic };
    return expectedStatistic(where, this.#potentials, marginals, parts);
  }

  /** Both marginals at once, or only those of the states. */
  #marginals(onlyStates = false): Marginals {
    const { emission } = this.#potentials;
    if (onlyStates || this.sizes.T === 1) return { states: this.marginals(), pairs: undefined };
    const sum = (moved: tf.Tensor, transition: tf.Tensor) =>
      tf.sum(this.#logPartition({ emission: moved as tf.Tensor3D, transition: transition as tf.Tensor4D }));
    const [states, pairs] = tf.grads(sum)([emission, this.#perStep()]);
    return { states: states as tf.Tensor3D, pairs: pairs as tf.Tensor4D };
  }

  #perStep(): tf.Tensor4D {
    const { B, T, K } = this.sizes;
    return tf.add(this.#potentials.transition, tf.zeros([B, T - 1, K, K]));
  }

  #logPartition(moved: Partial<ChainPotentials>): tf.Tensor1D {
    return tf.tidy(() => this.#recursion.logPartition({ ...this.#whole(), ...moved }));
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

/** `f(logZ)`, and 0 without a gradient where no path is possible. */
function whereFinite(logZ: tf.Tensor1D, f: (logZ: tf.Tensor) => tf.Tensor): tf.Tensor1D {
  const possible = detach<tf.Tensor, tf.Tensor>(logZ, (values) => tf.greater(values, -Infinity));
  return tf.where(
    possible,
    f(tf.where(possible, logZ as tf.Tensor, tf.zerosLike(logZ))),
    tf.zerosLike(logZ),
  ) as tf.Tensor1D;
}
