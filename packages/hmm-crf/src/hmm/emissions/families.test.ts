/** The families beside Gaussian and categorical, each held to the laws of emissions. */
import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import { type EmissionSample, emissionLaws } from '../../laws/emission-laws.js';
import { Bernoulli } from './bernoulli.js';
import type { Emission } from './emission.js';
import { Gamma } from './gamma.js';
import { GaussianMixture, type GaussianMixtureOptions } from './gaussian-mixture.js';
import { Multinomial } from './multinomial.js';
import { Poisson } from './poisson.js';
import { VonMises } from './von-mises.js';

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
    quadrature: () => trapezoids(60, 6000, Math.exp, Math.exp),
  },
  'Gamma of known rates': {
    make: () => new Gamma({ stateCount: 2, shapes: [0.7, 30], rates: [1, 3], frozen: ['rates'] }),
    read: Gamma.fromJSON,
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
          6000,
          (t) => t,
          () => 1,
        ),
    };
  }
}

describe.each(Object.entries(samples))('%s', (_, sample) => {
  it.each(Object.entries(emissionLaws))('%s', async (_law, check) => check(sample));

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

function logLikelihood(emission: Emission, values: Float64Array, states: Float64Array): number {
  const logs = new Float64Array(states.length);
  emission.logProbability(values, logs);
  return logs.reduce((sum, log, i) => sum + (states[i] === 1 ? log : 0), 0);
}
