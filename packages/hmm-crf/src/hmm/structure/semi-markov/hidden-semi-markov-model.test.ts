import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import { Categorical } from '../../emissions/categorical.js';
import type { Emission } from '../../emissions/emission.js';
import { Gaussian } from '../../emissions/gaussian.js';
import { expectationMaximisation } from '../../expectation-maximisation.js';
import { HMM } from '../../hmm.js';
import { type Observations, observations } from '../../observations.js';
import { CategoricalDuration } from '../durations/categorical.js';
import type { Duration } from '../durations/duration.js';
import { NegativeBinomialDuration } from '../durations/negative-binomial.js';
import { PoissonDuration } from '../durations/poisson.js';
import { HiddenSemiMarkovModel } from './hidden-semi-markov-model.js';

const durations: Record<string, (K: number, D: number) => Duration> = {
  categorical: (stateCount, maximum) => new CategoricalDuration({ stateCount, maximum }),
  poisson: (stateCount, maximum) => new PoissonDuration({ stateCount, maximum }),
  'negative-binomial': (stateCount, maximum) => new NegativeBinomialDuration({ stateCount, maximum }),
};
const emissions: Record<string, (K: number) => Emission> = {
  categorical: (stateCount) => new Categorical({ stateCount, size: 4 }),
  gaussian: (stateCount) => new Gaussian({ stateCount, size: 1 }),
};
const pairs = Object.keys(durations).flatMap((duration) =>
  Object.keys(emissions).map((emission) => ({ duration, emission })),
);

/** Two states that last 3 and 8 steps more than one, on average. */
const truth = (emission: string) =>
  new HiddenSemiMarkovModel({
    emission:
      emission === 'gaussian'
        ? new Gaussian({ stateCount: 2, size: 1, means: [-1.5, 1.5], covars: [1, 1] })
        : new Categorical({ stateCount: 2, size: 4, emissionProb: [0.7, 0.2, 0.1, 0, 0, 0.1, 0.2, 0.7] }),
    duration: new PoissonDuration({ stateCount: 2, maximum: 30, rates: [3, 8] }),
  });

function drawn(emission: string, lengths: readonly number[], seed: number): Observations {
  const rng = new Rng(seed);
  const parts = lengths.map((length) => truth(emission).sample(length, rng).observations.values);
  return { values: Float64Array.from(parts.flatMap((part) => [...part])), width: 1, lengths };
}

describe.each(pairs)('$duration durations, $emission emissions', ({ duration, emission }) => {
  const make = (K = 3, D = 12) =>
    new HiddenSemiMarkovModel({ emission: emissions[emission]!(K), duration: durations[duration]!(K, D) });

  it.each([1, 2, 3])('EM never falls (seed %i)', async (seed) => {
    const data = drawn(emission, [50, 0, 1, 30, 5], seed);
    const history: number[] = [];
    for await (const event of expectationMaximisation(make(), data, {
      rng: new Rng(seed),
      iterations: 25,
      tolerance: -1e9,
    })) {
      if (event.type === 'iteration') history.push(event.logPosterior);
    }
    for (let i = 1; i < history.length; i++) expect(history[i]).toBeGreaterThanOrEqual(history[i - 1]! - 1e-8);
  });

  it('comes back from JSON and goes on where it was', async () => {
    const data = drawn(emission, [40, 20], 4);
    const [a, b] = [make(), make()];
    const options = { rng: new Rng(5), tolerance: -1e9 };
    await a.fit(data, { ...options, iterations: 4 });
    await b.fit(data, { ...options, rng: new Rng(5), iterations: 2 });
    const resumed = HiddenSemiMarkovModel.fromJSON(JSON.stringify(b));
    await resumed.fit(data, { tolerance: -1e9, iterations: 2 });
    expect(resumed.score(data)).toBeCloseTo(a.score(data), 5);
    expect(resumed.parameterCount).toBe(a.parameterCount);
  });

  it('answers fit together', () => {
    const data = drawn(emission, [30, 1, 0, 12], 6);
    const model = truth(emission);
    const posteriors = model.posteriors(data);
    for (let row = 0; row < 43; row++) expect(posteriors[2 * row]! + posteriors[2 * row + 1]!).toBeCloseTo(1, 10);
    const { path, scores, segments } = model.viterbi(data);
    expect(segments.map((list) => list.reduce((sum, { length }) => sum + length, 0))).toEqual([...data.lengths]);
    expect(segments.flatMap((list) => list.flatMap(({ state, length }) => new Array(length).fill(state)))).toEqual([
      ...path,
    ]);
    const logs = model.logLikelihood(data);
    for (const [i, score] of scores.entries()) expect(score).toBeLessThanOrEqual(logs[i]! + 1e-12);
    const completed = model.viterbi(data).scores.reduce((sum, score) => sum + score, 0);
    expect(model.icl(data) - model.bic(data)).toBeCloseTo(2 * (model.score(data) - completed), 8);
    expect(model.bic(data) - model.aic(data)).toBeCloseTo(model.parameterCount * (Math.log(43) - 2), 9);
  });
});

