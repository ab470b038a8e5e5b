/** Scatter matrices in full: one for each component, or one for each group of components (tied). */
import type { Rng } from '@seqloom/core/rng';
import { cholesky, invertLower, logDeterminant } from '../../cholesky.js';
import { floorEigenvalues } from '../../covariance-floor.js';
import { PartialRow } from './partial-row.js';
import { fewestRows, type Scatter, type ScatterPrior } from './scatter.js';
import { columnSums, fewExponents, fullExponents, weightedSums } from './whole-rows.js';

/** Moments of a component are rows, weights, weighted sums [D] and products [D,D], of which the lower half is kept. */
export class FullScatter implements Scatter {
  /** [C,D] */
  readonly means: Float64Array;
  /** [G,D,D] */
  readonly covars: Float64Array;
  readonly momentsSize: number;
  readonly minimum: number;
  readonly origin: Float64Array;
  /** [D]: the row that `add` added last, what was missing as expected. */
  readonly filled: Float64Array;
  observed = 0;
  logDeterminant = 0;
  readonly #D: number;
  /** C / G */
  readonly #groupSize: number;
  /** [G,D,D]: inverse Cholesky factors. */
  readonly #whitening: Float64Array;
  /** [G] */
  readonly #logDeterminants: Float64Array;
  readonly #partial: PartialRow;
  /** Views of one component's parameters. */
  readonly #meanOf: readonly Float64Array[];
  readonly #covarOf: readonly Float64Array[];
  readonly #off: Float64Array;

