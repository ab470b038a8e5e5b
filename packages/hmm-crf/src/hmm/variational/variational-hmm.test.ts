import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import { Categorical } from '../emissions/categorical.js';
import { Gaussian } from '../emissions/gaussian.js';
import { logGamma } from '../emissions/special/log-gamma.js';
import { expectationMaximisation } from '../expectation-maximisation.js';
import { HMM } from '../hmm.js';
import { type Observations, observations } from '../observations.js';
import { VariationalCategorical } from './categorical.js';
import { VariationalGaussian } from './gaussian.js';
import { VariationalHMM } from './variational-hmm.js';

const families = [
  { name: 'categorical', width: 1, make: (K: number) => new VariationalCategorical({ stateCount: K, size: 4 }) },
  ...(['spherical', 'diag', 'full', 'tied'] as const).map((covarianceType) => ({
    name: covarianceType,
    width: 2,
    make: (stateCount: number) => new VariationalGaussian({ stateCount, size: 2, covarianceType }),
  })),
];

const transMat = [
  [0.9, 0.1],
  [0.2, 0.8],
];
const covars = {
  spherical: [1, 0.7],
  diag: [1, 0.5, 0.5, 2],
  full: [1, 0.3, 0.3, 1, 0.5, 0, 0, 2],
  tied: [1, 0.3, 0.3, 1],
} as const;
const means = [-3, 1, 3, 0];
const emissionProb = [0.65, 0.2, 0.1, 0.05, 0.05, 0.1, 0.1, 0.75];

/** Two states of the family. */
const source = (name: string): HMM =>
  new HMM({
    emission:
      name === 'categorical'
        ? new Categorical({ stateCount: 2, size: 4, emissionProb })
        : new Gaussian({
            stateCount: 2,
            size: 2,
            covarianceType: name as 'tied',
            means,
            covars: covars[name as 'tied'],
          }),
    transMat,
  });

function drawn(name: string, lengths: readonly number[], seed: number): Observations {
  const rng = new Rng(seed);
  const parts = lengths.map((length) => source(name).sample(length, rng).observations.values);
  return { values: Float64Array.from(parts.flatMap((part) => [...part])), width: source(name).emission.width, lengths };
}

async function bounds(model: VariationalHMM, data: Observations, options = {}): Promise<number[]> {
  const out: number[] = [];
  for await (const event of expectationMaximisation(model, data, { tolerance: 1e-6, ...options })) {
    if (event.type === 'iteration') out.push(event.logPosterior);
  }
  return out;
}

