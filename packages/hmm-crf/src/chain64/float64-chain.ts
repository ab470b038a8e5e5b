/** Every question that one asks of a linear chain, over float64 arrays, without tfjs. */
import { DataError, OptionError, ShapeError } from '@seqloom/core/errors';
import { count } from '@seqloom/core/options';
import { defaultRng, type Rng } from '@seqloom/core/rng';
import { type BestPaths, hammingLoss, minimumRisk, mostProbable, type StepLoss, viterbi } from './decode.js';
import { divergences, entropies } from './divergence.js';
import { kBestPaths, type ScoredPath } from './k-best.js';
import { pathMoments } from './moments.js';
import { type ExpectedCounts, expectedCounts, logPartitions, pathScores } from './on-kernels.js';
import { pairMarginals } from './pair-marginals.js';
import { type Float64Potentials, type Float64Statistic, type Layout, layoutOf, uniform } from './potentials.js';
import { type Float64Restriction, restricted } from './restriction.js';
import { samplePaths } from './sample.js';

/**
 * A batch of chains; what B, N, M and K are, and how sequences lie, Float64Potentials says. The arrays are read anew by each question. A sequence without a
 * real step has the log partition 0 and an empty path; one that allows no path has −∞, and probabilities, entropy and expectations 0.
 */
export class Float64Chain {
  readonly potentials: Float64Potentials;
  readonly #layout: Layout;

  /** Throws a ShapeError where the potentials do not fit together, a DataError where one is NaN or +∞. */
  constructor(potentials: Float64Potentials) {
    this.#layout = layoutOf('Float64Chain', potentials);
    this.potentials = potentials;
  }

  /** The same chain without the paths that are not allowed. Throws a ShapeError where the restriction does not fit, a DataError on a label that is no state. */
  restrict(restriction: Float64Restriction): Float64Chain {
    return new Float64Chain(restricted(this.potentials, this.#layout, restriction));
  }

  /** log Σ exp over all paths: [B]. */
  logPartition(): Float64Array {
    return logPartitions(this.potentials, this.#layout);
  }

  /** log of how many paths are possible: [B]. */
  logPathCount(): Float64Array {
    return logPartitions(uniform(this.potentials), this.#layout);
  }

  /** The sum of the potentials along labels [N]: [B]. Labels at masked steps are not read. Throws a DataError on one that is no state. */
  score(labels: ArrayLike<number>): Float64Array {
    const where = 'Float64Chain.score';
    const { N, K } = this.#layout;
    if (labels.length !== N) throw new ShapeError(where, `\`labels\` must be [${N}], got ${labels.length}`);
    const states = Int32Array.from(labels, (label) => (Number.isInteger(label) ? label : -1));
    const { scores, bad } = pathScores(this.potentials, this.#layout, states);
    if (bad < 0) return scores;
    throw new DataError(where, `label ${labels[bad]} at ${bad} is no state`, { hint: `states are 0 to ${K - 1}` });
  }

  /** log p(labels): score − logPartition, [B]; −∞ where the labels are impossible. Throws as `score`. */
  logProbability(labels: ArrayLike<number>): Float64Array {
    const all = this.logPartition();
    return this.score(labels).map((score, b) => (score === -Infinity ? score : score - all[b]!));
  }

  /** The probability of each state at each step, [N,K]; 0 at masked steps. */
  marginals(): Float64Array {
    return this.expectedCounts().emission;
  }

  /** The probability of each pair of states (from, to) at each move, [M,K,K]; 0 at a masked step, or where no real one stands before. */
  pairMarginals(): Float64Array {
    return pairMarginals(this.potentials, this.#layout);
  }

  /** How often everything is expected over all sequences: the gradient of the sum of `logPartition`. */
  expectedCounts(): ExpectedCounts {
    return expectedCounts(this.potentials, this.#layout);
  }

  /** The best path [N], −1 at masked steps and where none is possible, and its score [B]; of equals the lowest states win, from the end on. */
  viterbi(): BestPaths {
    return viterbi(this.potentials, this.#layout);
  }

  /** The most probable state at each step by itself (max-marginal) [N], −1 as in `viterbi`. The path of them may be forbidden. */
  posteriorDecode(): Int32Array {
    return mostProbable(this.marginals(), this.#layout);
  }

  /**
   * Of the possible paths the one with the least expected loss (minimum Bayes risk) [N], as from `viterbi`, and that loss [B]. `loss`, [K answered,
   * K right] or [N,K,K], is added up over the steps; the Hamming distance unless given. Throws a ShapeError where it does not fit, a DataError where it is not finite.
   */
  minimumRisk(loss: StepLoss = hammingLoss(this.#layout.K)): { path: Int32Array; risk: Float64Array } {
    return minimumRisk(this.potentials, this.#layout, this.marginals(), loss);
  }

  /** By sequence, at most k possible paths, best first. Throws an OptionError unless k is a whole number of at least 1. */
  kBest(k: number): ScoredPath[][] {
    count('Float64Chain.kBest', 'k', k);
    return this.#sequences((b) => kBestPaths(this.potentials, this.#layout, b, k));
  }

  /** By sequence, n paths drawn independently, −1 as in `viterbi`. Throws an OptionError unless n is a whole number of at least 0. */
  sample(n: number, rng: Rng = defaultRng): Int32Array[][] {
    count('Float64Chain.sample', 'n', n, 0);
    return this.#sequences((b) => samplePaths(this.potentials, this.#layout, b, n, rng));
  }

  /** −Σ p log p over all paths, in nats: [B]. */
  entropy(): Float64Array {
    return entropies(this.potentials, this.#layout);
  }

  /** The Kullback–Leibler divergence Σ p log(p/q) to another chain q over the same steps: [B]; ∞ where q forbids what this one allows. */
  kl(other: Float64Chain): Float64Array {
    const [mine, its] = [this.#layout, other.#layout];
    const same = mine.K === its.K && equal(mine.lengths, its.lengths) && equal(mine.mask, its.mask);
    if (!same) throw new OptionError('Float64Chain.kl', 'the other chain has other states or other real steps');
    return divergences(this.potentials, other.potentials, mine, its);
  }

  /** What paths count on average: [B]. Throws a ShapeError where the statistic does not fit. */
  expectation(statistic: Float64Statistic): Float64Array {
    return pathMoments('Float64Chain.expectation', this.potentials, this.#layout, statistic, statistic).mean;
  }

  /** The covariance of what paths count, [B]; the variance of one statistic unless two are given. Throws as `expectation`. */
  covariance(first: Float64Statistic, second: Float64Statistic = first): Float64Array {
    return pathMoments('Float64Chain.covariance', this.potentials, this.#layout, first, second).covariance;
  }

  #sequences<T>(answer: (b: number) => T): T[] {
    return Array.from(this.#layout.lengths, (_, b) => answer(b));
  }
}

function equal(a: Int32Array | Uint8Array, b: Int32Array | Uint8Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
