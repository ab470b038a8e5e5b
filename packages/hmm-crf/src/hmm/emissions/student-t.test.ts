import { Rng } from '@seqloom/core/rng';
import { expect, it } from 'vitest';
import { HMM } from '../hmm.js';
import { observations } from '../observations.js';
import { Gaussian } from './gaussian.js';
import { StudentT, type StudentTOptions } from './student-t.js';

const covars = [
  [
    [1, 0.4],
    [0.4, 0.3],
  ],
];

it('is Cauchy with one degree of freedom, normal with very many', () => {
  const x = [-3, 0, 0.1, 40];
  const cauchy = scores(new StudentT({ stateCount: 1, size: 1, dfs: [1] }), x);
  for (const [i, value] of x.entries()) expect(cauchy[i]).toBeCloseTo(-Math.log(Math.PI * (1 + value * value)), 12);
  const shape = { stateCount: 1, size: 2, covarianceType: 'full' as const, means: [[1, -1]], covars };
  const normal = scores(new Gaussian(shape), x);
  for (const [i, score] of scores(new StudentT({ ...shape, dfs: [1e6] }), x).entries())
    expect(Math.abs(score / normal[i]! - 1)).toBeLessThan(1e-2);
});

it.each<Partial<StudentTOptions>>([{ covars: [[1, 0.3]] }, { covarianceType: 'full', covars }])(
  'finds location, scale and degrees of freedom again: %o',
  async (given) => {
    const truth = new StudentT({ stateCount: 1, size: 2, means: [[3, -2]], dfs: [3], ...given });
    const rng = new Rng(3);
    const rows = Array.from({ length: 5000 }, () => {
      const row = new Float64Array(2);
      truth.sample(0, rng, row);
      return row;
    });
    const learned = new StudentT({ stateCount: 1, size: 2, covarianceType: given.covarianceType });
    await new HMM({ emission: learned }).fit(observations([rows]), { rng: new Rng(1), tolerance: 1e-6 });
    for (const [i, mean] of truth.means.entries()) expect(Math.abs(learned.means[i]! - mean)).toBeLessThan(0.06);
    for (const [i, scale] of truth.covars.entries()) expect(Math.abs(learned.covars[i]! - scale)).toBeLessThan(0.08);
    expect(Math.abs(learned.dfs[0]! - 3)).toBeLessThan(0.35);
  },
);

it('an outlier does not drag a state along', async () => {
  const rng = new Rng(4);
  const rows = Array.from({ length: 100 }, (_, i) => [i === 50 ? 1e4 : rng.normal()]);
  const emission = new StudentT({ stateCount: 1, size: 1 });
  await new HMM({ emission }).fit(observations([rows]), { rng: new Rng(1), iterations: 200, tolerance: 1e-8 });
  expect(Math.abs(emission.means[0]!)).toBeLessThan(0.3);
});

function scores(emission: Gaussian | StudentT, values: number[]): Float64Array {
  const out = new Float64Array(values.length / emission.width);
  emission.logProbability(Float64Array.from(values), out);
  return out;
}
