/** Power series distributions on 0 … D − 1: p(n) ∝ exp(base[n] + n·θ). Poisson, geometric and negative binomial are such, also truncated. */

const halvings = 200;

/** log p(n) for n = 0 … D − 1, into out [D]. */
export function logPowerSeries(base: Float64Array, theta: number, out: Float64Array): void {
  for (let n = 0; n < base.length; n++) out[n] = base[n]! + n * theta;
  const top = out.reduce((a, b) => Math.max(a, b), -Infinity);
  const logZ = top + Math.log(out.reduce((sum, v) => sum + Math.exp(v - top), 0));
  for (let n = 0; n < base.length; n++) out[n]! -= logZ;
}

/**
 * The θ in [low, high] that maximises Σ counts[n]·log p(n): where the mean is that of the counts (the log likelihood is concave), or
 * the end that is nearest to it. Newton's steps, halved intervals where they leave the bracket.
 */
export function fitPowerSeries(
  base: Float64Array,
  counts: Float64Array,
  [low, high]: readonly [number, number],
): number {
  const target = meanOf(counts);
  const logP = new Float64Array(base.length);
  let theta = Math.min(Math.max(0, low), high);
  for (let i = 0; i < halvings && high - low > 1e-14 * Math.max(1, Math.abs(theta)); i++) {
    logPowerSeries(base, theta, logP);
    const { mean, variance } = moments(logP);
    if (mean < target) low = theta;
    else high = theta;
    const newton = theta + (target - mean) / variance;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    const step = Math.abs(next - theta);
    theta = next;
    if (step <= 1e-15 * Math.max(1, Math.abs(theta))) break;
  }
  return theta;
}

/** Σ counts[n]·log p(n). */
export function logLikelihood(counts: Float64Array, logP: Float64Array): number {
  return counts.reduce((sum, c, n) => (c > 0 ? sum + c * logP[n]! : sum), 0);
}

/** The mean of n under counts of it. */
function meanOf(counts: Float64Array): number {
  return counts.reduce((sum, c, n) => sum + c * n, 0) / counts.reduce((sum, c) => sum + c, 0);
}

function moments(logP: Float64Array): { mean: number; variance: number } {
  let [mean, square] = [0, 0];
  for (let n = 0; n < logP.length; n++) {
    const p = Math.exp(logP[n]!);
    mean += n * p;
    square += n * n * p;
  }
  return { mean, variance: square - mean * mean };
}
