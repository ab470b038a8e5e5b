/** The families beside Gaussian and categorical, each held to the laws of emissions. */
import { CheckpointError } from '@seqloom/core/errors';
import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import { type EmissionSample, emissionLaws } from '../../laws/emission-laws.js';
import {
  Bernoulli,
  Gamma,
  GaussianMixture,
  type GaussianMixtureOptions,
  HMM,
  LinearRegression,
  type LinearRegressionOptions,
  Multinomial,
  observations,
  Poisson,
  Product,
  readEmission,
  StudentT,
  VonMises,
} from '../index.js';
import type { Emission, EmissionJSON } from './emission.js';

const counts = (n: number) => ({
  nodes: Float64Array.from({ length: n }, (_, i) => i),
  weights: new Float64Array(n).fill(1),
});

/** The trapezoid rule for a function of t, from −T to T, where its node is to(t) and its weight slope(t). */
function trapezoids(T: number, n: number, to: (t: number) => number, slope: (t: number) => number) {
  const at = Float64Array.from({ length: n }, (_, i) => -T + (2 * T * (i + 0.5)) / n);
  return { nodes: at.map(to), weights: at.map((t) => (slope(t) * 2 * T) / n) };
}

const samples: Record<string, EmissionSample> = {
  Poisson: {
    make: () =>
      new Poisson({
        stateCount: 3,
        size: 2,
        lambdas: [
          [1, 30],
          [5, 4],
          [12, 0.5],
        ],
      }),
    read: Poisson.fromJSON,
    bad: [1, -1],
    quadrature: () => counts(100),
  },
  'Poisson with prior': {
    make: () => new Poisson({ stateCount: 2, lambdas: [1, 15], lambdasPrior: 3, lambdasWeight: 2 }),
    read: Poisson.fromJSON,
    bad: [0.5],
    quadrature: () => counts(100),
  },
  Bernoulli: {
    make: () =>
      new Bernoulli({
        stateCount: 2,
        size: 4,
        probs: [
          [0.1, 0.9, 0.5, 1],
          [0.8, 0.3, 0.5, 0.9],
        ],
      }),
    read: Bernoulli.fromJSON,
    bad: [0, 1, 2, 0],
    quadrature: () => counts(2),
  },
  'Bernoulli with prior': {
    make: () => new Bernoulli({ stateCount: 2, probs: [0.2, 0.6], prior: 2.5 }),
    read: Bernoulli.fromJSON,
  },
  Multinomial: {
    make: () =>
      new Multinomial({
        stateCount: 2,
        size: 3,
        emissionProb: [
          [0.2, 0.5, 0.3],
          [0.7, 0, 0.3],
        ],
        trials: 6,
      }),
    read: Multinomial.fromJSON,
    bad: [2, 2, 1],
    quadrature: () => counts(7),
  },
  'Multinomial with prior': {
    make: () =>
      new Multinomial({ stateCount: 2, size: 3, emissionProb: [0.2, 0.5, 0.3, 0.7, 0.1, 0.2], trials: 6, prior: 1.5 }),
    read: Multinomial.fromJSON,
    bad: [7, Number.NaN, 0],
  },
  Gamma: {
    make: () =>
      new Gamma({
        stateCount: 2,
        size: 2,
        shapes: [
          [0.7, 30],
          [5, 2],
        ],
        rates: [
          [1, 3],
          [2, 0.1],
        ],
      }),
    read: Gamma.fromJSON,
    bad: [1, 0],
    quadrature: () => trapezoids(60, 1500, Math.exp, Math.exp),
  },
  'Gamma of known rates': {
    make: () => new Gamma({ stateCount: 2, shapes: [0.7, 30], rates: [1, 3], frozen: ['rates'] }),
    read: Gamma.fromJSON,
  },
  "diagonal Student's t": {
    make: () =>
      new StudentT({
        stateCount: 2,
        size: 2,
        means: [
          [0, 2],
          [3, -1],
        ],
        covars: [
          [1, 0.3],
          [0.5, 2],
        ],
        dfs: [3, 8],
      }),
    read: StudentT.fromJSON,
    bad: [0, Infinity],
    quadrature: () => trapezoids(12, 1500, Math.sinh, Math.cosh),
    slack: 1e-6,
  },
  "full Student's t": {
    make: () =>
      new StudentT({
        stateCount: 2,
        size: 2,
        covarianceType: 'full',
        means: [
          [0, 2],
          [3, -1],
        ],
        covars: [
          [
            [1, 0.4],
            [0.4, 0.3],
          ],
          [
            [0.5, -0.2],
            [-0.2, 2],
          ],
        ],
        dfs: [2.5, 30],
      }),
    read: StudentT.fromJSON,
    quadrature: () => trapezoids(12, 1500, Math.sinh, Math.cosh),
    slack: 1e-6,
  },
  product: {
    make: () =>
      new Product({
        parts: [
          new Poisson({ stateCount: 2, lambdas: [2, 7], lambdasPrior: 2, lambdasWeight: 1 }),
          new Product({
            parts: [
              new VonMises({ stateCount: 2, means: [0, 2], kappas: [4, 1] }),
              new Bernoulli({ stateCount: 2, probs: [0.2, 0.9] }),
            ],
          }),
          new StudentT({ stateCount: 2, size: 1, means: [0, 2] }),
        ],
      }),
    read: readEmission,
    bad: [1, 0, 0.5, 1],
    quadrature: (column) =>
      [
        counts(60),
        trapezoids(
          Math.PI,
          300,
          (t) => t,
          () => 1,
        ),
        counts(2),
        trapezoids(12, 1000, Math.sinh, Math.cosh),
      ][column]!,
    slack: 1e-6,
  },
  'von Mises': {
    make: () =>
      new VonMises({
        stateCount: 2,
        size: 2,
        means: [
          [0, 3],
          [2, -1],
        ],
        kappas: [
          [4, 0.5],
          [0, 50],
        ],
      }),
    read: VonMises.fromJSON,
    bad: [Infinity, 0],
    quadrature: () =>
      trapezoids(
        Math.PI,
        500,
        (t) => t,
        () => 1,
      ),
  },
  'von Mises of known means': {
    make: () => new VonMises({ stateCount: 2, means: [0, 2], kappas: [4, 1], frozen: ['means'] }),
    read: VonMises.fromJSON,
  },
};

