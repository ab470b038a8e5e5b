import { Rng } from '@seqloom/core/rng';
import { describe, expect, it } from 'vitest';
import { improveLogistic, logisticObjective, logSoftmaxRows } from './multinomial-logistic.js';

const [n, K, P] = [60, 3, 3];

function problem(seed: number, scale = 1) {
  const rng = new Rng(seed);
  const rows = Float64Array.from({ length: n * P }, (_, i) => (i % P === P - 1 ? 1 : scale * rng.normal()));
  const targets = Float64Array.from({ length: n * K }, () => Math.max(0, rng.normal()));
  const weights = Float64Array.from({ length: K * P }, (_, i) => rng.normal() / (i % P === P - 1 ? 1 : scale));
  return { data: { rows, targets }, weights };
}

describe.each([0, 0.1, 5])('penalty %f', (penalty) => {
  const shape = { classCount: K, width: P, penalty };

  it('the gradient is that of finite differences', () => {
    const { data, weights } = problem(1);
    const [gradient, ignored] = [new Float64Array(K * P), new Float64Array(K * P)];
    logisticObjective(data, weights, shape, gradient);
    for (let i = 0; i < weights.length; i++) {
      const at = (step: number) => logisticObjective(data, weights.with(i, weights[i]! + step), shape, ignored);
      expect(gradient[i]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 5);
    }
  });

  it.each([1, 1000, 1e-3])('every step rises, and they end where the gradient is 0 (inputs of scale %f)', (scale) => {
    const { data, weights } = problem(2, scale);
    const gradient = new Float64Array(K * P);
    let before = -Infinity;
    for (let i = 0; i < 40; i++) {
      improveLogistic(data, weights, shape, 5);
      const value = logisticObjective(data, weights, shape, gradient);
      expect(value).toBeGreaterThanOrEqual(before - 1e-12 * Math.abs(value));
      before = value;
    }
    for (const g of gradient) expect(Math.abs(g) / Math.max(1, scale)).toBeLessThan(1e-3);
  });
});

it('targets without weight leave the weights alone; separable ones stay finite', () => {
  const { data, weights } = problem(3);
  const shape = { classCount: K, width: P, penalty: 0 };
  const moved = weights.slice();
  improveLogistic({ ...data, targets: new Float64Array(n * K) }, moved, shape, 5);
  for (let j = 1; j < K; j++) expect(moved[j * P]! - moved[0]!).toBeCloseTo(weights[j * P]! - weights[0]!, 12);
  const targets = Float64Array.from({ length: n * K }, (_, i) =>
    i % K === (data.rows[Math.floor(i / K) * P]! > 0 ? 1 : 0) ? 1 : 0,
  );
  for (let i = 0; i < 50; i++) improveLogistic({ ...data, targets }, moved, { ...shape, penalty: 1e-3 }, 10);
  expect(moved.every(Number.isFinite)).toBe(true);
  const logP = new Float64Array(n * K);
  logSoftmaxRows(data.rows, moved, P, logP);
  for (let t = 0; t < n; t++)
    expect(logP.subarray(t * K, (t + 1) * K).reduce((sum, p) => sum + Math.exp(p), 0)).toBeCloseTo(1, 12);
});
