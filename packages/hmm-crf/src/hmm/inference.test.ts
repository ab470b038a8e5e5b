import { Rng } from '@seqloom/core/rng';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Categorical } from './emissions/categorical.js';
import { Gaussian } from './emissions/gaussian.js';
import { HMM } from './hmm.js';
import { type Observations, observations } from './observations.js';

const missing = Number.NaN;

/** Models with zeros, ragged sequences with holes, and which states are allowed. */
const worlds = fc
  .record({
    K: fc.integer({ min: 1, max: 3 }),
    lengths: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 }),
    seed: fc.integer(),
    zeros: fc.constantFrom(0, 0.3),
    knowing: fc.constantFrom(0, 0.4),
  })
  .map(({ K, lengths, seed, zeros, knowing }) => {
    const rng = new Rng(seed);
    const distribution = (n: number) => {
      const weights = Array.from({ length: n }, (_, i) => (i > 0 && rng.uniform() < zeros ? 0 : 0.1 + rng.uniform()));
      const sum = weights.reduce((total, weight) => total + weight, 0);
      return weights.map((weight) => weight / sum);
    };
    const rows = (n: number) => Array.from({ length: K }, () => distribution(n));
    const emission = new Categorical({ stateCount: K, size: 3, emissionProb: rows(3) });
    const hmm = new HMM({ emission, startProb: distribution(K), transMat: rows(K) });
    const symbols = (n: number) => Array.from({ length: n }, () => (rng.uniform() < 0.2 ? missing : rng.below(3)));
    const data = observations(lengths.map(symbols), 1);
    const N = data.values.length;
    const allowed = Uint8Array.from({ length: N * K }, () => (rng.uniform() < knowing ? 0 : 1));
    for (let row = 0; row < N; row++) allowed[row * K + rng.below(K)] = 1;
    return { hmm, data, allowed: knowing > 0 ? allowed : undefined, rng };
  });
type World = typeof worlds extends fc.Arbitrary<infer W> ? W : never;

const forWorlds =
  (check: (world: World) => void, numRuns = 150) =>
  () =>
    fc.assert(fc.property(worlds, check), { numRuns });

it(
  'likelihoods, posteriors and decodings are those of all paths',
  forWorlds(({ hmm, data, allowed }) => {
    const K = hmm.stateCount;
    const logLikelihood = hmm.logLikelihood(data, allowed);
    const posteriors = hmm.posteriors(data, allowed);
    const [best, likely] = [hmm.viterbi(data, allowed), hmm.map(data, allowed)];
    const lists = hmm.kBest(data, 4, allowed);
    const chain = hmm.chain(data, allowed);
    for (const [b, log] of chain.logPartition().entries()) close(Math.exp(log), Math.exp(logLikelihood[b]!));
    for (const [i, p] of chain.marginals().entries()) close(p, posteriors[i]!);
    forEachSequence(hmm, data, allowed, (b, start, paths) => {
      const total = paths.reduce((sum, { p }) => sum + p, 0);
      close(Math.exp(logLikelihood[b]!), total);
      const length = data.lengths[b]!;
      const expected = Float64Array.from({ length: length * K }, (_, at) => {
        const through = paths.filter(({ path }) => path[Math.floor(at / K)] === at % K);
        return total > 0 ? through.reduce((sum, { p }) => sum + p, 0) / total : 0;
      });
      for (const [i, p] of expected.entries()) close(posteriors[start * K + i]!, p);
      const ranked = paths.map(({ p }) => p).sort((p, q) => q - p);
      expect(lists[b]!.length).toBe(Math.min(4, paths.length));
      for (const [rank, { path, score }] of lists[b]!.entries()) {
        close(Math.exp(score), ranked[rank]!);
        close(paths.find((other) => String(other.path) === String(path))!.p, ranked[rank]!);
      }
      const states = [...best.path.subarray(start, start + length)];
      close(Math.exp(best.scores[b]!), ranked[0] ?? 0);
      if (total === 0)
        return expect(new Set([...states, ...likely.path.subarray(start, start + length), -1]).size).toBe(1);
      close(paths.find(({ path }) => String(path) === String(states))!.p, ranked[0]!);
      const chosen = Array.from(likely.path.subarray(start, start + length), (state, t) => expected[t * K + state]!);
      for (const [t, p] of chosen.entries()) close(p, Math.max(...expected.subarray(t * K, (t + 1) * K)));
      close(
        likely.scores[b]!,
        chosen.reduce((sum, p) => sum + p, 0),
      );
    });
  }),
);

