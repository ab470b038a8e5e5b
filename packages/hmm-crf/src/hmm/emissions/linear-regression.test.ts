import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import { HMM } from '../hmm.js';
import { observations } from '../observations.js';
import { drawSeries, laggedRows } from './autoregression.js';
import { LinearRegression, type LinearRegressionOptions } from './linear-regression.js';

const parameters = { coefficients: [1, 2, -3, 0.2], intercepts: [0, 1, 2, 3] };
const forms: Record<string, LinearRegressionOptions> = {
  diag: { stateCount: 2, outputs: 2, inputs: 1, ...parameters, covars: [1, 0.5, 2, 0.3] },
  full: {
    stateCount: 2,
    outputs: 2,
    inputs: 1,
    ...parameters,
    covars: [
      [
        [1, 0.6],
        [0.6, 2],
      ],
      [
        [0.3, -0.1],
        [-0.1, 0.4],
      ],
    ],
    covarianceType: 'full',
  },
};

describe.each(Object.entries(forms))('linear regression, %s', (_, options) => {
  const emission = new LinearRegression(options);
  const score = (rows: number[]) => {
    const out = new Float64Array((rows.length / 3) * 2);
    emission.logProbability(Float64Array.from(rows), out);
    return out;
  };

  it('integrates a missing y out, and says nothing where x is missing', () => {
    const step = 0.01;
    const nodes = Array.from({ length: 8000 }, (_, i) => (i - 4000) * step);
    for (const row of [(y: number) => [y, 0.7, 1.3], (y: number) => [0.7, y, 1.3]]) {
      const all = score(nodes.flatMap(row));
      const missing = score(row(Number.NaN));
      for (const k of [0, 1]) {
        const integral = nodes.reduce((sum, _, i) => sum + step * Math.exp(all[2 * i + k]!), 0);
        expect(missing[k]).toBeCloseTo(Math.log(integral), 9);
      }
    }
    expect([...score([1, 2, Number.NaN])]).toEqual([0, 0]);
  });

  it('likelihood never falls with y missing here and there, and finds the lines', async () => {
    const rng = new Rng(4);
    const rows = Array.from({ length: 600 }, (_, i) => {
      const row = Float64Array.of(0, 0, 3 * rng.normal());
      emission.sample(i % 2, rng, row);
      if (i % 5 === 0) row[i % 3] = Number.NaN;
      return row;
    });
    const start = { coefficients: [0.5, 0, -1, 0], intercepts: [0, 0, 0, 0], covars: undefined };
    const learned = new LinearRegression({ ...options, ...start });
    const { history } = await new HMM({ emission: learned }).fit(observations([rows]), {
      iterations: 100,
      tolerance: 1e-6,
    });
    for (let i = 1; i < history.length; i++) expect(history[i]! - history[i - 1]!).toBeGreaterThan(-1e-8);
    for (const [i, w] of learned.coefficients.entries())
      expect(Math.abs(w - parameters.coefficients[i]!)).toBeLessThan(0.2);
  });
});

it('starts from stretches of the data, and bears inputs that depend on each other', async () => {
  const rng = new Rng(5);
  const rows = Array.from({ length: 400 }, (_, t) => {
    const x = rng.normal();
    return [(t % 200 < 100 ? 2 : -2) * x + 0.1 * rng.normal(), x, 2 * x, 0];
  });
  const emission = new LinearRegression({ stateCount: 2, inputs: 3 });
  await new HMM({ emission, transMat: [0.99, 0.01, 0.01, 0.99] }).fit(observations([rows]), {
    rng: new Rng(2),
    iterations: 50,
  });
  const slopes = [0, 3].map((at) => emission.coefficients[at]! + 2 * emission.coefficients[at + 1]!);
  expect(slopes.toSorted((a, b) => a - b).map((slope) => Math.round(10 * slope) / 10)).toEqual([-2, 2]);
});

describe('autoregression', () => {
  it('lays the rows before beside each row', () => {
    const lagged = laggedRows(
      observations([
        [
          [1, 10],
          [2, 20],
          [3, 30],
        ],
        [[4, 40]],
      ]),
      2,
    );
    const none = Number.NaN;
    expect([lagged.width, lagged.lengths]).toEqual([6, [3, 1]]);
    expect([...lagged.values]).toEqual([
      1,
      10,
      none,
      none,
      none,
      none,
      2,
      20,
      1,
      10,
      none,
      none,
      3,
      30,
      2,
      20,
      1,
      10,
      4,
      40,
      none,
      none,
      none,
      none,
    ]);
  });

  it('an HMM learns the series that it draws', async () => {
    const coefficients = [0.9, -0.2, 0.3, 0.5, -0.5, 0, 0.1, -0.9];
    const truth = new LinearRegression({
      stateCount: 2,
      outputs: 2,
      inputs: 2,
      coefficients,
      intercepts: [0, 1, 0, -1],
      covars: [0.1, 0.2, 0.1, 0.3],
    });
    const chain = { transMat: [0.98, 0.02, 0.03, 0.97] };
    const { states } = new HMM({ emission: truth, ...chain }).sample(3000, new Rng(6));
    const series = drawSeries(truth, { states, rng: new Rng(7), before: [1, -1] });
    const data = laggedRows({ values: series, width: 2, lengths: [3000] }, 1);
    const emission = new LinearRegression({ stateCount: 2, outputs: 2, inputs: 2 });
    const hmm = new HMM({ emission, ...chain });
    await hmm.fit(data, { rng: new Rng(1), iterations: 60 });
    const { path } = hmm.viterbi(data);
    const agreement = path.filter((state, t) => state === states[t]).length / 3000;
    expect(Math.abs(agreement - 0.5)).toBeGreaterThan(0.45);
    const swapped = agreement < 0.5;
    for (const [i, w] of coefficients.entries())
      expect(Math.abs(emission.coefficients[swapped ? (i + 4) % 8 : i]! - w)).toBeLessThan(0.1);
  });

  it('refuses shapes that do not fit', () => {
    const emission = new LinearRegression({ stateCount: 1, outputs: 2, inputs: 3 });
    expect(() => drawSeries(emission, { states: [0], rng: new Rng(1) })).toThrow(/3 inputs/);
    const fitting = new LinearRegression({ stateCount: 1, inputs: 2 });
    expect(() => drawSeries(fitting, { states: [0], rng: new Rng(1), before: [1] })).toThrow(/\[2,1\]/);
    expect(() => laggedRows(observations([[1]]), 0)).toThrow(/order/);
  });
});
