/** Gaussians whose numbers are independent given the state: a variance for each (diag), or one for all (spherical). */
import { fewestRows, type GaussianForm, type GaussianParameters, log2Pi } from './gaussian-form.js';

/** covars is [K,D], or [K] when spherical. Statistics, about the origin: rows without gaps [K], and rows, sums and squares by column [K,D]. */
export class DiagonalGaussians implements GaussianForm {
  readonly parameters: GaussianParameters;
  readonly spherical: boolean;
  readonly statisticsSize: number;

  constructor(parameters: GaussianParameters, spherical: boolean) {
    this.parameters = parameters;
    this.spherical = spherical;
    this.statisticsSize = parameters.K * (1 + 3 * parameters.D);
  }

  logProbability(values: Float64Array, out: Float64Array): void {
    const { K, D, means } = this.parameters;
    const precisions = Float64Array.from({ length: K * D }, (_, at) => 1 / this.#variance(at));
    for (let k = 0; k < K; k++) {
      let constant = D * log2Pi;
      for (let d = 0; d < D; d++) constant -= Math.log(precisions[k * D + d]!);
      for (let t = 0; t * D < values.length; t++) {
        let sum = constant;
        for (let d = 0; d < D; d++) sum += (values[t * D + d]! - means[k * D + d]!) ** 2 * precisions[k * D + d]!;
        out[t * K + k] = -0.5 * (Number.isNaN(sum) ? this.#withGaps(values, t, k) : sum);
      }
    }
  }

  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const { K, D, origin } = this.parameters;
    const { rows, rowsByColumn, sums, squares } = this.#views(statistics);
    const row = new Float64Array(D);
    for (let t = 0; t * D < values.length; t++) {
      let gaps = false;
      for (let d = 0; d < D; d++) {
        row[d] = values[t * D + d]! - origin[d]!;
        if (Number.isNaN(row[d]!)) gaps = true;
      }
      for (let k = 0; k < K; k++) {
        const weight = posteriors[t * K + k]!;
        if (!gaps) rows[k]! += weight;
        for (let d = 0; d < D; d++) {
          const x = row[d]!;
          if (gaps && Number.isNaN(x)) continue;
          if (gaps) rowsByColumn[k * D + d]! += weight;
          sums[k * D + d]! += weight * x;
          squares[k * D + d]! += weight * x * x;
        }
      }
    }
  }

  maximise(statistics: Float64Array): void {
    const { K, D, means, priors, origin, frozen } = this.parameters;
    const { rows, rowsByColumn, sums, squares } = this.#views(statistics);
    const [scatters, weights] = [new Float64Array(K * D), new Float64Array(K * D)];
    for (let at = 0; at < K * D; at++) {
      const o = origin[at % D]!;
      const n = rows[Math.floor(at / D)]! + rowsByColumn[at]!;
      if (n >= fewestRows && !frozen.has('means'))
        means[at] = o + (priors.meansWeight * (priors.means[at]! - o) + sums[at]!) / (priors.meansWeight + n);
      const mean = means[at]! - o;
      const scatter = squares[at]! - 2 * mean * sums[at]! + mean * mean * n;
      const ofMean = priors.meansWeight * (means[at]! - priors.means[at]!) ** 2;
      scatters[at] = priors.covars[at]! + ofMean + Math.max(scatter, 0);
      weights[at] = n;
    }
    if (!frozen.has('covars')) this.#maximiseVariances(scatters, weights);
  }

  logPrior(): number {
    const { K, D, means, priors } = this.parameters;
    let sum = 0;
    for (let at = 0; at < K * D; at++) {
      const variance = this.#variance(at);
      const scatter = priors.covars[at]! + priors.meansWeight * (means[at]! - priors.means[at]!) ** 2;
      sum -= Math.max(priors.covarsWeight - 1, 0) * Math.log(variance) + scatter / variance;
    }
    return sum / 2;
  }

  addNoise(state: number, normal: () => number, out: Float64Array): void {
    const { D } = this.parameters;
    for (let d = 0; d < D; d++) out[d]! += Math.sqrt(this.#variance(state * D + d)) * normal();
  }

  /** Expected squares about the mean, and rows: [K,D] each. */
  #maximiseVariances(scatters: Float64Array, rows: Float64Array): void {
    const { D, covars, priors, minCovar } = this.parameters;
    const width = this.spherical ? D : 1;
    for (let at = 0; at < covars.length; at++) {
      let [scatter, n] = [0, 0];
      for (let i = at * width; i < (at + 1) * width; i++) {
        scatter += scatters[i]!;
        n += rows[i]!;
      }
      if (n < fewestRows) continue;
      covars[at] = Math.max(scatter / (n + width * Math.max(priors.covarsWeight - 1, 0)), minCovar);
    }
  }

  #variance(at: number): number {
    const { covars, D } = this.parameters;
    return covars[this.spherical ? Math.floor(at / D) : at]!;
  }

  /** −2 log p of the numbers that are there. */
  #withGaps(values: Float64Array, t: number, k: number): number {
    const { D, means } = this.parameters;
    let sum = 0;
    for (let d = 0; d < D; d++) {
      const x = values[t * D + d]!;
      if (Number.isNaN(x)) continue;
      const variance = this.#variance(k * D + d);
      sum += log2Pi + Math.log(variance) + (x - means[k * D + d]!) ** 2 / variance;
    }
    return sum;
  }

  #views(statistics: Float64Array): Record<'rows' | 'rowsByColumn' | 'sums' | 'squares', Float64Array> {
    const { K, D } = this.parameters;
    const part = (i: number) => statistics.subarray(K + i * K * D, K + (i + 1) * K * D);
    return { rows: statistics.subarray(0, K), rowsByColumn: part(0), sums: part(1), squares: part(2) };
  }
}
