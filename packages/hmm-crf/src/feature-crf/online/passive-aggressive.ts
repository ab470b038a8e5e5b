/** Passive–aggressive learning (Crammer et al., JMLR 7, 2006) of structured labels. */
import { count, knownOptions, oneOf, within } from '@seqloom/core/options';
import type { Algorithm, AlgorithmState, Problem } from '../algorithm.js';
import { AveragedWeights, savedMean } from './averaged-weights.js';
import { Decoder } from './decoder.js';
import { epochs, type Learner, norm } from './epochs.js';
import { SparseVector } from './sparse-vector.js';

/** CRFsuite's, with its defaults. */
export interface PassiveAggressiveOptions {
  /** 'PA' without slack, 'PA-I' (unless told) with a largest step of `c`, 'PA-II' with steps damped by 1/(2·c). CRFsuite's types 0, 1 and 2. */
  type?: 'PA' | 'PA-I' | 'PA-II';
  /** Aggressiveness, 1 unless told. */
  c?: number;
  /** Whether √(wrong labels) is the margin, rather than 1; true unless told. */
  errorSensitive?: boolean;
  /** Whether the mean of all weights there were is the result; true unless told. */
  averaging?: boolean;
  /** 100 unless told. */
  maxIterations?: number;
  /** Stops when the mean cost of a sequence is less; 0, never, unless told. */
  epsilon?: number;
}

const types = ['PA', 'PA-I', 'PA-II'] as const;
const defaults = { type: 'PA-I' as const, c: 1, errorSensitive: true, averaging: true, maxIterations: 100, epsilon: 0 };

/** The smallest change of the weights after which the right labels win by the margin. Throws an OptionError. */
export function passiveAggressive(options: PassiveAggressiveOptions = {}): Algorithm {
  const where = 'passiveAggressive';
  knownOptions(where, options, Object.keys(defaults));
  const all = { ...defaults, ...options };
  oneOf(where, 'type', all.type, types);
  within(where, 'c', all.c, Number.MIN_VALUE);
  within(where, 'epsilon', all.epsilon, 0);
  count(where, 'maxIterations', all.maxIterations);
  const name = 'pa';
  const train: Algorithm['train'] = (problem) => epochs(problem, new PassiveAggressive(problem, all), { name, ...all });
  return { name, train, ...(all.averaging && { weightsOf: savedMean }) };
}

class PassiveAggressive implements Learner {
  readonly #options: Required<PassiveAggressiveOptions>;
  readonly #decoder: Decoder;
  readonly #averaged: AveragedWeights;
  readonly #difference: SparseVector;
  readonly #weightOf: (sequence: number) => number;

  constructor({ memory }: Problem, options: Required<PassiveAggressiveOptions>) {
    this.#options = options;
    this.#decoder = new Decoder(memory);
    this.#averaged = new AveragedWeights(this.#decoder.weights);
    this.#difference = new SparseVector(memory.size);
    this.#weightOf = memory.weightOf;
  }

  learn(sequence: number): number {
    const wrong = this.#decoder.errors(sequence);
    const cost = wrong > 0 ? this.#update(sequence, wrong) : 0;
    this.#averaged.count++;
    return cost;
  }

  weights(): Float64Array {
    return this.#options.averaging ? this.#averaged.mean() : this.#averaged.current.slice();
  }

  featureNorm(): number {
    return norm(this.#averaged.current);
  }

  save(): Pick<AlgorithmState, 'numbers' | 'vectors'> {
    return this.#averaged.save();
  }

  restore({ numbers, vectors }: Pick<AlgorithmState, 'numbers' | 'vectors'>): void {
    this.#averaged.restore(numbers.count![0]!, vectors.weights!, vectors.sum!);
    this.#decoder.transitionsChanged();
  }

  #update(sequence: number, wrong: number): number {
    const difference = this.#difference;
    difference.clear();
    this.#decoder.difference(sequence, (feature, value) => difference.add(feature, value));
    let [lead, square] = [0, 0]; // how far the path found is ahead of the given one; |difference|²
    for (const feature of difference.actives) {
      const value = difference.values[feature]!;
      lead -= value * this.#averaged.current[feature]!;
      square += value * value;
    }
    if (square === 0) return 0; // no feature tells them apart
    const cost = lead + (this.#options.errorSensitive ? Math.sqrt(wrong) : 1);
    const weight = this.#weightOf(sequence);
    const rate = weight * this.#rate(cost, square);
    for (const feature of difference.actives) this.#averaged.add(feature, rate * difference.values[feature]!);
    this.#decoder.transitionsChanged();
    return weight * cost;
  }

  #rate(cost: number, square: number): number {
    const { type, c } = this.#options;
    if (type === 'PA-II') return cost / (square + 0.5 / c);
    return type === 'PA' ? cost / square : Math.min(c, cost / square);
  }
}