it('with geometric durations it is an HMM', () => {
  const [K, T] = [3, 25];
  const transMat = [0.7, 0.2, 0.1, 0.05, 0.9, 0.05, 0.3, 0.3, 0.4];
  const emission = new Gaussian({ stateCount: K, size: 1, means: [-1, 0, 2], covars: [1, 0.5, 2] });
  const hmm = new HMM({ emission, startProb: [0.2, 0.5, 0.3], transMat });
  const stays = [0, 4, 8].map((at) => transMat[at]!);
  const lasting = stays.flatMap((stay) => Array.from({ length: T }, (_, d) => stay ** d * (d < T - 1 ? 1 - stay : 1)));
  const model = new HiddenSemiMarkovModel({
    emission,
    duration: new CategoricalDuration({ stateCount: K, maximum: T, probabilities: lasting }),
    startProb: [0.2, 0.5, 0.3],
    transMat: transMat.map((p, at) => (at % (K + 1) === 0 ? 0 : p / (1 - stays[Math.floor(at / K)]!))),
  });
  const data = hmm.sample(T, new Rng(3)).observations;
  expect(model.score(data)).toBeCloseTo(hmm.score(data), 9);
  for (const [at, p] of hmm.posteriors(data).entries()) expect(model.posteriors(data)[at]).toBeCloseTo(p, 9);
  const [ours, theirs] = [model.viterbi(data), hmm.viterbi(data)];
  expect([...ours.path]).toEqual([...theirs.path]);
  expect(ours.scores[0]).toBeCloseTo(theirs.scores[0]!, 9);
});

it('learns how long states last', async () => {
  const data = drawn('gaussian', [1500, 1500], 8);
  const model = new HiddenSemiMarkovModel({
    emission: new Gaussian({ stateCount: 2, size: 1 }),
    duration: new PoissonDuration({ stateCount: 2, maximum: 30 }),
  });
  const { history } = await model.fit(data, { rng: new Rng(1), tolerance: 1e-4 });
  const rates = [...model.duration.rates].sort((a, b) => a - b);
  expect(Math.abs(rates[0]! - 3)).toBeLessThan(0.4);
  expect(Math.abs(rates[1]! - 8)).toBeLessThan(0.6);
  const plain = new HMM({ emission: new Gaussian({ stateCount: 2, size: 1 }) });
  expect(history.at(-1)).toBeGreaterThan((await plain.fit(data, { rng: new Rng(1) })).history.at(-1)! + 20);
});

it('a hundred thousand steps lose nothing', () => {
  const data = drawn('gaussian', [100_000], 9);
  const model = truth('gaussian');
  expect(Number.isFinite(model.score(data))).toBe(true);
  expect(model.score(data)).toBeLessThan(-100_000);
});

describe('what cannot be', () => {
  const make = (more = {}) =>
    new HiddenSemiMarkovModel({ emission: emissions.categorical!(2), duration: durations.poisson!(2, 3), ...more });

  it('is an error that says what', async () => {
    expect(() => make({ emission: 3 })).toThrowError(/emission/);
    expect(() => make({ duration: durations.poisson!(3, 3) })).toThrowError(/Duration of 2 states/);
    expect(() => make({ transMat: [1, 1, 0, 1] })).toThrowError(/transMat/);
    await expect(make().fit(observations([[0, 9]]))).rejects.toThrowError(/step 1/);
    expect(() => make().score(observations([[[0, 1]]]))).toThrowError(/rows of 2/);
    for (const broken of [
      '{',
      {},
      { ...make().toJSON(), version: 2 },
      { ...make().toJSON(), startProb: [3, 4] },
      { ...make().toJSON(), duration: null },
    ]) {
      expect(() => HiddenSemiMarkovModel.fromJSON(broken)).toThrowError(
        expect.objectContaining({ name: 'CheckpointError' }),
      );
    }
  });

  it('an impossible sequence scores −∞, has no path, and changes nothing', async () => {
    // State 0 emits only 0 and lasts at most 3 steps; nothing follows it but state 1, which emits only 1.
    const emission = new Categorical({ stateCount: 2, size: 2, emissionProb: [1, 0, 0, 1] });
    const model = make({ emission });
    const data = observations([
      [0, 0, 0, 1],
      [0, 0, 0, 0],
    ]);
    expect([...model.logLikelihood(data)].map(Number.isFinite)).toEqual([true, false]);
    expect([...model.viterbi(data).path]).toEqual([0, 0, 0, 1, -1, -1, -1, -1]);
    expect(model.posteriors(data).slice(8)).toEqual(new Float64Array(8));
    await model.fit(observations([[0, 1]]), { iterations: 0 });
    const before = JSON.stringify(model);
    await expect(model.fit(data)).rejects.toThrowError(/sequence 1/);
    expect(JSON.stringify(model)).toBe(before);
    expect(await model.fit(data, { signal: AbortSignal.abort() })).toMatchObject({ stopped: 'aborted' });
  });

  it('missing rows are marginalised', () => {
    const model = truth('gaussian');
    expect(model.score(observations([[Number.NaN, Number.NaN, Number.NaN]]))).toBeCloseTo(0, 12);
  });
});
