/** Weights, and their mean over time. */
import type { AlgorithmState } from '../algorithm.js';

/** The mean of the weights over all sequences that were learned from, kept with one sum beside the weights. */
export class AveragedWeights {
  readonly current: Float64Array;
  /** Σ (the sequences before it + 1)·change. */
  readonly #sum: Float64Array;
  /** How many sequences were learned from, and 1. */
  count = 1;

  constructor(current: Float64Array) {
    this.current = current;
    this.#sum = new Float64Array(current.length);
  }

  add(feature: number, change: number): void {
    this.current[feature]! += change;
    this.#sum[feature]! += this.count * change;
  }

  mean(): Float64Array {
    return mean(this.current, this.#sum, this.count);
  }

  save(): { numbers: { count: number[] }; vectors: { weights: Float64Array; sum: Float64Array } } {
    return { numbers: { count: [this.count] }, vectors: { weights: this.current.slice(), sum: this.#sum.slice() } };
  }

  restore(count: number, weights: ArrayLike<number>, sum: ArrayLike<number>): void {
    this.count = count;
    this.current.set(weights);
    this.#sum.set(sum);
  }
}

/** The mean of what `save` gave. */
export function savedMean({ numbers, vectors }: Pick<AlgorithmState, 'numbers' | 'vectors'>): Float64Array {
  return mean(Float64Array.from(vectors.weights!), vectors.sum!, numbers.count![0]!);
}

function mean(weights: Float64Array, sum: ArrayLike<number>, count: number): Float64Array {
  return weights.map((weight, k) => weight - sum[k]! / count);
}
