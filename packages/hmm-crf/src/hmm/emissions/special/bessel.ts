/** Modified Bessel functions of order 0 and 1, in the forms that stay finite: what the von Mises distribution needs. */

/** Below this the power series, all of whose terms are positive; from here on the asymptotic one, which then reaches the last digits. */
const asymptotic = 25;
/** From this mean resultant length on, 1 − A(κ) = 1/(2κ) + 1/(8κ²) is exact to 1e-10. */
const nearlyOne = 1 - 1e-5;

/** log I₀(κ) − κ for κ ≥ 0, within 1e-14 · max(1, |value|). */
export function logBesselI0Scaled(kappa: number): number {
  if (kappa < asymptotic) return Math.log(powerSeries(kappa, 0)) - kappa;
  return Math.log(asymptoticSeries(kappa, 0)) - 0.5 * Math.log(2 * Math.PI * kappa);
}

/** A(κ) = I₁(κ) / I₀(κ) for κ ≥ 0: the mean resultant length of a von Mises distribution, within 1e-14. */
export function besselRatio(kappa: number): number {
  if (kappa < asymptotic) return (0.5 * kappa * powerSeries(kappa, 1)) / powerSeries(kappa, 0);
  return asymptoticSeries(kappa, 1) / asymptoticSeries(kappa, 0);
}

/** The κ at which A(κ) is `length`, 0 ≤ length < 1, by Newton's method from Banerjee et al. 2005 (JMLR 6); relative error below 1e-9. */
export function inverseBesselRatio(length: number): number {
  const rest = 1 - length;
  if (length > nearlyOne) return (1 + Math.sqrt(1 + 2 * rest)) / (4 * rest);
  let kappa = (length * (2 - length ** 2)) / (1 - length ** 2);
  for (let step = 0; step < 50 && kappa > 0; step++) {
    const ratio = besselRatio(kappa);
    const change = (ratio - length) / (1 - ratio / kappa - ratio ** 2);
    kappa = Math.max(kappa - change, kappa / 2); // A is concave: a step never comes out too small, and never below 0 this way
    if (Math.abs(change) <= 1e-13 * kappa) break;
  }
  return kappa;
}

/** Σ (κ²/4)ᵏ / (k! (k + order)!): I₀, or I₁ · 2/κ. */
function powerSeries(kappa: number, order: 0 | 1): number {
  const quarter = 0.25 * kappa * kappa;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-17 * sum; k++) {
    term *= quarter / (k * (k + order));
    sum += term;
  }
  return sum;
}

/** I(κ) e^(−κ) √(2πκ) (Abramowitz & Stegun 9.7.1), summed while its terms shrink. */
function asymptoticSeries(kappa: number, order: 0 | 1): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 2 * kappa; k++) {
    const next = (-term * (4 * order - (2 * k - 1) ** 2)) / (8 * k * kappa);
    if (Math.abs(next) < 1e-17 || Math.abs(next) > Math.abs(term)) break;
    term = next;
    sum += term;
  }
  return sum;
}
