import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import { Categorical } from '../../emissions/categorical.js';
import type { Emission } from '../../emissions/emission.js';
import { Gaussian } from '../../emissions/gaussian.js';
import { expectationMaximisation } from '../../expectation-maximisation.js';
import { HMM } from '../../hmm.js';
import { logSumExp } from '../../log-domain.js';
import { type Observations, observations } from '../../observations.js';
import type { DrivenObservations } from './driven-chain.js';
import { InputDrivenHMM } from './input-driven-hmm.js';

const categorical = (stateCount = 2) => new Categorical({ stateCount, size: 3 });
const gaussian = (stateCount = 2) => new Gaussian({ stateCount, size: 1 });

function randomInputs(lengths: readonly number[], width: number, rng: Rng): Observations {
  const rows = lengths.reduce((a, b) => a + b, 0);
  return { values: Float64Array.from({ length: rows * width }, () => rng.normal()), width, lengths };
}

/** Weights and data of their own for each seed. */
function example(seed: number, lengths: readonly number[], K = 2, U = 2) {
  const rng = new Rng(seed);
  const weights = (size: number) => Float64Array.from({ length: size }, () => 1.5 * rng.normal());
  const emission = new Gaussian({
    stateCount: K,
    size: 1,
    means: [-2, 2, 0].slice(0, K),
    covars: [1, 0.5, 1].slice(0, K),
  });
  const model = new InputDrivenHMM({
    emission,
    inputSize: U,
    startWeights: weights(K * (U + 1)),
    transWeights: weights(K * K * (U + 1)),
  });
  const inputs = randomInputs(lengths, U, rng);
  let row = 0;
  const parts = lengths.map((length) => {
    const own = inputs.values.slice(row * U, (row + length) * U);
    row += length;
    return model.sample({ values: own, width: U, lengths: [length] }, rng).observations.values;
  });
  return {
    model,
    data: { observations: { values: Float64Array.from(parts.flatMap((p) => [...p])), width: 1, lengths }, inputs },
  };
}

/** log p(path, observations | inputs) of every path of one sequence, from the formulas. */
function everyPath(
  model: InputDrivenHMM,
  { observations: { values }, inputs }: DrivenObservations,
): { path: number[]; score: number }[] {
  const [K, U, T] = [model.stateCount, model.inputSize, values.length];
  const logs = new Float64Array(T * K);
  model.emission.logProbability(values, logs);
  const softmax = (weights: Float64Array, t: number) => {
    const energies = Float64Array.from({ length: K }, (_, j) =>
      weights
        .subarray(j * (U + 1), (j + 1) * (U + 1))
        .reduce((sum, w, u) => sum + w * (u < U ? inputs.values[t * U + u]! : 1), 0),
    );
    return energies.map((e) => e - logSumExp(energies));
  };
  let all = [{ path: [] as number[], score: 0 }];
  for (let t = 0; t < T; t++) {
    all = all.flatMap(({ path, score }) =>
      Array.from({ length: K }, (_, j) => {
        const size = K * (U + 1);
        const from = path.at(-1)! * size;
        const weights = t === 0 ? model.startWeights : model.transWeights.subarray(from, from + size);
        return { path: [...path, j], score: score + softmax(weights, t)[j]! + logs[t * K + j]! };
      }),
    );
  }
  return all;
}

function best(all: { path: number[]; score: number }[]): { path: number[]; score: number } {
  return all.reduce((a, b) => (b.score > a.score ? b : a));
}

/** The one sequence, an empty one, and the same again. */
function concat({ values, width, lengths }: Observations): Observations {
  return { values: Float64Array.from([...values, ...values]), width, lengths: [lengths[0]!, 0, lengths[0]!] };
}

describe.each([2, 3])('K = %i, against every path', (K) => {
  it.each([1, 2, 5])('T = %i', (T) => {
    const { model, data } = example(T, [T], K);
    const all = everyPath(model, data);
    const logZ = logSumExp(Float64Array.from(all, ({ score }) => score));
    expect(model.score(data)).toBeCloseTo(logZ, 10);
    expect([...model.viterbi(data).path]).toEqual(best(all).path);
    expect(model.viterbi(data).scores[0]).toBeCloseTo(best(all).score, 10);
    const ranked = all.map(({ score }) => score).sort((a, b) => b - a);
    for (const [rank, { path, score }] of model.chain(data).kBest(4)[0]!.entries()) {
      expect(score).toBeCloseTo(ranked[rank]!, 10);
      expect(all.find((each) => String(each.path) === String(path))!.score).toBeCloseTo(score, 10);
    }
    const twice = { observations: concat(data.observations), inputs: concat(data.inputs) };
    for (const [i, log] of model.chain(twice).logPartition().entries())
      expect(log, `${i}`).toBeCloseTo(i === 1 ? 0 : logZ, 10);
    const both = model.parameterCount * Math.log(2 * T) - 4 * best(all).score;
    expect(model.icl(twice)).toBeCloseTo(both, 8);
    for (const [at, p] of model.posteriors(data).entries()) {
      const wanted = all.filter(({ path }) => path[Math.floor(at / K)] === at % K);
      expect(p).toBeCloseTo(
        wanted.reduce((sum, { score }) => sum + Math.exp(score - logZ), 0),
        10,
      );
    }
  });
});