/** Regression on covariates that are drawn with each sample. */
class WithCovariates extends LinearRegression {
  override sample(state: number, rng: Rng, out: Float64Array): void {
    for (let i = this.outputs; i < this.width; i++) out[i] = rng.normal() + 1;
    super.sample(state, rng, out);
  }
}
const regressions: Record<string, LinearRegressionOptions> = {
  'linear regression': {
    stateCount: 2,
    inputs: 2,
    coefficients: [[[1, -2]], [[0.5, 0.3]]],
    intercepts: [1, -3],
    covars: [0.5, 2],
  },
  'regression with known coefficients': {
    stateCount: 2,
    inputs: 1,
    coefficients: [2, -1],
    intercepts: [0, 1],
    frozen: ['coefficients'],
  },
  'regression through 0': {
    stateCount: 2,
    inputs: 2,
    coefficients: [2, -1, 1, 1],
    intercepts: [0, 0],
    frozen: ['intercepts'],
  },
  'regressions side by side': {
    stateCount: 2,
    outputs: 2,
    inputs: 1,
    coefficients: [1, 2, -3, 0.2],
    intercepts: [0, 1, 2, 3],
  },
  'multivariate regression': {
    stateCount: 2,
    outputs: 2,
    inputs: 1,
    covarianceType: 'full',
    coefficients: [1, 2, -3, 0.2],
    intercepts: [0, 1, 2, 3],
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
  },
};
for (const [name, options] of Object.entries(regressions)) {
  const parameters = ({ family, ...rest }: EmissionJSON) => rest as unknown as LinearRegressionOptions;
  samples[name] = {
    make: () => new WithCovariates(options),
    read: (json) => new WithCovariates(parameters(LinearRegression.fromJSON(json).toJSON())),
  };
}

