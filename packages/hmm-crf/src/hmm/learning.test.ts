import { dataset } from '@seqloom/core/dataset';
import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import { allowedStates } from './allowed-states.js';
import { baumWelch } from './baum-welch.js';
import { Bernoulli } from './emissions/bernoulli.js';
import { Categorical } from './emissions/categorical.js';
import type { Emission } from './emissions/emission.js';
import { Gaussian, type GaussianOptions } from './emissions/gaussian.js';
import { Poisson } from './emissions/poisson.js';
import { Product } from './emissions/product.js';
import { fitBest } from './fit.js';
import { HMM, type HMMOptions } from './hmm.js';
import { leftRight } from './left-right.js';
import { observations } from './observations.js';
import { stepwiseEM, stepwiseState } from './stepwise-em.js';
import { VariationalGaussian } from './variational/gaussian.js';
import { VariationalHMM } from './variational/variational-hmm.js';

const means = [
  [-3, 0],
  [0, 2],
  [3, 0],
];
const sticky = [
  [0.9, 0.1, 0],
  [0.05, 0.9, 0.05],
  [0.1, 0, 0.9],
];
const gaussian = (options: Partial<GaussianOptions> = {}) => new Gaussian({ stateCount: 3, size: 2, ...options });
const truth = new HMM({ emission: gaussian({ means }), transMat: sticky });
const { states, observations: data } = truth.sample(600, new Rng(1));
const exactly = { tolerance: -1e9 };

/** A model to learn, always from the same start. */
const start = (options: Partial<HMMOptions> = {}) =>
  new HMM({ emission: gaussian({ means: [-1, 0, 0, 1, 1, 0] }), startProb: [0.2, 0.3, 0.5], ...options });
const text = (hmm: HMM) => JSON.stringify(hmm);

describe('Baum–Welch', () => {
  it('goes on where it stopped, and from a file', async () => {
    const [whole, parts] = [start({ transMat: sticky }), start({ transMat: sticky })];
    await whole.fit(data, { iterations: 7, ...exactly });
    await parts.fit(data, { iterations: 3, ...exactly });
    await parts.fit(data, { iterations: 4, ...exactly });
    expect(text(parts)).toBe(text(whole));
  });

  it('draws starting values once, the same from the same seed', async () => {
    const learn = async () => {
      const hmm = new HMM({ emission: gaussian() });
      await hmm.fit(data, { iterations: 2, rng: new Rng(5) });
      await hmm.fit(data, { iterations: 2, rng: new Rng(6) });
      return text(hmm);
    };
    expect(await learn()).toBe(await learn());
  });

  it('ends when it gains less than the tolerance', async () => {
    const gains: number[] = [];
    const hmm = start();
    for await (const event of baumWelch(hmm, data, { tolerance: 0.1, iterations: 1000 })) {
      if (event.type === 'iteration') gains.push(event.gain);
      else expect(event).toEqual({ type: 'stopped', reason: 'converged', iterations: gains.length });
    }
    expect(gains.slice(1, -1).every((gain) => gain >= 0.1)).toBe(true);
    expect(gains.at(-1)).toBeLessThan(0.1);
  });

  it('an aborted run leaves the model as the last iteration left it', async () => {
    const [hmm, reference] = [start({ transMat: sticky }), start({ transMat: sticky })];
    const controller = new AbortController();
    const onIteration = ({ iteration }: { iteration: number }) => iteration === 3 && controller.abort();
    const { stopped, history } = await hmm.fit(data, { ...exactly, onIteration, signal: controller.signal });
    expect([stopped, history.length]).toEqual(['aborted', 3]);
    await reference.fit(data, { iterations: 3, ...exactly });
    expect(text(hmm)).toBe(text(reference));
  });

  it('zeros stay zero, frozen parts stay, and sticky states stay longer', async () => {
    const phases = start(leftRight(3));
    await phases.fit(data);
    expect([...phases.transMat].map((p) => p > 0)).toEqual([true, true, false, false, true, true, false, false, true]);
    const given = start({ transMat: sticky, frozen: ['transMat'] });
    await given.fit(data, { iterations: 3 });
    expect([...given.transMat]).toEqual(sticky.flat());
    const held = start({ emission: gaussian({ means, frozen: ['means'] }) });
    await held.fit(data, { iterations: 3 });
    expect([...(held.emission.toJSON().means as number[])]).toEqual(means.flat());
    const [free, lazy] = [start({ transMat: sticky }), start({ transMat: sticky, sticky: 500 })];
    for (const hmm of [free, lazy]) await hmm.fit(data);
    for (const k of [0, 4, 8]) expect(lazy.transMat[k]).toBeGreaterThan(free.transMat[k]!);
  });

  it('the best of several starts is kept', async () => {
    const create = () => new HMM({ emission: gaussian() });
    const { model, logPosterior } = await fitBest(create, data, { restarts: 4, rng: new Rng(2), iterations: 30 });
    const rng = new Rng(2);
    const all: number[] = [];
    for (let run = 0; run < 4; run++)
      all.push((await create().fit(data, { rng: rng.split(), iterations: 30 })).logPosterior);
    expect(logPosterior).toBe(Math.max(...all));
    expect(model.score(data)).toBeGreaterThan(truth.score(data) - 20);
  });

  it('of any model: variational ones too', async () => {
    const create = () => new VariationalHMM({ emission: new VariationalGaussian({ stateCount: 3, size: data.width }) });
    const { model, logPosterior } = await fitBest(create, data, { restarts: 2, rng: new Rng(2), iterations: 5 });
    expect(model).toBeInstanceOf(VariationalHMM);
    expect(Number.isFinite(logPosterior)).toBe(true);
  });
});

