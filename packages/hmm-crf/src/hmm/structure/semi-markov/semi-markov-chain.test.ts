import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import { drawDistribution, normalise } from '../../distributions.js';
import { logSumExp } from '../../log-domain.js';
import { bestSegments, type Segment } from './best-segments.js';
import { addExpectations, emptyCounts } from './expectations.js';
import { forward } from './forward.js';
import { segmentScores } from './segment-scores.js';
import { durationWeights, type SemiMarkovChain } from './semi-markov-chain.js';

/** Random chains; some probabilities 0, or hardly a number. */
function randomChain(rng: Rng, K: number, D: number): SemiMarkovChain {
  const rows = (n: number, size: number, zeros: number) => {
    const out = new Float64Array(n * size);
    for (let i = 0; i < n; i++) {
      const row = out.subarray(i * size, (i + 1) * size);
      drawDistribution(row, rng);
      row.set(row.map((p, j) => (j > 0 && rng.uniform() < zeros ? rng.below(2) * 1e-312 : p)));
      normalise(row);
    }
    return out.map(Math.log);
  };
  const logDuration = rows(K, D, 0.3);
  const logTransition = rows(K, K, 0.1).map((p, i) => (K > 1 && i % (K + 1) === 0 ? -Infinity : p));
  return {
    stateCount: K,
    maximum: D,
    logStart: rows(1, K, 0),
    logTransition,
    ...durationWeights(logDuration, D),
  };
}

/** Every segmentation of T steps with its log probability, the last segment open. */
function* segmentations(
  chain: SemiMarkovChain,
  logEmission: Float64Array,
  T: number,
  from = 0,
  before = -1,
): Generator<{ segments: Segment[]; score: number }> {
  const { stateCount: K, maximum: D } = chain;
  if (from === T) return yield { segments: [], score: 0 };
  for (let state = 0; state < K; state++) {
    const move = before < 0 ? chain.logStart[state]! : chain.logTransition[before * K + state]!;
    let emitted = 0;
    for (let length = 1; length <= Math.min(D, T - from); length++) {
      emitted += logEmission[(from + length - 1) * K + state]!;
      const open = from + length === T;
      const lasting = (open ? chain.surviving : chain.lasting)[state]!.logP[length - 1]!;
      for (const rest of segmentations(chain, logEmission, T, from + length, state)) {
        yield {
          segments: [{ state, start: from, length }, ...rest.segments],
          score: move + emitted + lasting + rest.score,
        };
      }
    }
  }
}

/** Expectations by weighing each segmentation. */
function expectationsOf(
  chain: SemiMarkovChain,
  all: { segments: Segment[]; score: number }[],
  logZ: number,
  T: number,
) {
  const { stateCount: K, maximum: D } = chain;
  const counts = emptyCounts(chain);
  const posteriors = new Float64Array(T * K);
  for (const { segments, score } of all) {
    const weight = Math.exp(score - logZ);
    if (weight === 0) continue;
    for (const [i, { state, start, length }] of segments.entries()) {
      if (i === 0) counts.start[state]! += weight;
      else counts.transition[segments[i - 1]!.state * K + state]! += weight;
      for (let t = start; t < start + length; t++) posteriors[t * K + state]! += weight;
      if (start + length < T) counts.duration[state * D + length - 1]! += weight;
      else {
        const tail = chain.lasting[state]!.p.slice(length - 1);
        const sum = tail.reduce((a, b) => a + b, 0);
        for (const [d, p] of tail.entries()) counts.duration[state * D + length - 1 + d]! += (weight * p) / sum;
      }
    }
  }
  return { counts, posteriors };
}

const sizes = [1, 2, 3].flatMap((K) => [1, 2, 4].flatMap((D) => [1, 2, 5].map((T) => ({ K, D, T }))));

describe.each(sizes)('K=$K D=$D T=$T, against every segmentation', ({ K, D, T }) => {
  it.each([1, 2, 3, 4].flatMap((seed) => [3, 50, 1000].map((spread) => [seed, spread])))(
    'seed %i, scores of %i',
    (seed, spread) => {
      const rng = new Rng(seed!);
      const chain = randomChain(rng, K, D);
      const logEmission = Float64Array.from({ length: T * K }, () =>
        rng.uniform() < 0.15 ? -Infinity : spread! * rng.normal(),
      );
      const all = [...segmentations(chain, logEmission, T)];
      const scores = segmentScores(logEmission, K);
      const messages = forward(chain, scores);
      const logZ = logSumExp(Float64Array.from(all, ({ score }) => score));
      if (logZ === -Infinity) expect(messages.logLikelihood).toBe(logZ);
      else expect(messages.logLikelihood).toBeCloseTo(logZ, 10);

      const best = bestSegments(chain, scores);
      const top = all.reduce((a, b) => Math.max(a, b.score), -Infinity);
      if (top === -Infinity) return expect(best).toEqual({ segments: [], logProbability: top });
      expect(best.logProbability).toBeCloseTo(top, 10);
      expect(all.filter(({ score }) => Math.abs(score - top) < 1e-9).map((one) => one.segments)).toContainEqual(
        best.segments,
      );

      const [counts, posteriors] = [emptyCounts(chain), new Float64Array(T * K)];
      addExpectations(chain, scores, messages, counts, posteriors);
      const wanted = expectationsOf(chain, all, logZ, T);
      for (const name of ['start', 'transition', 'duration'] as const) expectClose(counts[name], wanted.counts[name]);
      expectClose(posteriors, wanted.posteriors);
    },
  );
});

it('a sequence of no rows has likelihood 1 and no segments', () => {
  const chain = randomChain(new Rng(1), 2, 3);
  const scores = segmentScores(new Float64Array(0), 2);
  expect(forward(chain, scores).logLikelihood).toBe(0);
  expect(bestSegments(chain, scores)).toEqual({ segments: [], logProbability: 0 });
});

function expectClose(a: Float64Array, b: Float64Array): void {
  for (const [i, value] of b.entries()) expect(a[i]).toBeCloseTo(value, 9);
}