describe.each(families)('$name', ({ name, width, make }) => {
  it.each([1, 2, 3])('the bound never falls (seed %i)', async (seed) => {
    const data = drawn(name, [60, 0, 1, 35, 2], seed);
    const model = new VariationalHMM({ emission: make(4) });
    const history = await bounds(model, data, { rng: new Rng(seed), iterations: 60 });
    for (let i = 1; i < history.length; i++) expect(history[i]).toBeGreaterThanOrEqual(history[i - 1]! - 1e-9);
    expect(model.lowerBound(data)).toBeGreaterThanOrEqual(history.at(-1)! - 1e-9);
  });

  it('with one state the bound is log p(data) itself', async () => {
    const data = drawn(name, [30, 1], 5);
    const model = new VariationalHMM({ emission: make(1) });
    await bounds(model, data);
    expect(model.lowerBound(data)).toBeCloseTo(logEvidence(model.emission, data), 8);
  });

  it('with much data its means are those of EM', async () => {
    const data = drawn(name, [3000, 3000], 6);
    const model = new VariationalHMM({ emission: make(2) });
    await model.fit(data, { rng: new Rng(1), iterations: 1000 });
    const point = model.pointEstimate();
    const reference = source(name);
    await reference.fit(data, { tolerance: 1e-6, iterations: 1000 });
    const numbers = ({ emission }: HMM) =>
      emission instanceof Gaussian ? emission.means : (emission as Categorical).emissionProb;
    const [ours, theirs] = [numbers(point), numbers(reference)];
    const half = ours.length / 2;
    const swapped = Math.abs(ours[0]! - theirs[0]!) > Math.abs(ours[half]! - theirs[0]!);
    for (let i = 0; i < ours.length; i++) {
      expect(Math.abs(ours[swapped ? (i + half) % ours.length : i]! - theirs[i]!)).toBeLessThan(0.01);
    }
    for (let i = 0; i < 4; i++)
      expect(Math.abs(point.transMat[swapped ? 3 - i : i]! - reference.transMat[i]!)).toBeLessThan(0.01);
    expect(Math.abs(point.score(data) - reference.score(data))).toBeLessThan(3);
  });

  it('states that hardly anything speaks for can be removed', async () => {
    const data = drawn(name, [1000], 7);
    const model = new VariationalHMM({ emission: make(name === 'categorical' ? 8 : 4), transPrior: 0.1 });
    await model.fit(data, { rng: new Rng(name === 'spherical' ? 2 : 1), iterations: 2000 });
    const pruned = model.pruned(data, 3);
    expect(pruned.stateCount).toBeLessThan(model.stateCount);
    expect(pruned.stateCount).toBe(model.occupancy(data).filter((rows) => rows >= 3).length);
    expect(pruned.pruned(data, 1e9).stateCount).toBe(1);
    const before = pruned.lowerBound(data);
    await pruned.fit(data);
    expect(pruned.lowerBound(data)).toBeGreaterThanOrEqual(before - 1e-9);
  });

  it('comes back from JSON and goes on where it was; same seed, same model', async () => {
    const data = drawn(name, [50, 20], 8);
    const [a, b] = [new VariationalHMM({ emission: make(3) }), new VariationalHMM({ emission: make(3) })];
    const whole = await bounds(a, data, { rng: new Rng(3), iterations: 6, tolerance: -1e9 });
    const half = await bounds(b, data, { rng: new Rng(3), iterations: 3, tolerance: -1e9 });
    const resumed = VariationalHMM.fromJSON(JSON.parse(JSON.stringify(b)));
    expect([...half, ...(await bounds(resumed, data, { iterations: 3, tolerance: -1e9 }))]).toEqual(whole);
    expect(JSON.stringify(resumed)).toBe(JSON.stringify(a));
  });

  it('starts what was not given, and keeps what was', () => {
    const data = drawn(name, [40, 20], 7);
    const [startPosterior, transPosterior] = [
      [3, 1],
      [
        [2, 1],
        [1, 4],
      ],
    ];
    const alone = new VariationalHMM({ emission: make(2), transPosterior });
    alone.prepare(data, new Rng(2));
    expect([...alone.transPosterior]).toEqual(transPosterior.flat());
    expect([...alone.startPosterior]).not.toEqual([...alone.startPrior]);
    const both = new VariationalHMM({ emission: make(2), startPosterior, transPosterior });
    const before = JSON.stringify(both.emission.toJSON());
    both.prepare(data, new Rng(2));
    expect([...both.startPosterior]).toEqual(startPosterior);
    expect(JSON.stringify(both.emission.toJSON())).not.toBe(before); // its states are told apart now
  });

  it('missing rows say nothing; an aborted run changes nothing', async () => {
    const data = drawn(name, [40], 9);
    const model = new VariationalHMM({ emission: make(2) });
    await model.fit(data, { rng: new Rng(4), iterations: 5 });
    const before = JSON.stringify(model);
    expect(await model.fit(data, { signal: AbortSignal.abort() })).toMatchObject({ stopped: 'aborted', history: [] });
    expect(JSON.stringify(model)).toBe(before);
    const gaps = {
      ...data,
      values: Float64Array.from([...data.values, ...new Array(width).fill(Number.NaN)]),
      lengths: [41],
    };
    const padded = model.posteriors(gaps);
    for (const [i, p] of model.posteriors(data).entries()) expect(padded[i]).toBeCloseTo(p, 1);
    expect(padded.every(Number.isFinite)).toBe(true);
  });
});

