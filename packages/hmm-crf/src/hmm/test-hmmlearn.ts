/** What tests against hmmlearn share. */
import { expect } from 'vitest';
import type { HMM } from './hmm.js';
import { type Observations, observations } from './observations.js';

export interface HmmlearnCase {
  X: number[][];
  lengths: number[];
  logLikelihood: number;
  posterior: number[][];
  viterbi: { path: number[]; score: number };
  map: { path: number[]; score: number };
}

/** Its rows, cut into its sequences. */
export function dataOf({ X, lengths }: Pick<HmmlearnCase, 'X' | 'lengths'>): Observations {
  const starts = lengths.map((_, at) => lengths.slice(0, at).reduce((sum, length) => sum + length, 0));
  return observations(lengths.map((length, at) => X.slice(starts[at], starts[at]! + length)));
}

/** Score, posteriors and both decodings are hmmlearn's. */
export function expectSameAnswers(hmm: HMM, data: Observations, given: HmmlearnCase): void {
  expectClose([hmm.score(data)], [given.logLikelihood]);
  expectClose(hmm.posteriors(data), given.posterior.flat());
  for (const [decoded, expected] of [
    [hmm.viterbi(data), given.viterbi],
    [hmm.map(data), given.map],
  ] as const) {
    expect([...decoded.path]).toEqual(expected.path);
    expectClose([decoded.scores.reduce((sum, score) => sum + score, 0)], [expected.score]);
  }
}

/** To 1e-8 of each number. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++)
    if (!(Math.abs(actual[i]! - expected[i]!) <= 1e-8 * Math.max(Math.abs(expected[i]!), 1e-3)))
      throw new Error(`element ${i} is ${actual[i]}, not ${expected[i]}`);
}
