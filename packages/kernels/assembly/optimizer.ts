/** Optimiser updates in one pass over each parameter. */
import { fma4, loadLanes, storeLanes, sumLanes } from './math';

/**
 * Adam (arXiv:1412.6980): the moments [n] after `gradient`, and update = correction·mean / (√variance + floor). Outputs may be the inputs.
 */
export function adamUpdate(
  gradient: usize, mean: usize, variance: usize, update: usize, nextMean: usize, nextVariance: usize, n: i32,
  beta1: f64, beta2: f64, correction: f32, floor: f32,
): void {
  const keepMean = f32x4.splat(<f32>beta1), addMean = f32x4.splat(<f32>(1 - beta1)); // 1 − 0.999 in float32 is off by 5e-5
  const keepVariance = f32x4.splat(<f32>beta2), addVariance = f32x4.splat(<f32>(1 - beta2));
  const scale = f32x4.splat(correction), least = f32x4.splat(floor);
  for (let rest = n; rest > 0; rest -= 4) {
    const g = loadLanes(gradient, rest);
    const m = fma4(keepMean, loadLanes(mean, rest), f32x4.mul(addMean, g));
    const v = fma4(keepVariance, loadLanes(variance, rest), f32x4.mul(addVariance, f32x4.mul(g, g)));
    storeLanes(nextMean, m, rest);
    storeLanes(nextVariance, v, rest);
    storeLanes(update, f32x4.div(f32x4.mul(m, scale), f32x4.add(f32x4.sqrt(v), least)), rest);
    gradient += 16, mean += 16, variance += 16, update += 16, nextMean += 16, nextVariance += 16;
  }
}

/** Σ x², in blocks whose sums are added in float64, so that millions of terms lose nothing. */
export function sumOfSquares(x: usize, n: i32): f64 {
  let total: f64 = 0;
  for (let start = 0; start < n; start += 1024) {
    let sum = f32x4.splat(0);
    for (let rest = min(1024, n - start); rest > 0; rest -= 4, x += 16) {
      const value = loadLanes(x, rest);
      sum = fma4(value, value, sum);
    }
    total += <f64>sumLanes(sum);
  }
  return total;
}