describe('known states', () => {
  it('all of them: counts, with smoothing', () => {
    const symbols = observations([[0, 1, 1], [], [1]], 1);
    const hmm = new HMM({ emission: new Categorical({ stateCount: 2, size: 2 }), startProb: [0.5, 0.5] });
    hmm.fitSupervised(symbols, [0, 1, 1, 1], { smoothing: 1 });
    expect([...hmm.startProb]).toEqual([0.5, 0.5]);
    expect([...hmm.transMat].map((p) => Math.round(p * 12) / 12)).toEqual([4 / 12, 8 / 12, 4 / 12, 8 / 12]);
    expect([...hmm.emission.emissionProb]).toEqual([1, 0, 0, 1]);
  });

  it('rows that nothing speaks for keep what they had', () => {
    const hmm = new HMM({ emission: new Categorical({ stateCount: 3, size: 2 }) });
    hmm.fitSupervised(observations([[0, 1]]), [0, 1]);
    expect([...hmm.transMat]).toEqual([0, 1, 0, 1 / 3, 1 / 3, 1 / 3, 1 / 3, 1 / 3, 1 / 3]);
  });

  it('all of them allowed in EM is the same as counting; some of them help', async () => {
    const [counted, learned] = [start({ transMat: sticky }), start({ transMat: sticky })];
    counted.fitSupervised(data, states);
    await learned.fit(data, { iterations: 1, allowed: allowedStates(states, 3) });
    for (const name of ['startProb', 'transMat'] as const)
      for (const [i, p] of learned[name].entries()) expect(p).toBeCloseTo(counted[name][i]!, 12);
    for (const seed of [1, 2, 3, 4, 5]) {
      for (const every of [5, 60]) {
        const some = Array.from(states, (state, t) => (t % every === 0 ? state : null));
        const helped = new HMM({ emission: gaussian() });
        await helped.fit(data, { allowed: allowedStates(some, 3), rng: new Rng(seed) });
        const right = helped.viterbi(data).path.filter((state, t) => state === states[t]).length;
        expect(right / states.length).toBeGreaterThan(0.95);
      }
    }
  });
});