it(
  'a filter knows what the prefix says: states, densities, forecasts, and lag steps ago',
  forWorlds(({ hmm, data }) => {
    const K = hmm.stateCount;
    const filters = [0, 1, 2].map((lag) => hmm.filter(lag));
    const symbols = [...data.values];
    const prefix = (n: number) => observations([symbols.slice(0, n)], 1);
    for (let t = 1; t <= Math.min(symbols.length, 5); t++) {
      const logLikelihood = hmm.score(prefix(t));
      if (logLikelihood === -Infinity) {
        for (const filter of filters) {
          expect(() => filter.step(symbols[t - 1]!)).toThrow(/observation .* has log density/);
          expect(filter.steps).toBe(t - 1);
        }
        return;
      }
      const expected = hmm.posteriors(prefix(t));
      for (const filter of filters) {
        const forecast = filter.forecastLogDensity(symbols[t - 1]!);
        const { states, logDensity, smoothed } = filter.step(symbols[t - 1]!);
        close(forecast, logDensity);
        close(filter.logLikelihood, logLikelihood);
        for (let k = 0; k < K; k++) close(states[k]!, expected[(t - 1) * K + k]!);
        const then = t - 1 - filter.lag;
        expect(smoothed === undefined).toBe(then < 0);
        for (let k = 0; k < K && smoothed; k++) close(smoothed[k]!, expected[then * K + k]!);
        const later = hmm.posteriors(observations([[...symbols.slice(0, t), missing, missing]], 1));
        for (const [k, p] of filter.forecast(2).entries()) close(p, later[(t + 1) * K + k]!);
        const rest = filter.rest().flatMap((own) => [...own]);
        expect(rest.length).toBe(Math.min(t, filter.lag) * K);
        for (const [i, p] of rest.entries()) close(p, expected[t * K - rest.length + i]!);
      }
    }
  }),
);

it(
  'paths are drawn as often as they are probable',
  forWorlds(({ hmm, data, rng }) => {
    const draws = 300;
    const drawn = hmm.samplePaths(data, draws, rng);
    const K = hmm.stateCount;
    const posteriors = hmm.posteriors(data);
    forEachSequence(hmm, data, undefined, (b, start, paths) => {
      expect(drawn[b]!.length).toBe(draws);
      const possible = new Set(paths.map(({ path }) => String(path)));
      if (possible.size === 0) possible.add(String(new Array(data.lengths[b]).fill(-1)));
      for (const path of drawn[b]!) expect(possible.has(String(path))).toBe(true);
      for (let at = 0; at < data.lengths[b]! * K; at++) {
        const p = posteriors[start * K + at]!;
        const seen = drawn[b]!.filter((path) => path[Math.floor(at / K)] === at % K).length / draws;
        expect(Math.abs(seen - p)).toBeLessThan(6 * Math.sqrt((p * Math.max(1 - p, 0)) / draws) + 0.02);
      }
    });
  }, 40),
);

it('a long sequence drawn from a model has the transitions, the emissions and the likelihood of the model', () => {
  const emission = new Gaussian({ stateCount: 2, size: 1, means: [-2, 2], covars: [1, 1] });
  const hmm = new HMM({
    emission,
    startProb: [1, 0],
    transMat: [
      [0.9, 0.1],
      [0.3, 0.7],
    ],
  });
  const { states, observations: data } = hmm.sample(20_000, new Rng(3));
  expect(states[0]).toBe(0);
  expect(states.reduce((sum, state) => sum + state, 0) / states.length).toBeCloseTo(0.25, 1);
  const right = hmm.viterbi(data).path.filter((state, t) => state === states[t]).length;
  expect(right / states.length).toBeGreaterThan(0.97);
  expect(Math.abs(hmm.map(data).scores[0]! - right)).toBeLessThan(100);
});

