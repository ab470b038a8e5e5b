/** Student's t emissions: every state draws rows of D numbers whose outliers do not drag it along. */
import { count, knownOptions, oneOf, within } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import { columnMoments, kMeans } from '../k-means.js';
import type { Observations } from '../observations.js';
import { clipped } from './clusters.js';
import { drawGamma } from './draws.js';
import type { Emission, EmissionJSON } from './emission.js';
import { bounded, frozenNames, type Nested, optionsOf, table } from './parameters.js';
import { checkValues } from './rows.js';
import { matrices, startFrom, variances } from './scatter/covariances.js';
import { DiagonalScatter } from './scatter/diagonal-scatter.js';
import { FullScatter } from './scatter/full-scatter.js';
import { fewestRows, rowsAtOnce, type Scatter, type ScatterPrior } from './scatter/scatter.js';
import { logMinusDigamma } from './special/digamma.js';
import { shapeOfSpread } from './special/gamma-shape.js';
import { logGamma } from './special/log-gamma.js';

export interface StudentTOptions {
  /** K */
  stateCount: number;
  /** D */
  size: number;
  /** 'diag' unless given. */
  covarianceType?: 'diag' | 'full';
  /** [K,D]: found by k-means when learning begins, unless given. */
  means?: Nested;
  /** Scale matrices, diag [K,D] or full [K,D,D]: covariances are dfs / (dfs − 2) of them. The data's variances when learning begins, unless given. */
  covars?: Nested;
  /** [K]: degrees of freedom, from 0.01 to 1e6; 4 unless given. */
  dfs?: Nested;
  /** The least scale in any direction that learning arrives at; 1e-6 unless given. */
  minCovar?: number;
  frozen?: readonly StudentTParameter[];
}

type StudentTParameter = 'means' | 'covars' | 'dfs';

const where = 'StudentT';
const names: readonly StudentTParameter[] = ['means', 'covars', 'dfs'];
const [leastFreedom, mostFreedom] = [0.01, 1e6]; // beyond, it is normal as far as float64 can tell

/**
 * Rows of D numbers; missing ones are integrated out. One scale, drawn for each row, stretches all its columns, in diagonal form too.
 * Learned by ECM with estimated degrees of freedom (Liu & Rubin 1995, Statistica Sinica 5).
 */
export class StudentT implements Emission {
  readonly family = 'student-t';
  readonly stateCount: number;
  readonly width: number;
  readonly covarianceType: 'diag' | 'full';
  /** [K,D] */
  readonly means: Float64Array;
  /** diag [K,D] or full [K,D,D] */
  readonly covars: Float64Array;
  /** [K] */
  readonly dfs: Float64Array;
  readonly minCovar: number;
  readonly frozen: ReadonlySet<StudentTParameter>;
  readonly #scatter: Scatter;
  /** None. */
  readonly #prior: ScatterPrior;
  readonly #drawn: { readonly means: boolean; readonly covars: boolean };
  /** [K,D+1]: log of what normalises the density of so many values. */
  readonly #constants: Float64Array;
  /** [K,D+1]: E[u − 1 − log u] of so many values, but for what u is expected to be. */
  readonly #spreads: Float64Array;

  constructor(options: StudentTOptions) {
    knownOptions(where, options, ['stateCount', 'size', 'covarianceType', ...names, 'minCovar', 'frozen']);
    const { covarianceType = 'diag', means, covars, dfs, minCovar = 1e-6, frozen } = options;
    const K = count(where, 'stateCount', options.stateCount);
    const D = count(where, 'size', options.size);
    const full = oneOf(where, 'covarianceType', covarianceType, ['diag', 'full']) === 'full';
    this.stateCount = K;
    this.width = D;
    this.covarianceType = covarianceType;
    this.means = table(where, 'means', means ?? 0, [K, D]);
    this.covars = full ? matrices(where, covars, [K, D, D]) : variances(where, covars, [K, D]);
    this.dfs = bounded(where, 'dfs', table(where, 'dfs', dfs ?? 4, [K]), leastFreedom, mostFreedom);
    this.minCovar = within(where, 'minCovar', minCovar, Number.MIN_VALUE);
    this.frozen = frozenNames(where, frozen, names);
    this.#scatter = new (full ? FullScatter : DiagonalScatter)(this.means, this.covars, D, minCovar);
    this.#scatter.origin.set(columnMoments(this.means, D).means);
    this.#prior = { means: this.means, meansWeight: 0, covars: new Float64Array(full ? D * D : D), degrees: 0 };
    this.#drawn = { means: means === undefined, covars: covars === undefined };
    this.#constants = new Float64Array(K * (D + 1));
    this.#spreads = new Float64Array(K * (D + 1));
  }

