/** Where mixtures start: k-means, and k-means again within each cluster. */
import type { Rng } from '@seqloom/core/rng';
import { kMeans } from '../k-means.js';

/** Means [K,M,D] of rows [n,D]. */
export function nestedMeans(rows: Float64Array, [K, M, D]: readonly [number, number, number], rng: Rng): Float64Array {
  const centres = kMeans(rows, D, K, rng);
  const out = new Float64Array(K * M * D);
  for (let k = 0; k < K; k++) out.set(kMeans(nearest(rows, D, centres, k), D, M, rng), k * M * D);
  return out;
}

/** The rows whose nearest centre is `own`; all rows where none is. Missing values do not count. */
function nearest(values: Float64Array, D: number, centres: Float64Array, own: number): Float64Array {
  const out = new Float64Array(values.length);
  let length = 0;
  for (let at = 0; at < values.length; at += D) {
    let [closest, least] = [0, Infinity];
    for (let c = 0; c < centres.length; c += D) {
      let distance = 0;
      for (let d = 0; d < D; d++)
        if (!Number.isNaN(values[at + d]!)) distance += (values[at + d]! - centres[c + d]!) ** 2;
      if (distance < least) [closest, least] = [c / D, distance];
    }
    for (let d = 0; d < D && closest === own; d++) out[length++] = values[at + d]!;
  }
  return length > 0 ? out.slice(0, length) : values;
}
