/** What algorithms that go through the data one by one have in common: epochs, in an order that is shuffled anew each time. */
import type { Algorithm, AlgorithmState, Problem } from '../algorithm.js';

/** One epoch's work and what has come of it. */
export interface Learner {
  /** Learns from a sequence; returns what it cost. */
  learn(sequence: number): number;
  /** Weights [K] as a model would have them now: a copy. */
  weights(): Float64Array;
  featureNorm(): number;
  /** The vectors and counters that it goes on from; `restore` takes what `save` gave. */
  save(): Pick<AlgorithmState, 'numbers' | 'vectors'>;
  restore(saved: Pick<AlgorithmState, 'numbers' | 'vectors'>): void;
}

export interface EpochOptions {
  name: string;
  maxIterations: number;
  /** Stops when the mean cost of a sequence is less. */
  epsilon: number;
}

/** Epochs until the cost is small or there were enough. */
export async function* epochs(
  problem: Problem,
  learner: Learner,
  { name, maxIterations, epsilon }: EpochOptions,
): ReturnType<Algorithm['train']> {
  const { memory, pause, resume } = problem;
  const order = Int32Array.from({ length: memory.sequenceCount }, (_, sequence) => sequence);
  let iteration = 0;
  if (resume) {
    iteration = resume.iteration;
    order.set(resume.vectors.order!);
    problem.shuffleState = resume.numbers.shuffle!;
    learner.restore(resume);
  }
  while (iteration < maxIterations) {
    problem.shuffle(order);
    let loss = 0;
    for (const sequence of order) {
      loss += learner.learn(sequence);
      if (pause.isDue()) await pause.take();
    }
    iteration++;
    yield {
      ...{ iteration, loss, featureNorm: learner.featureNorm(), weights: () => learner.weights() },
      state: () => {
        const { numbers, vectors } = learner.save();
        const shuffle = problem.shuffleState;
        return {
          algorithm: name,
          iteration,
          numbers: { ...numbers, shuffle },
          vectors: { ...vectors, order: order.slice() },
        };
      },
    };
    if (loss / order.length < epsilon) return 'converged';
  }
  return 'maxIterations';
}

/** |w|₂. */
export function norm(weights: Float64Array): number {
  let sum = 0;
  for (const weight of weights) sum += weight * weight;
  return Math.sqrt(sum);
}