/** log p(rows | family) of one state, from the normalisers of prior and posterior. */
function logEvidence(emission: VariationalHMM['emission'], { values, width: D }: Observations): number {
  if (emission instanceof VariationalCategorical) {
    const counts = emission.prior.map((_, v) => values.filter((x) => x === v).length);
    const total = emission.prior.reduce((a, b) => a + b, 0);
    const ratios = counts.map((n, v) => logGamma(emission.prior[v]! + n) - logGamma(emission.prior[v]!));
    return logGamma(total) - logGamma(total + values.length) + ratios.reduce((a, b) => a + b, 0);
  }
  const { prior, posterior } = emission as VariationalGaussian;
  const size = prior.scale.length === D * D && prior.dof.length === 1 ? D : 1; // of each precision matrix
  const precisions = ({ dof, scale }: typeof prior) =>
    dof.reduce((sum, nu, at) => {
      const s = scale.subarray(at * size * size, (at + 1) * size * size);
      const gammas = Array.from({ length: size }, (_, i) => logGamma((nu - i) / 2)).reduce((a, b) => a + b, 0);
      return sum + gammas - (nu / 2) * Math.log(size === 1 ? s[0]! : s[0]! * s[3]! - s[1]! * s[2]!);
    }, 0);
  const means = ({ beta }: typeof prior) => beta.reduce((sum, b) => sum - (D / beta.length / 2) * Math.log(b), 0);
  const normaliser = (arrays: typeof prior) => precisions(arrays) + means(arrays);
  return normaliser(posterior) - normaliser(prior) - (values.length / 2) * Math.log(Math.PI);
}

describe('errors', () => {
  it('name what is wrong', async () => {
    const emission = new VariationalCategorical({ stateCount: 2, size: 3 });
    const rejects = (make: () => unknown, pattern: RegExp) => expect(make).toThrowError(pattern);
    rejects(() => new VariationalHMM({ emission: {} as never }), /emission/);
    rejects(
      () =>
        new VariationalHMM({
          emission,
          transPrior: [
            [0, 0],
            [1, 1],
          ],
        }),
      /row 0 of `transPrior`/,
    );
    rejects(() => new VariationalGaussian({ stateCount: 1, size: 2, prior: { dof: 0.5 } }), /dof/);
    rejects(
      () => new VariationalGaussian({ stateCount: 1, size: 2, prior: { scale: [1, 2, 2, 1] } }),
      /positive definite/,
    );
    rejects(() => VariationalHMM.fromJSON({ format: 'other' }), /format/);
    const json = new VariationalHMM({ emission }).toJSON();
    rejects(() => VariationalHMM.fromJSON('{'), /no JSON/);
    rejects(() => VariationalHMM.fromJSON({ ...json, transPosterior: undefined }), /transPosterior/);
    rejects(() => VariationalHMM.fromJSON({ ...json, startPrior: [1] }), /startPrior/);
    rejects(() => VariationalHMM.fromJSON({ ...json, emission: { family: 'x' } }), /unknown family/);
    for (const { make } of families) {
      const { family } = make(1);
      rejects(() => VariationalHMM.fromJSON({ ...json, emission: { family, stateCount: 1e9, size: 1e6 } }), /list/);
    }
    const model = new VariationalHMM({ emission });
    await expect(model.fit(observations([[0, 1, 7]]))).rejects.toThrowError(/step 2/);
    const full = new VariationalHMM({ emission: new VariationalGaussian({ stateCount: 1, size: 2 }) });
    await expect(full.fit(observations([[[0, Number.NaN]]]))).rejects.toThrowError(/as a whole/);
  });

  it('zeros of the prior are structure', async () => {
    const data = drawn('categorical', [80], 11);
    const left = new VariationalHMM({
      emission: new VariationalCategorical({ stateCount: 2, size: 4 }),
      startPrior: [1, 0],
      transPrior: [
        [1, 1],
        [0, 1],
      ],
    });
    await left.fit(data, { rng: new Rng(1) });
    expect(left.transPosterior[2]).toBe(0);
    expect(left.pointEstimate().transMat[2]).toBe(0);
  });
});
