/** Scatter matrices that are diagonal: a variance for every column (diag) or one for all of a component's (spherical). */
import type { Rng } from '@seqloom/core/rng';
import { fewestRows, type Scatter, type ScatterPrior } from './scatter.js';
import { columnSums, diagonalExponents, fewExponents, weightedSums } from './whole-rows.js';

/** Moments of a component are [D,4]: rows, weights, and weighted first and second powers; a missing value adds to none. */
export class DiagonalScatter implements Scatter {
  /** [C,D] */
  readonly means: Float64Array;
  /** [C,D], or [C] where one variance is all of a component's. */
  readonly covars: Float64Array;
  readonly momentsSize: number;
  readonly minimum: number;
  readonly origin: Float64Array;
  observed = 0;
  logDeterminant = 0;
  readonly #D: number;
  /** Whether a component has one variance. */
  readonly #spherical: boolean;
  /** [C,D]: 1 / variance and log variance. */
  readonly #precisions: Float64Array;
  readonly #logs: Float64Array;
  /** [C] */
  readonly #logDeterminants: Float64Array;

  constructor(means: Float64Array, covars: Float64Array, D: number, minimum: number) {
    this.means = means;
    this.covars = covars;
    this.minimum = minimum;
    this.momentsSize = 4 * D;
    this.#D = D;
    this.#spherical = covars.length < means.length;
    this.#precisions = new Float64Array(means.length);
    this.#logs = new Float64Array(means.length);
    this.#logDeterminants = new Float64Array(means.length / D);
    this.origin = new Float64Array(D);
  }

  get covarianceCount(): number {
    return this.covars.length;
  }

  prepare(): void {
    this.#logDeterminants.fill(0);
    for (let j = 0; j < this.means.length; j++) {
      const variance = this.#variance(j);
      this.#precisions[j] = 1 / variance;
      this.#logs[j] = Math.log(variance);
      this.#logDeterminants[Math.floor(j / this.#D)]! += this.#logs[j]!;
    }
  }

  distance(values: Float64Array, at: number, component: number): number {
    const D = this.#D;
    let sum = 0;
    for (let d = 0, j = component * D; d < D; d++, j++) {
      const off = values[at + d]! - this.means[j]!;
      sum += off * off * this.#precisions[j]!;
    }
    if (Number.isNaN(sum)) return this.#partialDistance(values, at, component);
    this.observe(component);
    return sum;
  }

  logDeterminantOf(component: number): number {
    return this.#logDeterminants[component]!;
  }

  observe(component: number): void {
    this.observed = this.#D;
    this.logDeterminant = this.logDeterminantOf(component);
  }

  exponents(rows: Float64Array, out: Float64Array): void {
    if (fewExponents(this, rows, this.#D, out)) return;
    diagonalExponents(rows, this.means, this.#precisions, out);
  }

  add(
    moments: Float64Array,
    values: Float64Array,
    at: number,
    component: number,
    weight: number,
    momentWeight: number,
  ): void {
    for (let d = 0, to = component * this.momentsSize; d < this.#D; d++, to += 4) {
      const x = values[at + d]! - this.origin[d]!;
      if (Number.isNaN(x)) continue;
      moments[to]! += weight;
      moments[to + 1]! += momentWeight;
      moments[to + 2]! += momentWeight * x;
      moments[to + 3]! += momentWeight * x * x;
    }
  }

  addRows(moments: Float64Array, rows: Float64Array, weights: Float64Array, momentWeights: Float64Array): void {
    const { masses, sums, seconds } = weightedSums(rows, this.origin, momentWeights, 'squares');
    const counts = weights === momentWeights ? masses : columnSums(weights, masses.length);
    for (let j = 0; j < sums.length; j++) {
      const component = Math.floor(j / this.#D);
      moments[4 * j]! += counts[component]!;
      moments[4 * j + 1]! += masses[component]!;
      moments[4 * j + 2]! += sums[j]!;
      moments[4 * j + 3]! += seconds[j]!;
    }
  }

  maximise(moments: Float64Array, prior: ScatterPrior, learned: { means: boolean; covars: boolean }): void {
    const D = this.#D;
    for (let c = 0; c < this.means.length / D; c++) {
      let [scatter, rows] = [0, 0];
      for (let d = 0, j = c * D; d < D; d++, j++) {
        const own = moments[4 * j]!;
        if (own < fewestRows) continue;
        if (learned.means) this.#moveMean(moments, j, prior);
        const part = this.#scatterOf(moments, j, prior);
        if (learned.covars && !this.#spherical) this.#setVariance(j, part + prior.covars[d]!, own + prior.degrees);
        scatter += part;
        rows += own;
      }
      const added = prior.covars.reduce((sum, x) => sum + x, 0);
      if (learned.covars && this.#spherical && rows >= fewestRows)
        this.#setVariance(c, scatter + added, rows + prior.degrees);
    }
  }

  divide(component: number, divisor: number): boolean {
    const columns = this.#spherical ? 1 : this.#D;
    const own = this.covars.subarray(component * columns, (component + 1) * columns);
    if (own.some((variance) => variance / divisor < this.minimum)) return false;
    for (let i = 0; i < columns; i++) own[i]! /= divisor;
    return true;
  }

  logPrior(prior: ScatterPrior): number {
    let sum = 0;
    for (let j = 0; j < this.means.length; j++) {
      const variance = this.#variance(j);
      const degrees = this.#spherical ? prior.degrees / this.#D : prior.degrees;
      const off = this.means[j]! - prior.means[j]!;
      sum += degrees * Math.log(variance) + (prior.covars[j % this.#D]! + prior.meansWeight * off * off) / variance;
    }
    return -0.5 * sum;
  }

  draw(component: number, factor: number, rng: Rng, out: Float64Array): void {
    for (let d = 0, j = component * this.#D; d < this.#D; d++, j++)
      out[d] = this.means[j]! + factor * Math.sqrt(this.#variance(j)) * rng.normal();
  }

  #variance(j: number): number {
    return this.covars[this.#spherical ? Math.floor(j / this.#D) : j]!;
  }

  #setVariance(to: number, scatter: number, rows: number): void {
    this.covars[to] = Math.max(scatter / rows, this.minimum);
  }

  #moveMean(moments: Float64Array, j: number, { means, meansWeight }: ScatterPrior): void {
    const origin = this.origin[j % this.#D]!;
    const weights = moments[4 * j + 1]! + meansWeight;
    if (weights > 0) this.means[j] = origin + (moments[4 * j + 2]! + meansWeight * (means[j]! - origin)) / weights;
  }

  /** Σ weight · (x − mean)², about the mean as it now is, with the prior's part. */
  #scatterOf(moments: Float64Array, j: number, { means, meansWeight }: ScatterPrior): number {
    const mean = this.means[j]! - this.origin[j % this.#D]!;
    const own = moments[4 * j + 3]! - 2 * mean * moments[4 * j + 2]! + mean * mean * moments[4 * j + 1]!;
    return Math.max(own, 0) + meansWeight * (this.means[j]! - means[j]!) ** 2;
  }

  #partialDistance(values: Float64Array, at: number, component: number): number {
    let sum = 0;
    this.observed = 0;
    this.logDeterminant = 0;
    for (let d = 0, j = component * this.#D; d < this.#D; d++, j++) {
      const off = values[at + d]! - this.means[j]!;
      if (Number.isNaN(off)) continue;
      sum += off * off * this.#precisions[j]!;
      this.logDeterminant += this.#logs[j]!;
      this.observed++;
    }
    return sum;
  }
}
