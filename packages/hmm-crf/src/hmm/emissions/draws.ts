/** Draws from continuous and counting distributions. */
import type { Rng } from '@seqloom/core/rng';
import { logFactorial } from './special/log-gamma.js';

/** From this rate on, Poisson draws are by transformed rejection. */
const highRate = 10;

/** A draw from the gamma distribution of rate 1 (Marsaglia & Tsang 2000, ACM TOMS 26). */
export function drawGamma(shape: number, rng: Rng): number {
  if (shape < 1) return drawGamma(shape + 1, rng) * (1 - rng.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = rng.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - rng.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A draw from the Poisson distribution: products of uniforms, or Hörmann's PTRS (1993) where the rate is high. */
export function drawPoisson(rate: number, rng: Rng): number {
  return rate < highRate ? drawRare(rate, rng) : drawFrequent(rate, rng);
}

/** An angle from the von Mises distribution around 0 (Best & Fisher 1979), normal where it is narrow. */
export function drawVonMises(kappa: number, rng: Rng): number {
  if (kappa > 1e6) return rng.normal() / Math.sqrt(kappa);
  if (kappa < 1e-8) return Math.PI * (2 * rng.uniform() - 1);
  const tau = 1 + Math.sqrt(1 + 4 * kappa * kappa);
  const rho = (tau - Math.sqrt(2 * tau)) / (2 * kappa);
  const r = (1 + rho * rho) / (2 * rho);
  for (;;) {
    const z = Math.cos(Math.PI * rng.uniform());
    const f = (1 + r * z) / (r + z);
    const c = kappa * (r - f);
    const u = 1 - rng.uniform();
    if (c * (2 - c) > u || Math.log(c / u) + 1 >= c)
      return (rng.uniform() < 0.5 ? -1 : 1) * Math.acos(Math.min(1, Math.max(-1, f)));
  }
}

function drawRare(rate: number, rng: Rng): number {
  const limit = Math.exp(-rate);
  let n = 0;
  for (let product = 1 - rng.uniform(); product > limit; product *= 1 - rng.uniform()) n++;
  return n;
}

function drawFrequent(rate: number, rng: Rng): number {
  const b = 0.931 + 2.53 * Math.sqrt(rate);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  for (;;) {
    const u = rng.uniform() - 0.5;
    const v = 1 - rng.uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const logAccept = k * Math.log(rate) - rate - logFactorial(k);
    if (Math.log((v * inverseAlpha) / (a / (us * us) + b)) <= logAccept) return k;
  }
}
