import { Rng } from '@seqloom/core/rng';
import { expect, it } from 'vitest';
import { drawGamma, drawPoisson, drawVonMises } from './draws.js';
import { besselRatio } from './special/bessel.js';

const n = 20_000;

it.each([0.05, 0.7, 1, 3.5, 400])('gamma of shape %d: mean and variance are the shape', (shape) => {
  meansTo(shape, shape, (rng) => drawGamma(shape, rng));
  meansTo(shape, 6 * shape + 2 * shape * shape, (rng) => (drawGamma(shape, rng) - shape) ** 2);
});

it.each([0, 0.01, 3, 9.99, 10.01, 50, 1e4])('Poisson of rate %d: mean and variance are the rate', (rate) => {
  meansTo(rate, rate, (rng) => drawPoisson(rate, rng));
  meansTo(rate, rate + 2 * rate * rate, (rng) => (drawPoisson(rate, rng) - rate) ** 2);
});

it.each([0, 1e-9, 0.3, 4, 200, 1e7])('von Mises of κ = %d: symmetric, its mean cosine A(κ)', (kappa) => {
  const variance = kappa > 1 ? 1 / (2 * kappa * kappa) + 1e-20 : 0.5;
  meansTo(besselRatio(kappa), variance, (rng) => Math.cos(drawVonMises(kappa, rng)));
  meansTo(0, kappa > 1 ? 1.5 / kappa : 0.6, (rng) => Math.sin(drawVonMises(kappa, rng)));
});

/** Within five standard errors. */
function meansTo(expected: number, variance: number, draw: (rng: Rng) => number): void {
  const rng = new Rng(17);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += draw(rng);
  expect(Math.abs(sum / n - expected)).toBeLessThanOrEqual(5 * Math.sqrt(variance / n) + 1e-14);
}
