/** One sequence's gradient, added to weights that are kept divided by a common factor, so that shrinking all of them costs nothing. */
import { featureGradient, featureMarginals, prepareTransitions } from '@seqloom/kernels';
import { expectedTransitions } from '../objective.js';
import type { TrainingMemory } from '../training-memory.js';

export class GradientStep {
  /** [K], to be multiplied by `factor`. */
  readonly weights: Float64Array<ArrayBuffer>;
  factor = 1;
  readonly #memory: TrainingMemory;
  readonly #losses: Float64Array;
  readonly #pairs: Float64Array;
  readonly #expected: (i: number, j: number) => number;

  constructor(memory: TrainingMemory) {
    this.#memory = memory;
    const weights = memory.vector();
    const { losses, pairs } = memory.use({ stateWeights: weights, gradient: weights });
    const L = memory.features.labelCount;
    this.weights = memory.doubles(weights);
    this.#losses = memory.doubles(losses, memory.sequenceCount);
    this.#pairs = memory.doubles(pairs, L * (L + (L % 2)));
    this.#expected = expectedTransitions(memory);
  }

  /** −log p(labels) of a sequence; its marginals are what `follow` goes by. */
  evaluate(sequence: number): number {
    const { kernels, plan } = this.#memory;
    this.#memory.setTransitions(this.weights, this.factor);
    prepareTransitions(kernels, plan);
    featureMarginals(kernels, plan, [this.#range(sequence)], this.factor);
    return this.#losses[sequence]!;
  }

  /** Adds `gain` times (what was seen − what was expected) in the sequence that was evaluated. */
  follow(sequence: number, gain: number): void {
    const { kernels, plan, features } = this.#memory;
    this.#pairs.fill(0);
    const part = {
      attributes: [0, features.stateOffsets.length - 1],
      labels: [0, features.labelCount],
    } as const;
    featureGradient(kernels, plan, this.#range(sequence), -gain, [part]);
    this.#followTransitions(sequence, gain);
  }

  /** The weights as they are meant, the factor being 1 again. */
  normalize(): void {
    for (let k = 0; k < this.weights.length; k++) this.weights[k]! *= this.factor;
    this.factor = 1;
  }

  #followTransitions(sequence: number, gain: number): void {
    const { features, stateCount, sequences, tokenLabels } = this.#memory;
    const { labelCount: L, transitionOffsets, transitionLabels } = features;
    for (let i = 0; i < L; i++) {
      for (let f = transitionOffsets[i]!; f < transitionOffsets[i + 1]!; f++) {
        this.weights[stateCount + f]! -= gain * this.#expected(i, transitionLabels[f]!);
      }
    }
    for (let t = sequences[sequence]! + 1; t < sequences[sequence + 1]!; t++) {
      const feature = this.#memory.transitionFeature(tokenLabels[t - 1]!, tokenLabels[t]!);
      if (feature >= 0) this.weights[feature]! += gain * this.#memory.weightOf(sequence);
    }
  }

  #range(sequence: number): { first: number; end: number; base: number } {
    return { first: sequence, end: sequence + 1, base: this.#memory.sequences[sequence]! };
  }
}
