/** The gamma function on positive numbers, in logarithms: what counts, gamma and Student's densities need. */

/** Below this, Γ(x + 1) = x Γ(x) is climbed first: from here on, the series is exact to the last digits. */
export const asymptotic = 10;

/** B₂ₖ / (2k(2k − 1)) for k = 1…7 (Abramowitz & Stegun 6.1.41). */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156] as const;
const halfLog2Pi = 0.5 * Math.log(2 * Math.PI);

/** log Γ(x) for x > 0, within 2e-14 · max(1, |log Γ(x)|). */
export function logGamma(x: number): number {
  let product = 1;
  let at = x;
  while (at < asymptotic) product *= at++;
  const inverse = 1 / at;
  const square = inverse * inverse;
  let series = 0;
  for (let k = stirling.length - 1; k >= 0; k--) series = series * square + stirling[k]!;
  return (at - 0.5) * Math.log(at) - at + halfLog2Pi + series * inverse - Math.log(product);
}

const smallFactorials = Float64Array.from({ length: 256 }, (_, n) => logGamma(n + 1));

/** log n! for whole n of at least 0: small ones are looked up. */
export function logFactorial(n: number): number {
  return n < smallFactorials.length ? smallFactorials[n]! : logGamma(n + 1);
}
