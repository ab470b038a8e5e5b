import { describe, it } from 'vitest';
import { type EmissionSample, emissionLaws } from '../../laws/emission-laws.js';
import { Tied } from '../tied-emission.js';
import { Categorical } from './categorical.js';
import { type CovarianceType, Gaussian, type GaussianOptions } from './gaussian.js';
import { readEmission } from './read-emission.js';

const rows = (from: number, to: number, n: number) => {
  const step = (to - from) / (n - 1);
  const nodes = Float64Array.from({ length: n }, (_, i) => from + i * step);
  return { nodes, weights: nodes.map((_, i) => (i === 0 || i === n - 1 ? step / 2 : step)) };
};

const covars: Record<CovarianceType, GaussianOptions['covars']> = {
  spherical: [0.5, 2],
  diag: [
    [0.5, 1, 2],
    [1.5, 0.3, 1],
  ],
  full: [
    [
      [1, 0.5, 0.1],
      [0.5, 2, -0.3],
      [0.1, -0.3, 0.7],
    ],
    [
      [2, -0.5, 0],
      [-0.5, 0.5, 0.1],
      [0, 0.1, 1],
    ],
  ],
  tied: [
    [1, 0.5, 0.1],
    [0.5, 2, -0.3],
    [0.1, -0.3, 0.7],
  ],
};

const means = [
  [0, 1, 2],
  [1.5, -1, 1],
];

const priors: Record<string, GaussianOptions['prior']> = {
  'no prior': { covarsPrior: 0 },
  "hmmlearn's priors": {},
  'strong priors': { meansPrior: 1, meansWeight: 3, covarsPrior: 0.4, covarsWeight: 9 },
};

const gaussians = Object.entries(covars).flatMap(([covarianceType, given]) =>
  Object.entries(priors).map(([name, prior]): [string, EmissionSample] => [
    `${covarianceType} Gaussian, ${name}`,
    {
      make: () =>
        new Gaussian({
          stateCount: 2,
          size: 3,
          covarianceType: covarianceType as CovarianceType,
          means,
          covars: given!,
          prior: prior!,
        }),
      read: Gaussian.fromJSON,
      bad: [0, Infinity, 0],
      quadrature: () => rows(-15, 15, 2000),
    },
  ]),
);

const emissionProb = [
  [0.1, 0.2, 0.3, 0.4],
  [0.6, 0.2, 0.2, 0],
  [0.25, 0.25, 0.25, 0.25],
];

const categoricals = [1, 2.5].map((prior): [string, EmissionSample] => [
  `categorical, α = ${prior}`,
  {
    make: () => new Categorical({ stateCount: 3, size: 4, emissionProb, prior }),
    read: Categorical.fromJSON,
    bad: [4],
    quadrature: () => ({ nodes: [0, 1, 2, 3], weights: [1, 1, 1, 1] }),
  },
]);

const tied: [string, EmissionSample] = [
  'Gaussian that two of three states share',
  {
    make: () =>
      new Tied({ groups: [0, 1, 0], emission: new Gaussian({ stateCount: 2, size: 3, means, covars: covars.diag! }) }),
    read: (json) => Tied.fromJSON(json, readEmission),
    bad: [0, Infinity, 0],
    quadrature: () => rows(-15, 15, 2000),
  },
];

describe.each([tied, ...categoricals, ...gaussians])('%s', (_, sample) => {
  it.each(Object.entries(emissionLaws))('%s', async (_law, check) => check(sample));
});