const mixtures: Record<string, Partial<GaussianMixtureOptions>> = {
  spherical: {
    covars: [
      [1, 0.2],
      [3, 0.5],
    ],
  },
  diag: {
    covars: [
      [
        [1, 2],
        [0.3, 0.5],
      ],
      [
        [2, 1],
        [0.1, 4],
      ],
    ],
  },
  full: {
    covars: [
      [
        [
          [1, 0.5],
          [0.5, 2],
        ],
        [
          [1, -0.2],
          [-0.2, 0.1],
        ],
      ],
      [
        [
          [0.5, 0.1],
          [0.1, 3],
        ],
        [
          [1, 0.9],
          [0.9, 1],
        ],
      ],
    ],
  },
  tied: {
    covars: [
      [
        [1, 0.5],
        [0.5, 2],
      ],
      [
        [1, -0.2],
        [-0.2, 0.1],
      ],
    ],
  },
};
const priors: Record<string, GaussianMixtureOptions['prior']> = {
  spherical: { covarsPrior: 2, covarsWeight: 0.5 },
  diag: { covarsPrior: 2, covarsWeight: 0.5 },
  full: {
    covarsPrior: [
      [1, 0.2],
      [0.2, 0.3],
    ],
    covarsWeight: 4,
  },
  tied: { covarsPrior: 0.7, covarsWeight: 4 },
};
for (const [covarianceType, given] of Object.entries(mixtures)) {
  for (const prior of [{}, { ...priors[covarianceType], weightsPrior: 2, meansPrior: 0.5, meansWeight: 3 }]) {
    const weights = [
      [0.3, 0.7],
      [0.5, 0.5],
    ];
    const means = [
      [
        [0, 1],
        [2, -1],
      ],
      [
        [-3, 0],
        [1, 4],
      ],
    ];
    samples[`${covarianceType} mixture of Gaussians${'meansWeight' in prior ? ' with prior' : ''}`] = {
      make: () =>
        new GaussianMixture({
          stateCount: 2,
          mixtureCount: 2,
          size: 2,
          weights,
          means,
          ...given,
          covarianceType: covarianceType as 'diag',
          prior,
        }),
      read: GaussianMixture.fromJSON,
      bad: [0, Infinity],
      quadrature: () =>
        trapezoids(
          30,
          1500,
          (t) => t,
          () => 1,
        ),
    };
  }
}

describe.each(Object.entries(samples))('%s', (_, sample) => {
  it.each(Object.entries(emissionLaws))('%s', async (_law, check) => check(sample));

  it('files that are not as they should be are refused, or read as something that works', () => {
    const json = sample.make().toJSON();
    for (const name of Object.keys(json)) {
      for (const junk of ['x', -1, 0.5, Number.NaN, null, [], {}, [[]], [null], true, 1e9]) {
        let emission: Emission;
        try {
          emission = readEmission({ ...json, [name]: junk });
        } catch (error) {
          expect(error, `${name}: ${JSON.stringify(junk)}`).toBeInstanceOf(CheckpointError);
          continue;
        }
        const logs = new Float64Array(emission.stateCount);
        emission.logProbability(new Float64Array(emission.width).fill(1), logs);
        expect(logs.some(Number.isNaN), `${name}: ${JSON.stringify(junk)}`).toBe(false);
      }
    }
  });

  it('learns what it draws', () => {
    const emission = sample.make();
    const { stateCount: K, width: D } = emission;
    const n = 4000;
    const values = new Float64Array(n * D);
    const rng = new Rng(21);
    for (let i = 0; i < n; i++) emission.sample(i % K, rng, values.subarray(i * D, (i + 1) * D));
    const known = Float64Array.from({ length: n * K }, (_, i) => (i % K === Math.floor(i / K) % K ? 1 : 0));
    const before = logLikelihood(emission, values, known);
    const statistics = new Float64Array(emission.statisticsSize);
    emission.accumulate(statistics, values, known);
    emission.maximise(statistics);
    // Twice the gain over the truth is χ² with as many degrees of freedom as there are parameters.
    const freedom = emission.parameterCount;
    expect(2 * (logLikelihood(emission, values, known) - before)).toBeLessThan(
      freedom + 5 * Math.sqrt(2 * freedom) + 5,
    );
  });
});

