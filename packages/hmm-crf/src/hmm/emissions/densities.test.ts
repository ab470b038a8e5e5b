/** Log densities against SciPy 1.17: poisson, bernoulli, multinomial, gamma, vonmises, t, multivariate_t, multivariate_normal, norm. */
import { expect, it } from 'vitest';
import {
  Bernoulli,
  type Emission,
  Gamma,
  GaussianMixture,
  LinearRegression,
  Multinomial,
  Poisson,
  StudentT,
  VonMises,
} from '../index.js';

const gap = Number.NaN;
const scale = [
  [2, 0.6],
  [0.6, 1],
];
const mixture = new GaussianMixture({
  stateCount: 1,
  mixtureCount: 2,
  size: 2,
  covarianceType: 'full',
  weights: [[0.3, 0.7]],
  means: [
    [0, 1],
    [2, -1],
  ].flat(),
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
  ],
});
const full = new StudentT({
  stateCount: 1,
  size: 2,
  covarianceType: 'full',
  means: [0, 1],
  covars: [scale],
  dfs: [3.5],
});

const cases: [name: string, emission: Emission, row: number[], expected: number][] = [
  [
    'Poisson',
    new Poisson({ stateCount: 1, size: 3, lambdas: [0.5, 3.7, 380] }),
    [0, 3, 400],
    -0.5 - 1.5667610102775185 - 4.432196895068728,
  ],
  ['Bernoulli', new Bernoulli({ stateCount: 1, size: 2, probs: [0.2, 0.7] }), [0, 1], Math.log(0.8) + Math.log(0.7)],
  [
    'multinomial',
    new Multinomial({ stateCount: 1, size: 3, emissionProb: [0.2, 0.3, 0.5] }),
    [3, 0, 5],
    -4.268697949366876,
  ],
  [
    'gamma',
    new Gamma({ stateCount: 1, size: 3, shapes: [0.4, 7, 1000], rates: [1 / 2, 1 / 0.3, 1] }),
    [1e-3, 2.5, 900],
    3.07021647746352 - 0.987030523816953 - 9.628054648193938,
  ],
  [
    'von Mises',
    new VonMises({ stateCount: 1, size: 3, means: [1, -3, 2.01], kappas: [0.2, 4, 3000] }),
    [0.3, -9, 2],
    -1.6948837394937903 - 0.4221687153233409 + 2.934204827002767,
  ],
  ["full Student's t", full, [1.5, -2], -6.757558128763964],
  ["full Student's t with a gap", full, [1.5, gap], -1.9631523370947705],
  [
    "diagonal Student's t",
    new StudentT({ stateCount: 1, size: 2, means: [0, 1], covars: [2, 1], dfs: [0.5] }),
    [1.5, -2],
    -6.004896775902351,
  ],
  ['mixture', mixture, [1, 0.5], -4.107359221571541],
  ['mixture with a gap', mixture, [1, gap], -1.418938533204673],
  [
    'regression',
    new LinearRegression({ stateCount: 1, inputs: 2, coefficients: [0.5, -2], intercepts: [1], covars: [0.7] }),
    [2, 3, 1],
    -2.3477439183781637,
  ],
];

it.each(cases)('%s', (_, emission, row, expected) => {
  const out = new Float64Array(1);
  emission.logProbability(Float64Array.from(row), out);
  expect(Math.abs(out[0]! / expected - 1)).toBeLessThan(1e-11);
});