it('a million steps: nothing underflows, and a filter comes to the same end', () => {
  const emission = new Categorical({
    stateCount: 2,
    size: 2,
    emissionProb: [
      [0.9, 0.1],
      [0.2, 0.8],
    ],
  });
  const hmm = new HMM({
    emission,
    transMat: [
      [0.99, 0.01],
      [0.02, 0.98],
    ],
  });
  const data = observations([Float64Array.from({ length: 1_000_000 }, (_, t) => (t % 700 < 500 ? 0 : 1))]);
  const logLikelihood = hmm.score(data);
  expect(logLikelihood).toBeLessThan(-100_000);
  expect(hmm.posteriors(data).every((p) => p >= 0 && p <= 1)).toBe(true);
  expect(hmm.viterbi(data).scores[0]).toBeLessThan(logLikelihood);
  const filter = hmm.filter();
  for (let t = 0; t < 20_000; t++) filter.step(data.values[t]!);
  close(filter.logLikelihood, hmm.score(observations([data.values.subarray(0, 20_000)])));
});

it('what is far less probable now may be all that is left later', () => {
  // states that never change: the second begins e^−2000 below the first, and ends far above it
  const emission = new Gaussian({ stateCount: 2, size: 1, means: [0, 1], covars: [0.01, 0.01] });
  const hmm = new HMM({
    emission,
    startProb: [0.5, 0.5],
    transMat: [
      [1, 0],
      [0, 1],
    ],
  });
  const data = observations([
    [...new Array(40).fill(0), ...new Array(60).fill(1)],
    [0, 0],
  ]);
  const logs = (state: number) => data.values.subarray(0, 100).reduce((sum, x) => sum - 50 * (x - state) ** 2, 0);
  const constant = 100 * (-0.5 * Math.log(2 * Math.PI) - Math.log(0.1)) + Math.log(0.5);
  close(hmm.logLikelihood(data)[0]!, logs(1) + constant);
  const posteriors = hmm.posteriors(data);
  expect([...posteriors.subarray(0, 2), ...posteriors.subarray(200, 201)]).toEqual([0, 1, 1]);
  expect(hmm.viterbi(data).path.indexOf(0)).toBe(100);
});

it('criteria count free parameters, and N rows', () => {
  const emission = new Gaussian({ stateCount: 2, size: 3, covarianceType: 'full', means: [0, 0, 0, 1, 1, 1] });
  const hmm = new HMM({
    emission,
    startProb: [1, 0],
    transMat: [
      [0.5, 0.5],
      [0, 1],
    ],
  });
  expect(hmm.parameterCount).toBe(0 + 1 + 6 + 12);
  const { observations: data } = hmm.sample(50, new Rng(1));
  close(hmm.aic(data), 2 * 19 - 2 * hmm.score(data));
  close(hmm.bic(data), 19 * Math.log(50) - 2 * hmm.score(data));
  close(hmm.icl(data), 19 * Math.log(50) - 2 * hmm.viterbi(data).scores[0]!);
});

interface WeightedPath {
  path: number[];
  /** p(path, observations) */
  p: number;
}

/** All possible paths through each sequence. */
function forEachSequence(
  { startProb, transMat, stateCount: K, emission }: HMM<Categorical>,
  { values, lengths }: Observations,
  allowed: Uint8Array | undefined,
  body: (b: number, start: number, paths: WeightedPath[]) => void,
): void {
  let start = 0;
  for (const [b, length] of lengths.entries()) {
    let paths: WeightedPath[] = [{ path: [], p: 1 }];
    for (let t = 0; t < length; t++) {
      const symbol = values[start + t]!;
      paths = paths.flatMap(({ path, p }) =>
        Array.from({ length: K }, (_, k) => {
          const come = t === 0 ? startProb[k]! : transMat[path[t - 1]! * K + k]!;
          const emit = Number.isNaN(symbol) ? 1 : emission.emissionProb[k * 3 + symbol]!;
          return { path: [...path, k], p: p * come * emit * (allowed ? allowed[(start + t) * K + k]! : 1) };
        }),
      );
    }
    body(
      b,
      start,
      paths.filter(({ p }) => p > 0),
    );
    start += length;
  }
}

function close(actual: number, expected: number): void {
  if (Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected))) return;
  throw new Error(`${actual} is not ${expected}`);
}
