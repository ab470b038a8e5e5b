/** Gaussians whose numbers are independent given the state: a variance for each (diag), or one for all (spherical). */
import { doubles, gaussianDiagLogDensity, weightedMoments } from '@seqloom/kernels';
import { emissionKernels, within } from '../kernels.js';
import { fewestRows, type GaussianForm, type GaussianParameters, log2Pi } from './gaussian-form.js';
import { placed, placedRows } from './gaussian-rows.js';

type Views = Record<'rows' | 'rowsByColumn' | 'sums' | 'squares', Float64Array>;

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
    const kernels = emissionKernels();
    const { memory } = kernels;
    const precisions = means.map((_, at) => 1 / this.#variance(at));
    const constants = Float64Array.from({ length: K }, (_, k) => {
      const own = precisions.subarray(k * D, (k + 1) * D);
      return -0.5 * own.reduce((sum, precision) => sum + log2Pi - Math.log(precision), 0);
    });
    within(kernels, (allocate) => {
      const [x, m, p, c] = [values, means, precisions, constants].map((numbers) => placed(memory, allocate, numbers));
      const logs = allocate(8 * out.length);
      const pointers = { x: x!, means: m!, precisions: p!, constants: c!, logs };
      gaussianDiagLogDensity(kernels, { ...pointers, n: values.length / D, K, D });
      out.set(doubles(memory, logs, out.length));
    });
    for (let row = 0; row * K < out.length; row++) {
      if (!Number.isNaN(out[row * K]!)) continue;
      for (let k = 0; k < K; k++) out[row * K + k] = this.#logOfKnown(values, row, k);
    }
  }

  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const { K, D, origin } = this.parameters;
    const kernels = emissionKernels();
    const { memory } = kernels;
    const own = this.#views(statistics);
    const gaps = within(kernels, (allocate) => {
      const found = placedRows(kernels, allocate, { values, weights: posteriors, origin });
      const [masses, sums, squares] = [own.rows, own.sums, own.squares].map((part) => placed(memory, allocate, part));
      const to = { masses: masses!, sums: sums!, squares: squares! };
      weightedMoments(kernels, { ...found, ...to, n: values.length / D, K, D });
      own.rows.set(doubles(memory, to.masses, K));
      own.sums.set(doubles(memory, to.sums, K * D));
      own.squares.set(doubles(memory, to.squares, K * D));
      return found.gaps;
    });
    for (const row of gaps) this.#addKnown(own, values.subarray(row * D, (row + 1) * D), posteriors.subarray(row * K));
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

  /** log p of the numbers of a row that are there. */
  #logOfKnown(values: Float64Array, row: number, k: number): number {
    const { D, means } = this.parameters;
    let sum = 0;
    for (let d = 0; d < D; d++) {
      const x = values[row * D + d]!;
      if (Number.isNaN(x)) continue;
      const variance = this.#variance(k * D + d);
      sum -= 0.5 * (log2Pi + Math.log(variance) + (x - means[k * D + d]!) ** 2 / variance);
    }
    return sum;
  }

  #addKnown({ rowsByColumn, sums, squares }: Views, row: Float64Array, weights: Float64Array): void {
    const { K, D, origin } = this.parameters;
    for (let at = 0; at < K * D; at++) {
      const x = row[at % D]! - origin[at % D]!;
      if (Number.isNaN(x)) continue;
      const weight = weights[Math.floor(at / D)]!;
      rowsByColumn[at]! += weight;
      sums[at]! += weight * x;
      squares[at]! += weight * x * x;
    }
  }

  #views(statistics: Float64Array): Views {
    const { K, D } = this.parameters;
    const part = (i: number) => statistics.subarray(K + i * K * D, K + (i + 1) * K * D);
    return { rows: statistics.subarray(0, K), rowsByColumn: part(0), sums: part(1), squares: part(2) };
  }
}