  get parameterCount(): number {
    const counts = { means: this.means.length, covars: this.#scatter.covarianceCount, dfs: this.dfs.length };
    return names.reduce((sum, name) => sum + (this.frozen.has(name) ? 0 : counts[name]), 0);
  }

  get statisticsSize(): number {
    return this.stateCount * (3 + this.#scatter.momentsSize);
  }

  check(data: Observations): void {
    checkValues(where, data, Number.isFinite, 'a finite number');
  }

  initialise({ values }: Observations, rng: Rng): void {
    const { stateCount: K, width: D } = this;
    const inner = clipped(values, D, 0.02);
    const moments = columnMoments(inner, D);
    if (this.#drawn.means) {
      this.#scatter.origin.set(moments.means);
      this.means.set(kMeans(inner, D, K, rng));
    }
    if (this.#drawn.covars) startFrom(this.covars, moments.variances, this.covarianceType, this.minCovar);
  }

  logProbability(values: Float64Array, out: Float64Array): void {
    const { stateCount: K, width: D, dfs } = this;
    this.#eachChunk(values, (rows, exponents, row) => {
      for (let i = 0; i < exponents.length; i++) {
        const k = i % K;
        const distance = this.#distance(rows, exponents, i);
        const { observed, logDeterminant } = this.#scatter;
        const tail = -0.5 * (dfs[k]! + observed) * Math.log1p(distance / dfs[k]!);
        out[row * K + i] = observed === 0 ? 0 : this.#constants[k * (D + 1) + observed]! - 0.5 * logDeterminant + tail;
      }
    });
  }

  /** Statistics: expected rows, precisions u and u − 1 − log u [K,3], then the moments of each state. */
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const { stateCount: K, width: D, dfs } = this;
    const moments = statistics.subarray(3 * K);
    const weights = new Float64Array(Math.min(values.length / D, rowsAtOnce) * K);
    this.#eachChunk(values, (rows, table, row) => {
      for (let i = 0; i < table.length; i++) {
        const k = i % K;
        const whole = !Number.isNaN(table[i]!);
        const weight = posteriors[row * K + i]!;
        const distance = weight > 0 ? this.#distance(rows, table, i) : 0;
        const { observed } = this.#scatter;
        const used = weight > 0 && observed > 0 ? weight : 0;
        const precision = (dfs[k]! + observed) / (dfs[k]! + distance); // E[u], u the row's own precision
        weights[i] = whole ? used : 0;
        table[i] = whole ? used * precision : 0;
        if (used === 0) continue;
        statistics[3 * k]! += used;
        statistics[3 * k + 1]! += used * precision;
        statistics[3 * k + 2]! += used * (this.#spreads[k * (D + 1) + observed]! - Math.log(precision) + precision - 1);
        if (!whole) this.#scatter.add(moments, rows, Math.floor(i / K) * D, k, used, used * precision);
      }
      this.#scatter.addRows(moments, rows, weights.subarray(0, table.length), table);
    });
  }

  /**
   * Where scatter matrices are learned, precisions may have any mean: the matrix is divided by it, which changes no density and gets there in
   * fewer steps (PX-EM: Liu, Rubin & Wu 1998, Biometrika 85).
   */
  maximise(statistics: Float64Array): void {
    const { stateCount: K } = this;
    const learned = { means: !this.frozen.has('means'), covars: !this.frozen.has('covars') };
    this.#scatter.maximise(statistics.subarray(3 * K), this.#prior, learned);
    for (let k = 0; k < K; k++) {
      const rows = statistics[3 * k]!;
      if (rows < fewestRows) continue;
      const mean = statistics[3 * k + 1]! / rows;
      const divided = learned.covars && this.#scatter.divide(k, mean);
      const spread = statistics[3 * k + 2]! / rows - (divided ? mean - 1 - Math.log(mean) : 0);
      if (!this.frozen.has('dfs'))
        this.dfs[k] = Math.min(Math.max(2 * shapeOfSpread(spread), leastFreedom), mostFreedom);
    }
  }

  logPrior(): number {
    return 0;
  }

  sample(state: number, rng: Rng, out: Float64Array): void {
    const half = this.dfs[state]! / 2;
    this.#scatter.draw(state, Math.sqrt(half / drawGamma(half, rng)), rng, out);
  }

  toJSON(): EmissionJSON {
    const { family, stateCount, width: size, covarianceType, minCovar } = this;
    const parameters = { means: [...this.means], covars: [...this.covars], dfs: [...this.dfs] };
    const origin = [...this.#scatter.origin];
    return { family, stateCount, size, covarianceType, ...parameters, minCovar, frozen: [...this.frozen], origin };
  }

  /** Reads what `toJSON` wrote. */
  static fromJSON({ origin, ...json }: EmissionJSON): StudentT {
    const emission = new StudentT(optionsOf<StudentTOptions>(where, 'student-t', json));
    emission.#scatter.origin.set(
      table(where, 'origin', (origin ?? emission.#scatter.origin) as Nested, [emission.width]),
    );
    return emission;
  }

  /** Visits rows together with a table [n,K]: −½ their distances, NaN where a row lacks a value. */
  #eachChunk(values: Float64Array, visit: (rows: Float64Array, exponents: Float64Array, row: number) => void): void {
    const { stateCount: K, width: D } = this;
    this.#prepare();
    const table = new Float64Array(Math.min(values.length / D, rowsAtOnce) * K);
    for (let row = 0; row < values.length / D; row += rowsAtOnce) {
      const rows = values.subarray(row * D, (row + rowsAtOnce) * D);
      const exponents = table.subarray(0, (rows.length / D) * K);
      this.#scatter.exponents(rows, exponents);
      visit(rows, exponents, row);
    }
  }

  /** Of row i / K from state i mod K; the scatter then knows how many values were there. */
  #distance(rows: Float64Array, exponents: Float64Array, i: number): number {
    const K = this.stateCount;
    const exponent = exponents[i]!;
    if (Number.isNaN(exponent)) return this.#scatter.distance(rows, Math.floor(i / K) * this.width, i % K);
    this.#scatter.observe(i % K);
    return -2 * exponent;
  }

  #prepare(): void {
    const D = this.width;
    this.#scatter.prepare();
    for (const [k, df] of this.dfs.entries()) {
      const base = logGamma(df / 2);
      for (let n = 1; n <= D; n++) {
        this.#constants[k * (D + 1) + n] = logGamma((df + n) / 2) - base - 0.5 * n * Math.log(Math.PI * df);
        this.#spreads[k * (D + 1) + n] = logMinusDigamma((df + n) / 2);
      }
    }
  }
}
