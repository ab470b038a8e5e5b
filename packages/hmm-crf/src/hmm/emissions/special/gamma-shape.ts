/** The equations whose roots are maximum-likelihood shapes of gamma distributions. */
import { digamma, logMinusDigamma, trigamma } from './digamma.js';

/** Shapes are kept in here: narrower distributions than 1e8 gives differ from it by less than float64 can tell. */
const least = 1e-8;
const most = 1e8;

/**
 * The a in [1e-8, 1e8] at which log a − ψ(a) = `spread`, or the end that is nearest: the shape where `spread` is log of the mean minus
 * mean of the logs. Newton's steps in log a, halved intervals where they leave the bracket; relative error below 1e-8.
 */
export function shapeOfSpread(spread: number): number {
  if (!(spread > logMinusDigamma(most))) return most;
  if (spread >= logMinusDigamma(least)) return least;
  let [low, high] = [Math.log(least), Math.log(most)];
  let y = Math.log((3 - spread + Math.sqrt((spread - 3) ** 2 + 24 * spread)) / (12 * spread)); // Minka 2002
  for (let step = 0; step < 100 && high - low > 1e-15 * Math.abs(y); step++) {
    if (!(y > low && y < high)) y = 0.5 * (low + high);
    const a = Math.exp(y);
    const above = logMinusDigamma(a) - spread; // falls in a
    if (above > 0) low = y;
    else high = y;
    const change = above / (1 - a * trigamma(a));
    y -= change;
    if (Math.abs(change) <= 1e-14) break;
  }
  return Math.exp(Math.min(Math.max(y, low), high));
}

/** The a in [1e-8, 1e8] at which ψ(a) = `value`, or the end that is nearest: the shape where the rate is known. Newton's steps from Minka 2002. */
export function inverseDigamma(value: number): number {
  if (!(value < digamma(most))) return most;
  if (value <= digamma(least)) return least;
  let a = value >= -2.22 ? Math.exp(value) + 0.5 : -1 / (value - digamma(1));
  for (let step = 0; step < 20; step++) {
    const change = (digamma(a) - value) / trigamma(a);
    a = Math.max(a - change, a / 2);
    if (Math.abs(change) <= 1e-14 * a) break;
  }
  return a;
}
