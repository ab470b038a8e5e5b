import { isSeqError } from '@seqloom/core/errors';
import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import { Categorical } from './emissions/categorical.js';
import type { Emission } from './emissions/emission.js';
import { Gaussian } from './emissions/gaussian.js';
import { readEmission, registerEmission } from './emissions/read-emission.js';
import { fromHmmlearn } from './from-hmmlearn.js';
import { HMM } from './hmm.js';
import { readHMM } from './hmm-json.js';
import { observations } from './observations.js';
import { Tied } from './tied-emission.js';

const gaussian = new Gaussian({
  stateCount: 2,
  size: 2,
  covarianceType: 'full',
  prior: { meansWeight: 1 },
  frozen: ['means'],
});
const emissions: Emission[] = [
  gaussian,
  ...(['spherical', 'diag', 'full', 'tied'] as const).map(
    (covarianceType) => new Gaussian({ stateCount: 2, size: 2, covarianceType }),
  ),
  new Categorical({ stateCount: 3, size: 4, prior: 2 }),
  new Tied({ emission: gaussian, groups: [1, 0, 1] }),
];

describe.each(emissions.map((emission) => ({ name: emission.family, emission })))('$name in a file', ({ emission }) => {
  const hmm = new HMM({ emission, sticky: 3, startPrior: 2, frozen: ['startProb'] });
  const data = observations([[1, 0, 2, 3, 0, 1, 1, 3, 0, 2, 3, 0, 1, 2, 0, 0]], emission.width);

  it('a model comes back as it was, and learns on as if nothing had happened', async () => {
    await hmm.fit(data, { iterations: 2, rng: new Rng(1) });
    const text = JSON.stringify(hmm);
    const loaded = readHMM(text);
    expect(JSON.stringify(loaded)).toBe(text);
    expect(loaded.score(data)).toBe(hmm.score(data));
    for (const model of [hmm, loaded]) await model.fit(data, { iterations: 2, tolerance: -1e9 });
    expect(JSON.stringify(loaded)).toBe(JSON.stringify(hmm));
  });

  it('what is cut off, foreign, newer or lies is a CheckpointError', () => {
    const text = JSON.stringify(hmm);
    const broken: unknown[] = [text.slice(0, -9), '[]', 'null', '{"format":"x"}'];
    broken.push(
      { ...hmm.toJSON(), version: 3 },
      { ...hmm.toJSON(), transMat: [1] },
      { ...hmm.toJSON(), startPrior: undefined },
    );
    for (const name of Object.keys(emission.toJSON())) {
      for (const value of [undefined, -1, 1e9, 'x', [Number.NaN], { length: 1e9 }, []]) {
        const changed = { ...hmm.toJSON(), emission: { ...emission.toJSON(), [name]: value } };
        if (JSON.stringify(attempt(() => readHMM(changed))) !== text) broken.push(changed);
      }
    }
    for (const file of broken) {
      const error = attempt(() => readHMM(file as string));
      if (error instanceof HMM) continue; // an option left out has a default
      expect(isSeqError(error) && error.name, JSON.stringify(file).slice(0, 300)).toBe('CheckpointError');
    }
  });
});

describe('models of hmmlearn', () => {
  const chain = {
    startprob_: [0.5, 0.5],
    transmat_: [
      [0.9, 0.1],
      [0.2, 0.8],
    ],
  };
  const means_ = [
    [0, 1],
    [2, 3],
  ];
  const diagonal = (a: number, b: number) => [
    [a, 0],
    [0, b],
  ];

  it.each([
    ['spherical', [diagonal(2, 2), diagonal(3, 3)], [2, 3]],
    ['spherical', [diagonal(2, 2), diagonal(2, 2), diagonal(3, 3), diagonal(3, 3)], [2, 3]],
    ['diag', [diagonal(2, 4), diagonal(3, 5)], [2, 4, 3, 5]],
    [
      'diag',
      [
        [2, 4],
        [3, 5],
      ],
      [2, 4, 3, 5],
    ],
    ['tied', [diagonal(2, 4), diagonal(2, 4)], [2, 0, 0, 4]],
    ['tied', diagonal(2, 4), [2, 0, 0, 4]],
    ['full', [diagonal(2, 4), diagonal(3, 5)], [2, 0, 0, 4, 3, 0, 0, 5]],
  ])('%s covariances, as matrices or as few numbers', (covariance_type, covars_, expected) => {
    const { emission } = fromHmmlearn({ ...chain, means_, covariance_type, covars_ });
    expect([...(emission as Gaussian).covars]).toEqual(expected);
  });

  it('says what is missing', () => {
    expect(() => fromHmmlearn('{"startprob_":')).toThrow(/no JSON/);
    expect(() => fromHmmlearn({})).toThrow(/`startprob_` must be a list of numbers, got undefined/);
    expect(() => fromHmmlearn(chain)).toThrow(/`emissionprob_`/);
    expect(() =>
      fromHmmlearn({
        ...chain,
        emissionprob_: [
          [1, 0],
          [0.5, 0.6],
        ],
      }),
    ).toThrow(/row 1 of `emissionProb`/);
  });
});

it('Gaussians of older files, which kept no origin, are still read', () => {
  const { origin, ...older } = gaussian.toJSON();
  expect((readEmission(older) as Gaussian).covars).toEqual(gaussian.covars);
  expect(origin).toHaveLength(2);
});

it('a family of your own can be read', () => {
  expect(() => readEmission({ family: 'mine' })).toThrow(/unknown family 'mine'/);
  registerEmission('mine', () => new Categorical({ stateCount: 1, size: 1 }));
  expect(readEmission({ family: 'mine' }).stateCount).toBe(1);
});

function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}
