/** What an algorithm is: it makes weights, an iteration at a time, and stops for a reason. */
import type { Pause } from '@seqloom/core/pause';
import type { TrainingMemory } from './training-memory.js';

/** One of `lbfgs()`, `l2sgd()`, `averagedPerceptron()`, `passiveAggressive()`, `arow()`, or your own. */
export interface Algorithm {
  readonly name: string;
  /** Yields after every iteration; returns why it stops. From `problem.resume` on it goes on as if it had never stopped. */
  train(problem: Problem): AsyncGenerator<Iteration, StopReason, void>;
  /** The weights [K] that a model of this state has; its vector `weights` unless told. */
  weightsOf?(state: AlgorithmState): Float64Array;
}

export interface Problem {
  readonly memory: TrainingMemory;
  readonly pause: Pause;
  /** Puts the numbers of sequences into the order of the next epoch. */
  shuffle(order: Int32Array): void;
  /** The state of what `shuffle` draws from, to be kept and put back. */
  shuffleState: readonly number[];
  readonly resume?: AlgorithmState | undefined;
}

/**
 * Why an algorithm has stopped: gradient or cost are small, the loss hardly falls, enough iterations, no step makes the loss smaller, or the
 * loss is no number any more.
 */
export type StopReason = 'converged' | 'stalled' | 'maxIterations' | 'lineSearchFailed' | 'diverged';

export interface Progress {
  /** From 1 on; epochs for algorithms that go through the data one by one. */
  readonly iteration: number;
  /** The objective; for the perceptron and its relatives the sum of costs of this epoch. */
  readonly loss: number;
  /** |w|₂. */
  readonly featureNorm: number;
  /** |gradient|₂. */
  readonly errorNorm?: number;
  /** How often the line search has evaluated the objective, and the step that it found. */
  readonly trials?: number;
  readonly step?: number;
  readonly learningRate?: number;
}

/** Both are to be called before the next iteration is asked for. */
export interface Iteration extends Progress {
  /** Weights [K], a copy. */
  weights(): Float64Array;
  state(): AlgorithmState;
}

/** All that an algorithm has to remember: plain data, to be kept anywhere. */
export interface AlgorithmState {
  readonly algorithm: string;
  readonly iteration: number;
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly vectors: Readonly<Record<string, Float64Array | Int32Array>>;
}