describe('in steps', () => {
  const batches = dataset(function* () {
    for (let at = 0; at < 600; at += 150) yield observations([data.values.subarray(at * 2, (at + 150) * 2)], 2);
  });

  it('one batch of everything is one iteration of EM', async () => {
    const [whole, stepped] = [start({ transMat: sticky }), start({ transMat: sticky })];
    await whole.fit(data, { iterations: 1 });
    for await (const event of stepwiseEM(stepped, dataset([data]))) expect(event.rows).toBe(600);
    for (const name of ['startProb', 'transMat'] as const)
      for (const [i, p] of stepped[name].entries()) expect(p).toBeCloseTo(whole[name][i]!, 12);
  });

  it('comes near to what EM finds, and goes on where it stopped', async () => {
    const hmm = start({ transMat: sticky });
    for await (const _ of stepwiseEM(hmm, batches, { epochs: 15 }));
    const reference = start({ transMat: sticky });
    await reference.fit(data);
    expect(hmm.score(data)).toBeGreaterThan(reference.score(data) - 15);
    const parts = start({ transMat: sticky });
    const state = stepwiseState(parts);
    for await (const _ of stepwiseEM(parts, batches, { epochs: 8, state }));
    const saved = JSON.parse(JSON.stringify(state));
    for await (const { step } of stepwiseEM(parts, batches, { epochs: 7, state: saved }))
      expect(step).toBeGreaterThan(32);
    expect(text(parts)).toBe(text(hmm));
  });
});

it('in steps: symbols, counts and bits that come late are learned when they come', async () => {
  const rng = new Rng(8);
  const of = (values: number[]) => observations([Array.from({ length: 80 }, () => [values[rng.below(2)]!, 0, 1])]);
  const first = new Product({
    parts: [
      new Categorical({ stateCount: 2, size: 4 }),
      new Poisson({ stateCount: 2 }),
      new Bernoulli({ stateCount: 2 }),
    ],
  });
  const hmm = new HMM({ emission: first });
  const late = of([2, 3]);
  const other = { ...late, values: late.values.map((x, at) => (at % 3 === 0 ? x : 5 * Number(at % 3 === 1))) };
  for await (const _ of stepwiseEM(hmm, dataset([of([0, 1]), other]), { epochs: 4, rng: new Rng(1) }));
  const [alone, both] = [of([0, 0]), observations([[...of([0, 1]).values, ...other.values]], 3)];
  expect(hmm.score(both)).toBeGreaterThan(-600);
  expect(hmm.score(alone)).toBeGreaterThan(-Infinity);
});

describe('in steps, with states known in part', () => {
  const allowed = allowedStates(
    Array.from(states, (state, t) => (t % 6 === 0 ? state : null)),
    3,
  );
  const batches = dataset(function* () {
    for (let at = 0; at < 600; at += 150) {
      const rows = observations([data.values.subarray(at * 2, (at + 150) * 2)], 2);
      yield { ...rows, allowed: allowed.subarray(at * 3, (at + 150) * 3) };
    }
  });

  it('one batch of everything is one iteration of EM', async () => {
    const [whole, stepped] = [start({ transMat: sticky }), start({ transMat: sticky })];
    const { history } = await whole.fit(data, { iterations: 1, allowed });
    for await (const event of stepwiseEM(stepped, dataset([{ ...data, allowed }])))
      expect(event.logLikelihood).toBe(history[0]);
    for (const name of ['startProb', 'transMat'] as const)
      for (const [i, p] of stepped[name].entries()) expect(p).toBeCloseTo(whole[name][i]!, 11);
  });

  it('states become those that are known', async () => {
    for (const seed of [1, 2, 3]) {
      const hmm = new HMM({ emission: gaussian() });
      for await (const _ of stepwiseEM(hmm, batches, { epochs: 5, rng: new Rng(seed) }));
      const right = hmm.viterbi(data).path.filter((state, t) => state === states[t]).length;
      expect(right / states.length).toBeGreaterThan(0.95);
    }
  });

  it('what is allowed must fit, and nothing changes where it does not', async () => {
    const hmm = start();
    const before = text(hmm);
    const learn = async (given: Uint8Array) => {
      for await (const _ of stepwiseEM(hmm, dataset([{ ...data, allowed: given }])));
    };
    await expect(learn(new Uint8Array(5))).rejects.toThrow(/`allowed` must have shape \[600,3\]/);
    await expect(learn(new Uint8Array(1800))).rejects.toThrow(/row 0 of `allowed` allows no state/);
    expect(text(hmm)).toBe(before);
  });
});