const blanks: Record<string, { make: () => Emission; row: readonly number[] }> = {
  Poisson: { make: () => new Poisson({ stateCount: 2, size: 2 }), row: [0, 4] },
  Bernoulli: { make: () => new Bernoulli({ stateCount: 2, size: 2 }), row: [0, 1] },
  Multinomial: { make: () => new Multinomial({ stateCount: 2, size: 2 }), row: [0, 4] },
  Gamma: { make: () => new Gamma({ stateCount: 2, size: 2 }), row: [1e-3, 1e6] },
  'von Mises': { make: () => new VonMises({ stateCount: 2, size: 2 }), row: [0, 12] },
  'linear regression': { make: () => new LinearRegression({ stateCount: 2, inputs: 1 }), row: [3, 0] },
  'multivariate regression': {
    make: () => new LinearRegression({ stateCount: 2, outputs: 2, inputs: 1, covarianceType: 'full' }),
    row: [3, 1, 1e5],
  },
  ...Object.fromEntries(
    (['spherical', 'diag', 'full', 'tied'] as const).map((covarianceType) => [
      `${covarianceType} mixture`,
      { make: () => new GaussianMixture({ stateCount: 2, mixtureCount: 2, size: 2, covarianceType }), row: [1e5, -2] },
    ]),
  ),
  "diagonal Student's t": { make: () => new StudentT({ stateCount: 2, size: 2 }), row: [1e5, -2] },
  "full Student's t": { make: () => new StudentT({ stateCount: 2, size: 2, covarianceType: 'full' }), row: [1e5, -2] },
};

it.each(Object.entries(blanks))(
  '%s from poor data: none, one row, equal rows, nothing seen in a column',
  async (_, { make, row }) => {
    const half = row.map((x, d) => (d === 0 && make().family !== 'multinomial' ? Number.NaN : x));
    for (const rows of [[], [row], Array.from({ length: 30 }, () => row), Array.from({ length: 5 }, () => half)]) {
      const hmm = new HMM({ emission: make() });
      const data = observations([rows], row.length);
      await hmm.fit(data, { iterations: 10, rng: new Rng(3), tolerance: -1e9 });
      expect(JSON.stringify(hmm.toJSON())).not.toContain('null'); // what NaN and infinity become
      expect(Number.isFinite(hmm.score(data))).toBe(true);
    }
  },
);

it.each<[string, (shift: number) => Emission]>([
  [
    'diagonal mixture',
    (x) =>
      new GaussianMixture({ stateCount: 2, mixtureCount: 2, size: 2, means: [x, x + 1, x + 3, x, x - 4, x, x, x - 2] }),
  ],
  [
    'full mixture',
    (x) =>
      new GaussianMixture({
        stateCount: 1,
        mixtureCount: 2,
        size: 2,
        means: [x, x + 1, x + 3, x],
        covarianceType: 'full',
      }),
  ],
  ["Student's t", (x) => new StudentT({ stateCount: 2, size: 2, means: [x, x + 1, x + 3, x], covarianceType: 'full' })],
])('%s learns far from 0 as it does near', async (_, make) => {
  const rng = new Rng(8);
  const rows = Array.from({ length: 100 }, (_, i) => [rng.normal() + (i % 2), 2 * rng.normal()]);
  const [near, far] = await Promise.all(
    [0, 2 ** 24].map(async (shift) => {
      const hmm = new HMM({ emission: make(shift) });
      const data = observations([rows.map((row) => row.map((x) => Math.fround(x) + shift))]);
      return (await hmm.fit(data, { iterations: 15, tolerance: -1e9, rng: new Rng(9) })).history;
    }),
  );
  for (const [i, logLikelihood] of near!.entries()) expect(far![i]! / logLikelihood).toBeCloseTo(1, 6);
});

function logLikelihood(emission: Emission, values: Float64Array, states: Float64Array): number {
  const logs = new Float64Array(states.length);
  emission.logProbability(values, logs);
  return logs.reduce((sum, log, i) => sum + (states[i] === 1 ? log : 0), 0);
}
