/** Adaptive regularisation of weights (Crammer, Kulesza & Dredze, NIPS 2009): every weight has a variance, which falls as it is learned. */
import { count, knownOptions, within } from '@seqloom/core/options';
import type { Algorithm, AlgorithmState, Problem } from '../algorithm.js';
import { Decoder } from './decoder.js';
import { epochs, type Learner, norm } from './epochs.js';
import { SparseVector } from './sparse-vector.js';

/** CRFsuite's, with its defaults. */
export interface ArowOptions {
  /** Of every weight at first, 1 unless told. */
  variance?: number;
  /** How much a sequence may be got wrong for the sake of the others, 1 unless told. */
  gamma?: number;
  /** 100 unless told. */
  maxIterations?: number;
  /** Stops when the mean cost of a sequence is less; 0, never, unless told. */
  epsilon?: number;
}

const defaults = { variance: 1, gamma: 1, maxIterations: 100, epsilon: 0 };

/** Steps that are long where a weight is uncertain. Throws an OptionError. */
export function arow(options: ArowOptions = {}): Algorithm {
  const where = 'arow';
  knownOptions(where, options, Object.keys(defaults));
  const all = { ...defaults, ...options };
  for (const name of ['variance', 'gamma'] as const) within(where, name, all[name], Number.MIN_VALUE);
  within(where, 'epsilon', all.epsilon, 0);
  count(where, 'maxIterations', all.maxIterations);
  return { name: where, train: (problem) => epochs(problem, new Arow(problem, all), { name: where, ...all }) };
}

class Arow implements Learner {
  readonly #gamma: number;
  readonly #decoder: Decoder;
  readonly #variances: Float64Array;
  readonly #difference: SparseVector;

  constructor({ memory }: Problem, { variance, gamma }: Required<ArowOptions>) {
    this.#gamma = gamma;
    this.#decoder = new Decoder(memory);
    this.#variances = new Float64Array(memory.size).fill(variance);
    this.#difference = new SparseVector(memory.size);
  }

  learn(sequence: number): number {
    const wrong = this.#decoder.errors(sequence);
    if (wrong === 0) return 0;
    const difference = this.#difference;
    difference.clear();
    this.#decoder.difference(sequence, (feature, value) => difference.add(feature, value));
    const { weights } = this.#decoder;
    let [cost, spread] = [wrong, this.#gamma];
    for (const feature of difference.actives) {
      const value = difference.values[feature]!;
      cost -= value * weights[feature]!;
      spread += value * value * this.#variances[feature]!;
    }
    for (const feature of difference.actives) {
      const value = difference.values[feature]!;
      const variance = this.#variances[feature]!;
      weights[feature]! += (cost / spread) * variance * value;
      this.#variances[feature] = 1 / (1 / variance + (value * value) / this.#gamma);
    }
    this.#decoder.transitionsChanged();
    return cost;
  }

  weights(): Float64Array {
    return this.#decoder.weights.slice();
  }

  featureNorm(): number {
    return norm(this.#decoder.weights);
  }

  save(): Pick<AlgorithmState, 'numbers' | 'vectors'> {
    return { numbers: {}, vectors: { weights: this.weights(), variances: this.#variances.slice() } };
  }

  restore({ vectors }: Pick<AlgorithmState, 'numbers' | 'vectors'>): void {
    this.#decoder.weights.set(vectors.weights!);
    this.#variances.set(vectors.variances!);
    this.#decoder.transitionsChanged();
  }
}
