/** k-means, to start from: k-means++ seeds (Arthur & Vassilvitskii 2007) and Lloyd's iterations. */
import type { Rng } from '@seqloom/core/rng';

const iterations = 20;
/** Rows beyond this many say little more about where to start. */
const enough = 20_000;

/** Centres [K,D] of rows [n,D]; NaN counts as its column's mean. */
export function kMeans(rows: Float64Array, D: number, K: number, rng: Rng): Float64Array {
  const points = complete(thinned(rows, D, rng), D);
  const n = points.length / D;
  const centres = new Float64Array(K * D);
  if (n === 0) return centres;
  seed(points, D, centres, rng);
  const nearest = new Int32Array(n).fill(-1);
  for (let iteration = 0; iteration < iterations && assign(points, D, centres, nearest); iteration++)
    moveCentres(points, D, centres, nearest);
  return centres;
}

/** Means [D] and variances [D] of the columns, NaN left out; 0 and 1 where nothing is known. */
export function columnMoments(rows: Float64Array, D: number): { means: Float64Array; variances: Float64Array } {
  const [counts, means, variances] = [new Float64Array(D), new Float64Array(D), new Float64Array(D)];
  for (let at = 0; at < rows.length; at++) {
    const x = rows[at]!;
    if (Number.isNaN(x)) continue;
    const d = at % D;
    const step = x - means[d]!;
    counts[d]! += 1;
    means[d]! += step / counts[d]!;
    variances[d]! += step * (x - means[d]!);
  }
  for (let d = 0; d < D; d++) variances[d] = counts[d]! > 1 && variances[d]! > 0 ? variances[d]! / counts[d]! : 1;
  return { means, variances };
}

function thinned(rows: Float64Array, D: number, rng: Rng): Float64Array {
  const n = rows.length / D;
  if (n <= enough) return rows.slice();
  const out = new Float64Array(enough * D);
  for (let i = 0; i < enough; i++) {
    const from = rng.below(n) * D;
    out.set(rows.subarray(from, from + D), i * D);
  }
  return out;
}

function complete(points: Float64Array, D: number): Float64Array {
  const { means } = columnMoments(points, D);
  for (let at = 0; at < points.length; at++) if (Number.isNaN(points[at]!)) points[at] = means[at % D]!;
  return points;
}

/** Each next centre is a point drawn with probability in proportion to its squared distance from the centres so far. */
function seed(points: Float64Array, D: number, centres: Float64Array, rng: Rng): void {
  const n = points.length / D;
  const distances = new Float64Array(n).fill(Infinity);
  let chosen = rng.below(n);
  for (let k = 0; k < centres.length / D; k++) {
    centres.set(points.subarray(chosen * D, (chosen + 1) * D), k * D);
    let total = 0;
    for (let i = 0; i < n; i++)
      total += distances[i] = Math.min(distances[i]!, squaredDistance(points, i * D, centres, k * D, D));
    let left = rng.uniform() * total;
    for (chosen = 0; chosen < n - 1 && left >= distances[chosen]!; chosen++) left -= distances[chosen]!;
  }
}

/** Whether any point changed its centre. */
function assign(points: Float64Array, D: number, centres: Float64Array, nearest: Int32Array): boolean {
  let changed = false;
  for (let i = 0; i < nearest.length; i++) {
    let best = 0;
    let least = Infinity;
    for (let k = 0; k < centres.length / D; k++) {
      const distance = squaredDistance(points, i * D, centres, k * D, D);
      if (distance >= least) continue;
      least = distance;
      best = k;
    }
    if (nearest[i] !== best) changed = true;
    nearest[i] = best;
  }
  return changed;
}

function moveCentres(points: Float64Array, D: number, centres: Float64Array, nearest: Int32Array): void {
  const sums = new Float64Array(centres.length);
  const counts = new Float64Array(centres.length / D);
  for (let i = 0; i < nearest.length; i++) {
    const k = nearest[i]!;
    counts[k]! += 1;
    for (let d = 0; d < D; d++) sums[k * D + d]! += points[i * D + d]!;
  }
  for (let at = 0; at < sums.length; at++) {
    const members = counts[Math.floor(at / D)]!;
    if (members > 0) centres[at] = sums[at]! / members;
  }
}

function squaredDistance(a: Float64Array, at: number, b: Float64Array, to: number, D: number): number {
  let sum = 0;
  for (let d = 0; d < D; d++) sum += (a[at + d]! - b[to + d]!) ** 2;
  return sum;
}
