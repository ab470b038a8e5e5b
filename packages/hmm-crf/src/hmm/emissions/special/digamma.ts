/** Derivatives of log Γ on positive numbers. */
import { asymptotic } from './log-gamma.js';

/** B₂ₖ for k = 1…7. */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6] as const;

/** ψ(x), the derivative of log Γ(x), for x > 0, within 1e-14 · max(1, |ψ(x)|). */
export function digamma(x: number): number {
  let climbed = 0;
  let at = x;
  while (at < asymptotic) climbed += 1 / at++;
  return Math.log(at) - excess(at) - climbed;
}

/** log x − ψ(x) for x > 0, without the cancellation of the two where x is large: relative error below 1e-12. */
export function logMinusDigamma(x: number): number {
  return x < asymptotic ? Math.log(x) - digamma(x) : excess(x);
}

/** ψ′(x) for x > 0, relative error below 1e-14. */
export function trigamma(x: number): number {
  let climbed = 0;
  let at = x;
  for (; at < asymptotic; at++) climbed += 1 / (at * at);
  const square = 1 / (at * at);
  let series = 0;
  for (let k = bernoulli.length - 1; k >= 0; k--) series = series * square + bernoulli[k]!;
  return climbed + (1 + 0.5 / at + series * square) / at;
}

/** 1/(2x) + Σ B₂ₖ / (2k x²ᵏ): log x − ψ(x) by its asymptotic series (Abramowitz & Stegun 6.3.18). */
function excess(x: number): number {
  const square = 1 / (x * x);
  let series = 0;
  for (let k = bernoulli.length; k >= 1; k--) series = series * square + bernoulli[k - 1]! / (2 * k);
  return 0.5 / x + series * square;
}
