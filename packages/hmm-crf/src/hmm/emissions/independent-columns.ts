/** Rows whose D columns are independent given the state, each from an exponential family: log p(x) = base(x) + constant + Σ natural · features(x). */

/** What one number says to such a family. */
export interface ColumnFamily {
  /** F */
  readonly featureCount: number;
  /** Writes the features of x into `out` [F]; returns base(x). */
  features(x: number, out: Float64Array): number;
}

/** What the parameters of K states say to it: tables [K,D]. */
export interface ColumnTerms {
  readonly constants: Float64Array;
  /** F tables; a feature of 0 adds nothing also where this is −∞. */
  readonly natural: readonly Float64Array[];
}

/** log p(row | state), missing values left out: values [n,D] → out [n,K]. */
export function scoreColumns(
  family: ColumnFamily,
  terms: ColumnTerms,
  D: number,
  values: Float64Array,
  out: Float64Array,
): void {
  const { constants, natural } = terms;
  const K = constants.length / D;
  const features = new Float64Array(family.featureCount);
  for (let row = 0, at = 0; at < values.length; row += K, at += D) {
    for (let k = 0; k < K; k++) out[row + k] = 0;
    for (let d = 0; d < D; d++) {
      const x = values[at + d]!;
      if (Number.isNaN(x)) continue;
      const base = family.features(x, features);
      for (let k = 0, j = d; k < K; k++, j += D) out[row + k]! += base + constants[j]!;
      for (let f = 0; f < features.length; f++) {
        const feature = features[f]!;
        if (feature === 0) continue;
        const weights = natural[f]!;
        for (let k = 0, j = d; k < K; k++, j += D) out[row + k]! += feature * weights[j]!;
      }
    }
  }
}

/** Adds expected rows and features to statistics [K,D,1+F], a missing value to neither. */
export function sumColumns(
  family: ColumnFamily,
  D: number,
  statistics: Float64Array,
  values: Float64Array,
  posteriors: Float64Array,
): void {
  const F = family.featureCount;
  const K = statistics.length / (D * (1 + F));
  const features = new Float64Array(F);
  for (let row = 0, at = 0; at < values.length; row += K, at += D) {
    for (let d = 0; d < D; d++) {
      const x = values[at + d]!;
      if (Number.isNaN(x)) continue;
      family.features(x, features);
      for (let k = 0, j = d * (1 + F); k < K; k++, j += D * (1 + F)) {
        const weight = posteriors[row + k]!;
        statistics[j]! += weight;
        for (let f = 0; f < F; f++) statistics[j + 1 + f]! += weight * features[f]!;
      }
    }
  }
}
