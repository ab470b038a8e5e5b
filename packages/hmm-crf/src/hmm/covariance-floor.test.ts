import { Rng } from '@seqloom/core/rng';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cholesky } from './cholesky.js';
import { floorEigenvalues } from './covariance-floor.js';
import { Gaussian } from './emissions/gaussian.js';
import { GaussianMixture } from './emissions/gaussian-mixture.js';
import { StudentT } from './emissions/student-t.js';
import { HMM } from './hmm.js';
import { readHMM } from './hmm-json.js';
import { observations } from './observations.js';

const exponent = fc.integer({ min: -9, max: 9 });

it('a floor leaves what is above it as it is, and everything positive definite, whatever the scales', () => {
  const columns = fc.array(fc.tuple(exponent, fc.double({ min: -1, max: 1, noNaN: true })), {
    minLength: 1,
    maxLength: 4,
  });
  const law = fc.property(columns, fc.integer({ min: 0, max: 3 }), (drawn, ranks) => {
    const D = drawn.length;
    const rng = new Rng(1);
    const factors = Array.from({ length: ranks }, () => drawn.map(([scale, x]) => (x + rng.normal()) * 10 ** scale));
    const A = Float64Array.from({ length: D * D }, (_, at) =>
      factors.reduce((sum, factor) => sum + factor[Math.floor(at / D)]! * factor[at % D]!, 0),
    );
    const before = A.slice();
    floorEigenvalues(A, D, 1e-6);
    expect(cholesky(A, D, new Float64Array(D * D))).toBe(true);
    for (let i = 0; i < D; i++) {
      const variance = before[i * (D + 1)]!;
      expect(A[i * (D + 1)]).toBeGreaterThan(0.999999 * variance);
    }
    const again = A.slice();
    floorEigenvalues(again, D, 1e-7);
    for (const [at, x] of A.entries()) {
      const [i, j] = [Math.floor(at / D), at % D];
      expect(Math.abs(again[at]! - x)).toBeLessThan(1e-9 * Math.sqrt(A[i * (D + 1)]! * A[j * (D + 1)]!) + 1e-300);
    }
  });
  fc.assert(law, { numRuns: 300, seed: 5 });
});

const families = {
  full: () => new Gaussian({ stateCount: 2, size: 3, covarianceType: 'full' }),
  tied: () => new Gaussian({ stateCount: 2, size: 3, covarianceType: 'tied' }),
  mixture: () => new GaussianMixture({ stateCount: 2, mixtureCount: 2, size: 3, covarianceType: 'full' }),
  'Student t': () => new StudentT({ stateCount: 2, size: 3, covarianceType: 'full' }),
};

describe.each(Object.entries(families))('%s', (_, make) => {
  it.each([
    ['copies of one column', (x: number) => [x, x, x]],
    ['sums of others', (x: number, y: number) => [x, y, x + y]],
    ['far apart in scale, and dependent', (x: number, y: number) => [x, 2 * x + 1e-9 * y, 1e6 * x]],
    ['further apart', (x: number, y: number) => [1e8 * x, 1e8 * x + y, 1e-8 * y]],
    ['constant columns', (x: number) => [x, 5, 0]],
  ])('near-singular data, %s, give a model that works and can be kept', async (__, row) => {
    const rng = new Rng(3);
    const data = observations([Array.from({ length: 200 }, () => row(rng.normal(), rng.normal()))]);
    const hmm = new HMM({ emission: make() });
    await hmm.fit(data, { iterations: 25, tolerance: -1e12, rng: new Rng(1) });
    expect(Number.isFinite(hmm.score(data))).toBe(true);
    expect(hmm.posteriors(data).every((p) => p >= 0 && p <= 1 + 1e-9)).toBe(true);
    expect(readHMM(JSON.stringify(hmm)).score(data)).toBe(hmm.score(data));
  });
});