  constructor(means: Float64Array, covars: Float64Array, D: number, minimum: number) {
    this.means = means;
    this.covars = covars;
    this.minimum = minimum;
    this.momentsSize = 2 + D + D * D;
    this.#D = D;
    this.#groupSize = (means.length * D) / covars.length;
    this.#whitening = new Float64Array(covars.length);
    this.#logDeterminants = new Float64Array(covars.length / (D * D));
    this.origin = new Float64Array(D);
    this.#off = new Float64Array(D);
    this.filled = new Float64Array(D);
    this.#partial = new PartialRow(D);
    this.#meanOf = Array.from({ length: means.length / D }, (_, c) => means.subarray(c * D, (c + 1) * D));
    this.#covarOf = this.#meanOf.map((_, c) => {
      const group = Math.floor(c / this.#groupSize);
      return covars.subarray(group * D * D, (group + 1) * D * D);
    });
  }

  get covarianceCount(): number {
    return (this.covars.length * (this.#D + 1)) / (2 * this.#D);
  }

  prepare(): void {
    this.#partial.forget();
    const D = this.#D;
    const factor = new Float64Array(D * D);
    for (let g = 0; g < this.#logDeterminants.length; g++) {
      cholesky(this.#covarOf[g * this.#groupSize]!, D, factor);
      invertLower(factor, D, this.#whitening.subarray(g * D * D, (g + 1) * D * D));
      this.#logDeterminants[g] = logDeterminant(factor, D);
    }
  }

  distance(values: Float64Array, at: number, component: number): number {
    const D = this.#D;
    const group = Math.floor(component / this.#groupSize);
    for (let d = 0, j = component * D; d < D; d++, j++) this.#off[d] = values[at + d]! - this.means[j]!;
    let sum = 0;
    for (let i = 0, w = group * D * D; i < D; i++, w += D) {
      let z = 0;
      for (let j = 0; j <= i; j++) z += this.#whitening[w + j]! * this.#off[j]!;
      sum += z * z;
    }
    if (Number.isNaN(sum)) return this.#partialDistance(values, at, component);
    this.observe(component);
    return sum;
  }

  logDeterminantOf(component: number): number {
    return this.#logDeterminants[Math.floor(component / this.#groupSize)]!;
  }

  observe(component: number): void {
    this.observed = this.#D;
    this.logDeterminant = this.logDeterminantOf(component);
  }

  exponents(rows: Float64Array, out: Float64Array): void {
    if (fewExponents(this, rows, this.#D, out)) return;
    const size = this.#D * this.#D;
    const factors = new Float64Array(this.#meanOf.length * size);
    for (let at = 0; at < factors.length; at += size) {
      const group = Math.floor(at / size / this.#groupSize);
      factors.set(this.#whitening.subarray(group * size, (group + 1) * size), at);
    }
    fullExponents(rows, this.means, factors, out);
  }

  add(
    moments: Float64Array,
    values: Float64Array,
    at: number,
    component: number,
    weight: number,
    momentWeight: number,
  ): void {
    const D = this.#D;
    const to = component * this.momentsSize;
    const products = to + 2 + D;
    const whole = this.observed === D;
    const spread = whole
      ? undefined
      : this.#partial.complete(values, at, this.#meanOf[component]!, this.#covarOf[component]!);
    const { filled } = this.#partial;
    for (let d = 0; d < D; d++) {
      this.filled[d] = whole ? values[at + d]! : filled[d]!;
      this.#off[d] = this.filled[d]! - this.origin[d]!;
    }
    moments[to]! += weight;
    moments[to + 1]! += momentWeight;
    for (let i = 0; i < D; i++) {
      const x = momentWeight * this.#off[i]!;
      moments[to + 2 + i]! += x;
      for (let j = 0; j <= i; j++) moments[products + i * D + j]! += x * this.#off[j]!;
      for (let j = 0; spread && j <= i; j++) moments[products + i * D + j]! += weight * spread[i * D + j]!;
    }
  }

  addRows(moments: Float64Array, rows: Float64Array, weights: Float64Array, momentWeights: Float64Array): void {
    const D = this.#D;
    const { masses, sums, seconds } = weightedSums(rows, this.origin, momentWeights, 'products');
    const counts = weights === momentWeights ? masses : columnSums(weights, masses.length);
    for (let c = 0, to = 0; c < masses.length; c++, to += this.momentsSize) {
      moments[to]! += counts[c]!;
      moments[to + 1]! += masses[c]!;
      for (let d = 0; d < D; d++) moments[to + 2 + d]! += sums[c * D + d]!;
      for (let i = 0; i < D * D; i++) moments[to + 2 + D + i]! += seconds[c * D * D + i]!;
    }
  }

  maximise(moments: Float64Array, prior: ScatterPrior, learned: { means: boolean; covars: boolean }): void {
    const D = this.#D;
    const scatter = new Float64Array(D * D);
    for (let g = 0; g < this.#logDeterminants.length; g++) {
      let rows = 0;
      scatter.set(prior.covars);
      for (let c = g * this.#groupSize; c < (g + 1) * this.#groupSize; c++) {
        if (moments[c * this.momentsSize]! < fewestRows) continue;
        rows += moments[c * this.momentsSize]!;
        if (learned.means) this.#moveMean(moments, c, prior);
        this.#addScatter(moments, c, prior, scatter);
      }
      if (rows < fewestRows || !learned.covars) continue;
      const covar = this.#covarOf[g * this.#groupSize]!;
      for (let i = 0; i < D * D; i++) covar[i] = scatter[i]! / (rows + prior.degrees);
      floorEigenvalues(covar, D, this.minimum);
    }
  }

  divide(component: number, divisor: number): boolean {
    const D = this.#D;
    const covar = this.#covarOf[component]!;
    const above = covar.map((x, i) => x / divisor - (i % (D + 1) === 0 ? this.minimum : 0));
    if (!cholesky(above, D, above)) return false;
    for (let i = 0; i < D * D; i++) covar[i]! /= divisor;
    return true;
  }

  logPrior(prior: ScatterPrior): number {
    const D = this.#D;
    this.prepare();
    let sum = 0;
    for (let c = 0; c < this.#meanOf.length; c++) {
      if (prior.meansWeight > 0) sum += prior.meansWeight * this.distance(prior.means, c * D, c);
      if (c % this.#groupSize > 0) continue;
      const group = c / this.#groupSize;
      sum += prior.degrees * this.#logDeterminants[group]! + this.#traceWith(group, prior.covars);
    }
    return -0.5 * sum;
  }

  draw(component: number, factor: number, rng: Rng, out: Float64Array): void {
    const D = this.#D;
    const lower = new Float64Array(D * D);
    cholesky(this.#covarOf[component]!, D, lower);
    out.set(this.#meanOf[component]!);
    for (let j = 0; j < D; j++) {
      const noise = factor * rng.normal();
      for (let i = j; i < D; i++) out[i]! += lower[i * D + j]! * noise;
    }
  }

  #partialDistance(values: Float64Array, at: number, component: number): number {
    const group = Math.floor(component / this.#groupSize);
    const [mean, covar] = [this.#meanOf[component]!, this.#covarOf[component]!];
    const sum = this.#partial.distance(values, at, mean, covar, group);
    this.observed = this.#partial.observed;
    this.logDeterminant = this.#partial.logDeterminant;
    return sum;
  }

  #moveMean(moments: Float64Array, component: number, { means, meansWeight }: ScatterPrior): void {
    const D = this.#D;
    const from = component * this.momentsSize;
    const weights = moments[from + 1]! + meansWeight;
    for (let d = 0, j = component * D; d < D; d++, j++)
      this.means[j] =
        this.origin[d]! + (moments[from + 2 + d]! + meansWeight * (means[j]! - this.origin[d]!)) / weights;
  }

  /** Adds Σ weight · (x − mean)(x − mean)ᵀ, about the mean as it now is, with the prior's part. */
  #addScatter(
    moments: Float64Array,
    component: number,
    { means, meansWeight }: ScatterPrior,
    scatter: Float64Array,
  ): void {
    const D = this.#D;
    const sums = component * this.momentsSize + 2;
    const weights = moments[sums - 1]!;
    const mean = (d: number) => this.means[component * D + d]! - this.origin[d]!;
    const off = (d: number) => this.means[component * D + d]! - means[component * D + d]!;
    for (let i = 0; i < D; i++) {
      for (let j = 0; j <= i; j++) {
        const product = moments[sums + D + i * D + j]!;
        const crossed = mean(i) * moments[sums + j]! + moments[sums + i]! * mean(j);
        const part = product - crossed + weights * mean(i) * mean(j) + meansWeight * off(i) * off(j);
        scatter[i * D + j]! += part;
        if (i !== j) scatter[j * D + i]! += part;
      }
    }
  }

  /** tr(added · scatter⁻¹) */
  #traceWith(group: number, added: Float64Array): number {
    const D = this.#D;
    let sum = 0;
    for (let k = 0, w = group * D * D; k < D; k++, w += D)
      for (let i = 0; i <= k; i++)
        for (let j = 0; j <= k; j++) sum += this.#whitening[w + i]! * added[i * D + j]! * this.#whitening[w + j]!;
    return sum;
  }
}