describe.each([
  ['categorical', categorical],
  ['gaussian', gaussian],
] as [string, (K: number) => Emission][])('%s', (name, emission) => {
  const dataOf = (seed: number): DrivenObservations => {
    const { data } = example(seed, [60, 0, 1, 25]);
    if (name === 'gaussian') return data;
    return {
      ...data,
      observations: { ...data.observations, values: data.observations.values.map((x) => (x < -1 ? 0 : x < 1 ? 1 : 2)) },
    };
  };

  it.each([1, 2, 3])('EM never falls (seed %i)', async (seed) => {
    const history: number[] = [];
    const model = new InputDrivenHMM({ emission: emission(3), inputSize: 2, penalty: seed === 1 ? 0 : 0.1 });
    for await (const event of expectationMaximisation(model, dataOf(seed), {
      rng: new Rng(seed),
      iterations: 30,
      tolerance: -1e9,
    })) {
      if (event.type === 'iteration') history.push(event.logPosterior);
    }
    for (let i = 1; i < history.length; i++)
      expect(history[i]).toBeGreaterThanOrEqual(history[i - 1]! - 1e-9 * Math.abs(history[i]!));
  });

  it('comes back from JSON and goes on where it was', async () => {
    const data = dataOf(4);
    const make = () => new InputDrivenHMM({ emission: emission(2), inputSize: 2 });
    const [a, b] = [make(), make()];
    await a.fit(data, { rng: new Rng(1), iterations: 4, tolerance: -1e9 });
    await b.fit(data, { rng: new Rng(1), iterations: 2, tolerance: -1e9 });
    const resumed = InputDrivenHMM.fromJSON(JSON.stringify(b));
    await resumed.fit(data, { iterations: 2, tolerance: -1e9 });
    expect(resumed.score(data)).toBeCloseTo(a.score(data), 8);
    expect(resumed.aic(data)).toBeCloseTo(a.aic(data), 7);
  });
});

it('at a fixed point of EM the gradient by every weight is 0', async () => {
  const { data } = example(6, [80, 50]);
  const model = new InputDrivenHMM({ emission: gaussian(), inputSize: 2, penalty: 0.5 });
  await model.fit(data, { rng: new Rng(2), iterations: 3000, tolerance: 1e-11 });
  for (const weights of [model.startWeights, model.transWeights]) {
    for (let i = 0; i < weights.length; i++) {
      const [now, step] = [weights[i]!, 1e-4];
      const at = (w: number) => {
        weights[i] = w;
        return model.score(data) + model.logPrior();
      };
      expect(Math.abs((at(now + step) - at(now - step)) / (2 * step))).toBeLessThan(1e-3);
      weights[i] = now;
    }
  }
});

it('without inputs that matter it is an HMM', () => {
  const { model } = example(7, [1]);
  model.transWeights.set([0, 0, Math.log(0.9), 0, 0, Math.log(0.1), 0, 0, Math.log(0.3), 0, 0, Math.log(0.7)]);
  model.startWeights.set([0, 0, Math.log(0.4), 0, 0, Math.log(0.6)]);
  const hmm = new HMM({ emission: model.emission, startProb: [0.4, 0.6], transMat: [0.9, 0.1, 0.3, 0.7] });
  const data = { observations: hmm.sample(30, new Rng(1)).observations, inputs: randomInputs([30], 2, new Rng(2)) };
  expect(model.score(data)).toBeCloseTo(hmm.score(data.observations), 9);
  const next = randomInputs([3], 2, new Rng(3));
  const last = hmm.posteriors(data.observations).slice(58);
  const forecast = model.forecast(data, next);
  expect(forecast[0]).toBeCloseTo(0.9 * last[0]! + 0.3 * last[1]!, 9);
  expect(forecast[4]! + forecast[5]!).toBeCloseTo(1, 12);
  const nothing = { observations: observations([[]]), inputs: { values: new Float64Array(0), width: 2, lengths: [0] } };
  expect(model.forecast(nothing, next)[0]).toBeCloseTo(0.4, 12);
});

it('learns what inputs do', async () => {
  const { model: truth, data } = example(9, [4000], 2, 1);
  const model = new InputDrivenHMM({ emission: gaussian(), inputSize: 1 });
  const { history } = await model.fit(data, { rng: new Rng(1), tolerance: 1e-4 });
  expect(history.at(-1)).toBeGreaterThan(truth.score(data) - 1);
  const plain = new HMM({ emission: gaussian() });
  expect(history.at(-1)).toBeGreaterThan(
    (await plain.fit(data.observations, { rng: new Rng(1) })).history.at(-1)! + 50,
  );
});

it('what cannot be is an error that says what', async () => {
  const { model, data } = example(8, [4]);
  expect(() => new InputDrivenHMM({ emission: gaussian(), inputSize: 0 })).toThrowError(/inputSize/);
  expect(() => new InputDrivenHMM({ emission: gaussian(), inputSize: 1, transWeights: [1] })).toThrowError(
    /transWeights/,
  );
  expect(() => model.score({ ...data, inputs: randomInputs([3], 2, new Rng(1)) })).toThrowError(/as long as/);
  expect(() => model.score({ ...data, inputs: randomInputs([4], 1, new Rng(1)) })).toThrowError(/rows of 2/);
  const gap = { ...data.inputs, values: data.inputs.values.with(3, Number.NaN) };
  expect(() => model.score({ ...data, inputs: gap })).toThrowError(/step 1, column 1/);
  expect(() =>
    model.forecast(
      { observations: observations([[1], [2]]), inputs: randomInputs([1, 1], 2, new Rng(1)) },
      data.inputs,
    ),
  ).toThrowError(/one sequence/);
  expect(() => InputDrivenHMM.fromJSON({ ...model.toJSON(), startWeights: undefined })).toThrowError(/startWeights/);
  const before = JSON.stringify(model);
  expect(await model.fit(data, { signal: AbortSignal.abort() })).toMatchObject({ stopped: 'aborted' });
  expect(JSON.stringify(model)).toBe(before);
});
