/** The averaged perceptron (Collins, EMNLP 2002). */
import { count, knownOptions, within } from '@seqloom/core/options';
import type { Algorithm, AlgorithmState, Problem } from '../algorithm.js';
import { AveragedWeights, savedMean } from './averaged-weights.js';
import { Decoder } from './decoder.js';
import { epochs, type Learner, norm } from './epochs.js';

/** CRFsuite's, with its defaults. */
export interface PerceptronOptions {
  /** 100 unless told. */
  maxIterations?: number;
  /** Stops when a sequence has on average less than this part of its labels wrong; 0, never, unless told. */
  epsilon?: number;
}

/** Adds the features of the right labels and subtracts those of the best path, and takes the mean of all weights there were. */
export function averagedPerceptron(options: PerceptronOptions = {}): Algorithm {
  const name = 'ap';
  knownOptions('averagedPerceptron', options, ['maxIterations', 'epsilon']);
  const maxIterations = count('averagedPerceptron', 'maxIterations', options.maxIterations ?? 100);
  const epsilon = within('averagedPerceptron', 'epsilon', options.epsilon ?? 0, 0);
  const train: Algorithm['train'] = (problem) =>
    epochs(problem, new Perceptron(problem), { name, maxIterations, epsilon });
  return { name, train, weightsOf: savedMean };
}

class Perceptron implements Learner {
  readonly #decoder: Decoder;
  readonly #averaged: AveragedWeights;
  readonly #sequences: Int32Array;

  constructor({ memory }: Problem) {
    this.#decoder = new Decoder(memory);
    this.#averaged = new AveragedWeights(this.#decoder.weights);
    this.#sequences = memory.sequences;
  }

  learn(sequence: number): number {
    const wrong = this.#decoder.errors(sequence);
    if (wrong > 0) {
      this.#decoder.difference(sequence, (feature, value) => this.#averaged.add(feature, value));
      this.#decoder.transitionsChanged();
    }
    this.#averaged.count++;
    return wrong / (this.#sequences[sequence + 1]! - this.#sequences[sequence]!);
  }

  weights(): Float64Array {
    return this.#averaged.mean();
  }

  featureNorm(): number {
    return norm(this.#averaged.mean());
  }

  save(): Pick<AlgorithmState, 'numbers' | 'vectors'> {
    return this.#averaged.save();
  }

  restore({ numbers, vectors }: Pick<AlgorithmState, 'numbers' | 'vectors'>): void {
    this.#averaged.restore(numbers.count![0]!, vectors.weights!, vectors.sum!);
    this.#decoder.transitionsChanged();
  }
}
