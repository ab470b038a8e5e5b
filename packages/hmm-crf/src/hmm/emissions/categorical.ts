/** Categorical emissions: every state draws one of V symbols. */
import { DataError, OptionError, show } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import {
  dirichletPrior,
  distributions,
  drawDistribution,
  drawIndex,
  logDirichlet,
  type Matrix,
  maximiseDistribution,
} from '../distributions.js';
import { type Observations, placeOf } from '../observations.js';
import type { Emission, EmissionJSON } from './emission.js';

export interface CategoricalOptions {
  /** K */
  stateCount: number;
  /** V: symbols are 0 … V−1. */
  size: number;
  /** [K,V]: p(symbol | state); drawn when learning begins, unless given. Zeros stay zero. */
  emissionProb?: Matrix;
  /** Dirichlet α of the rows: one number or [K,V]; 1, no prior, unless given. */
  prior?: Matrix | number;
}

const where = 'Categorical';

/** Rows of width 1 that hold a symbol, 0 … V−1. */
export class Categorical implements Emission {
  readonly family = 'categorical';
  readonly width = 1;
  readonly stateCount: number;
  readonly size: number;
  /** [K,V], row-major. */
  readonly emissionProb: Float64Array;
  /** [K,V]: Dirichlet α. */
  readonly prior: Float64Array;
  readonly #drawn: boolean;
  /** [V+1,K]: log p, of the `emissionProb` beside it; the last row is that of a missing symbol. */
  readonly #logs: Float64Array;
  readonly #logsOf: Float64Array;

  constructor(options: CategoricalOptions) {
    knownOptions(where, options, ['stateCount', 'size', 'emissionProb', 'prior']);
    const { stateCount, size, emissionProb, prior = 1 } = options;
    const K = count(where, 'stateCount', stateCount);
    const V = count(where, 'size', size);
    this.stateCount = K;
    this.size = V;
    this.emissionProb = distributions(where, 'emissionProb', emissionProb ?? new Float64Array(K * V).fill(1 / V), [
      K,
      V,
    ]);
    this.prior = dirichletPrior(where, 'prior', prior, [K, V]);
    this.#drawn = emissionProb === undefined;
    this.#logs = new Float64Array(K * (V + 1));
    this.#logsOf = new Float64Array(K * V).fill(Number.NaN);
  }

  get parameterCount(): number {
    return this.emissionProb.reduce((sum, p) => sum + (p > 0 ? 1 : 0), -this.stateCount);
  }

  get statisticsSize(): number {
    return this.stateCount * this.size;
  }

  check(data: Observations): void {
    const { values } = data;
    for (let at = 0; at < values.length; at++) {
      const symbol = values[at]!;
      if (symbol >>> 0 === symbol && symbol < this.size) continue;
      if (Number.isNaN(symbol)) continue;
      throw new DataError(where, `${placeOf(data, at)}: ${show(symbol)} is no symbol from 0 to ${this.size - 1}`);
    }
  }

  initialise(_data: Observations, rng: Rng): void {
    for (let k = 0; this.#drawn && k < this.stateCount; k++) drawDistribution(this.#row(this.emissionProb, k), rng);
  }

  logProbability(values: Float64Array, out: Float64Array): void {
    const { stateCount: K, size: V, emissionProb } = this;
    if (values.length < V) {
      for (let at = 0; at < out.length; at++) {
        const symbol = values[Math.floor(at / K)]!;
        out[at] = Number.isNaN(symbol) ? 0 : Math.log(emissionProb[(at % K) * V + symbol]!);
      }
      return;
    }
    const { logs, kinds } = this.kinds(values);
    for (let t = 0; t < kinds.length; t++) {
      const from = kinds[t]! * K;
      for (let k = 0; k < K; k++) out[t * K + k] = logs[from + k]!;
    }
  }

  kinds(values: Float64Array): { logs: Float64Array; kinds: Int32Array } {
    const kinds = new Int32Array(values.length);
    for (let t = 0; t < kinds.length; t++) kinds[t] = Number.isNaN(values[t]!) ? this.size : values[t]!;
    return { logs: this.#logTable(), kinds };
  }

  /** Statistics [V,K]: expected counts. */
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const K = this.stateCount;
    for (let t = 0, at = 0; t < values.length; t++, at += K) {
      if (Number.isNaN(values[t]!)) continue;
      const to = (values[t]! | 0) * K; // whole, so that places are computed in integers
      for (let k = 0; k < K; k++) statistics[to + k]! += posteriors[at + k]!;
    }
  }

  maximise(statistics: Float64Array): void {
    const { stateCount: K, size: V } = this;
    const counts = new Float64Array(V);
    for (let k = 0; k < K; k++) {
      for (let v = 0; v < V; v++) counts[v] = statistics[v * K + k]!;
      maximiseDistribution(this.#row(this.emissionProb, k), counts, this.#row(this.prior, k));
    }
  }

  traces(out: Float64Array): void {
    const { stateCount: K, size: V, emissionProb } = this;
    for (let at = 0; at < out.length; at++) {
      const p = emissionProb[(at % K) * V + Math.floor(at / K)]!;
      out[at] = p > 0 ? Math.max(p, 1e-3 / V) : 0;
    }
  }

  logPrior(): number {
    return logDirichlet(this.emissionProb, this.prior);
  }

  sample(state: number, rng: Rng, out: Float64Array): void {
    out[0] = drawIndex(this.#row(this.emissionProb, state), rng);
  }

  toJSON(): EmissionJSON {
    const { family, stateCount, size, emissionProb, prior } = this;
    return { family, stateCount, size, emissionProb: [...emissionProb], prior: [...prior] };
  }

  /** Reads what `toJSON` wrote. */
  static fromJSON({ family, ...options }: EmissionJSON): Categorical {
    if (family !== 'categorical') throw new OptionError(where, `\`family\` must be categorical, got ${show(family)}`);
    return new Categorical(options as unknown as CategoricalOptions);
  }

  #row(table: Float64Array, k: number): Float64Array {
    return table.subarray(k * this.size, (k + 1) * this.size);
  }

  /** Logarithms are taken again only where a probability has changed. */
  #logTable(): Float64Array {
    const { stateCount: K, size: V, emissionProb } = this;
    for (let k = 0; k < K; k++) {
      for (let v = 0; v < V; v++) {
        const p = emissionProb[k * V + v]!;
        if (p === this.#logsOf[k * V + v]) continue;
        this.#logsOf[k * V + v] = p;
        this.#logs[v * K + k] = Math.log(p);
      }
    }
    return this.#logs;
  }
}