describe('difficult data', () => {
  const emissions: Record<string, (K: number) => Emission> = {
    categorical: (K) => new Categorical({ stateCount: K, size: 3 }),
    ...Object.fromEntries(
      (['spherical', 'diag', 'full', 'tied'] as const).map((covarianceType) => [
        covarianceType,
        (K: number) => new Gaussian({ stateCount: K, size: 2, covarianceType }),
      ]),
    ),
  };

  it.each(Object.entries(emissions))(
    '%s: constant rows, one row, length 1, gaps, more states than rows',
    async (_, make) => {
      const width = make(1).width;
      const row = (...numbers: number[]) => numbers.slice(0, width);
      for (const sequences of [
        [new Array(20).fill(row(1, 1)), []],
        [[row(1, 2)]],
        Array.from({ length: 9 }, (_, i) => [row(i % 3, i)]),
        [[row(Number.NaN, Number.NaN), row(0, 1), row(1, Number.NaN)]],
      ]) {
        const hmm = new HMM({ emission: make(5) });
        const hard = observations(sequences, width);
        const { history } = await hmm.fit(hard, { iterations: 30, rng: new Rng(3) });
        expect(history.every(Number.isFinite)).toBe(true);
        expect(hmm.posteriors(hard).every((p) => p >= 0 && p <= 1 + 1e-12)).toBe(true);
        expect([...hmm.transMat, ...hmm.startProb].every((p) => p >= 0 && p <= 1)).toBe(true);
      }
    },
  );

  it.each(['spherical', 'diag', 'full', 'tied'] as const)(
    '%s: far from 0 is as good as near',
    async (covarianceType) => {
      const far = { ...data, values: data.values.map((x) => x + 1e9) };
      const learn = async (given: typeof data) => {
        const hmm = new HMM({ emission: gaussian({ covarianceType }) });
        return (await hmm.fit(given, { iterations: 10, rng: new Rng(4), ...exactly })).history.at(-1)!;
      };
      expect(Math.abs((await learn(far)) - (await learn(data)))).toBeLessThan(0.01);
    },
  );

  it('what cannot be is an error that names the place, and the model stays as it was', async () => {
    const emission = new Categorical({
      stateCount: 2,
      size: 2,
      emissionProb: [
        [1, 0],
        [1, 0],
      ],
    });
    const hmm = new HMM({ emission, startProb: [0.5, 0.5], transMat: [0.5, 0.5, 0.5, 0.5] });
    const before = text(hmm);
    await expect(hmm.fit(observations([[0], [0, 1]]))).rejects.toThrow(/sequence 1 is impossible under the model/);
    await expect(hmm.fit(observations([[0], [0, 2]]))).rejects.toThrow(
      /sequence 1, step 1: 2 is no symbol from 0 to 1/,
    );
    await expect(hmm.fit(observations([[0, 1]], 2))).rejects.toThrow(/rows of 1, got rows of 2/);
    await expect(hmm.fit(observations([[0]]), { allowed: new Uint8Array(2) })).rejects.toThrow(/row 0 of `allowed`/);
    expect(() => hmm.fitSupervised(observations([[0, 0]]), [0, 2])).toThrow(/row 1: 2 is no state from 0 to 1/);
    expect(text(hmm)).toBe(before);
    const wide = start();
    await expect(
      wide.fit(
        observations([
          [
            [1e200, 0],
            [1, 0],
          ],
        ]),
      ),
    ).rejects.toThrow(/overflow|log-likelihood/);
  });
});
