/** Rows in clusters: where mixtures, and families that are not normal, start from. */
import type { Rng } from '@seqloom/core/rng';
import { kMeans } from '../k-means.js';

/** The rows [n,D] of each of K clusters; all rows where a cluster has none. */
export function clusters(rows: Float64Array, D: number, K: number, rng: Rng): Float64Array[] {
  const centres = kMeans(rows, D, K, rng);
  const own = nearest(rows, D, centres);
  return Array.from({ length: K }, (_, k) => {
    const members = rows.filter((_, at) => own[Math.floor(at / D)] === k);
    return members.length > 0 ? members : rows;
  });
}

/**
 * Means [K,M,D] for K states of M components: k-means within each cluster of k-means, or k-means over all, dealt out to the states: which,
 * and how, is drawn, so that learning again may find what it has missed.
 */
export function mixtureMeans(rows: Float64Array, [K, M, D]: readonly [number, number, number], rng: Rng): Float64Array {
  const out = new Float64Array(K * M * D);
  if (rng.uniform() < 0.5) {
    for (const [k, members] of clusters(rows, D, K, rng).entries()) out.set(kMeans(members, D, M, rng), k * M * D);
    return out;
  }
  const centres = kMeans(rows, D, K * M, rng);
  const order = rng.shuffled(Array.from({ length: K * M }, (_, c) => c));
  for (const [to, c] of order.entries()) out.set(centres.subarray(c * D, (c + 1) * D), to * D);
  return out;
}

/** Rows whose columns are moved to within their quantiles `share` and 1 − `share`: outliers would be clusters of their own. */
export function clipped(rows: Float64Array, D: number, share: number): Float64Array {
  const bounds = Array.from({ length: D }, (_, d) => {
    const column = rows.filter((x, at) => at % D === d && !Number.isNaN(x)).sort();
    const at = Math.floor(share * column.length);
    return { low: column[at] ?? 0, high: column[column.length - 1 - at] ?? 0 };
  });
  return rows.map((x, at) => Math.min(Math.max(x, bounds[at % D]!.low), bounds[at % D]!.high));
}

/** The number of each row's nearest centre; missing values do not count. */
function nearest(rows: Float64Array, D: number, centres: Float64Array): Int32Array {
  const out = new Int32Array(rows.length / D);
  for (let row = 0, at = 0; at < rows.length; row++, at += D) {
    let least = Infinity;
    for (let c = 0; c < centres.length; c += D) {
      let distance = 0;
      for (let d = 0; d < D; d++) if (!Number.isNaN(rows[at + d]!)) distance += (rows[at + d]! - centres[c + d]!) ** 2;
      if (distance >= least) continue;
      least = distance;
      out[row] = c / D;
    }
  }
  return out;
}
