/** Linear regression emissions: every state predicts P numbers from X others that come with them. */
import { count, knownOptions, oneOf, within } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import { floorEigenvalues } from '../covariance-floor.js';
import type { Observations } from '../observations.js';
import type { Emission, EmissionJSON } from './emission.js';
import { improveLeastSquares, LeastSquaresSums, type NormalEquations, residualProduct } from './least-squares.js';
import { frozenNames, type Nested, optionsOf, table } from './parameters.js';
import { checkValues } from './rows.js';
import { matrices, variances } from './scatter/covariances.js';
import { DiagonalScatter } from './scatter/diagonal-scatter.js';
import { FullScatter } from './scatter/full-scatter.js';
import { fewestRows, log2Pi, rowsAtOnce } from './scatter/scatter.js';

export interface LinearRegressionOptions {
  /** K */
  stateCount: number;
  /** P: how many numbers are predicted; 1 unless given. */
  outputs?: number;
  /** X: from how many. */
  inputs: number;
  /** Of what is left over: 'diag' unless given. */
  covarianceType?: 'diag' | 'full';
  /** [K,P,X]: fitted to stretches of the data when learning begins, unless given. */
  coefficients?: Nested;
  /** [K,P]; likewise. */
  intercepts?: Nested;
  /** diag [K,P] or full [K,P,P]; likewise. */
  covars?: Nested;
  /** The least variance in any direction that learning arrives at; 1e-6 unless given. */
  minCovar?: number;
  frozen?: readonly RegressionParameter[];
}

type RegressionParameter = 'coefficients' | 'intercepts' | 'covars';

const where = 'LinearRegression';
const names: readonly RegressionParameter[] = ['coefficients', 'intercepts', 'covars'];

/**
 * Rows of P + X numbers, y then x: log p(y | x, state), normal around intercept + coefficients · x. A missing y is integrated out; x is given,
 * not modelled: a row that lacks any x says nothing. `sample` reads x in the row that it writes y to.
 */
export class LinearRegression implements Emission {
  readonly family = 'linear-regression';
  readonly stateCount: number;
  readonly outputs: number;
  readonly inputs: number;
  readonly covarianceType: 'diag' | 'full';
  /** [K,P,X] */
  readonly coefficients: Float64Array;
  /** [K,P] */
  readonly intercepts: Float64Array;
  /** diag [K,P] or full [K,P,P] */
  readonly covars: Float64Array;
  readonly minCovar: number;
  readonly frozen: ReadonlySet<RegressionParameter>;
  readonly #drawn: readonly RegressionParameter[];
  /** Of y, about the predictions for the row at hand, which take the place of its means. */
  readonly #scatter: DiagonalScatter | FullScatter;
  readonly #sums: LeastSquaresSums;

  constructor(options: LinearRegressionOptions) {
    knownOptions(where, options, ['stateCount', 'outputs', 'inputs', 'covarianceType', ...names, 'minCovar', 'frozen']);
    const { covarianceType = 'diag', minCovar = 1e-6, frozen } = options;
    const K = count(where, 'stateCount', options.stateCount);
    const P = count(where, 'outputs', options.outputs ?? 1);
    const X = count(where, 'inputs', options.inputs);
    const full = oneOf(where, 'covarianceType', covarianceType, ['diag', 'full']) === 'full';
    this.stateCount = K;
    this.outputs = P;
    this.inputs = X;
    this.covarianceType = covarianceType;
    this.coefficients = table(where, 'coefficients', options.coefficients ?? 0, [K, P, X]);
    this.intercepts = table(where, 'intercepts', options.intercepts ?? 0, [K, P]);
    this.covars = full ? matrices(where, options.covars, [K, P, P]) : variances(where, options.covars, [K, P]);
    this.minCovar = within(where, 'minCovar', minCovar, Number.MIN_VALUE);
    this.frozen = frozenNames(where, frozen, names);
    this.#drawn = names.filter((name) => options[name] === undefined);
    this.#scatter = new (full ? FullScatter : DiagonalScatter)(new Float64Array(K * P), this.covars, P, minCovar);
    this.#sums = new LeastSquaresSums({ states: K, outputs: P, inputs: X + 1, separate: !full });
  }

  get width(): number {
    return this.outputs + this.inputs;
  }

  get parameterCount(): number {
    const [coefficients, intercepts] = [this.coefficients.length, this.intercepts.length];
    const counts = { coefficients, intercepts, covars: this.#scatter.covarianceCount };
    return names.reduce((sum, name) => sum + (this.frozen.has(name) ? 0 : counts[name]), 0);
  }

  get statisticsSize(): number {
    return this.#sums.size + this.stateCount * this.#scatter.momentsSize;
  }

  check(data: Observations): void {
    checkValues(where, data, Number.isFinite, 'a finite number');
  }

  /** Least squares on a stretch of rows for each state, all other rows counting a little. */
  initialise({ values }: Observations, rng: Rng): void {
    const K = this.stateCount;
    const rows = values.length / this.width;
    if (this.#drawn.length === 0 || rows === 0) return;
    const given = names
      .filter((name) => !this.#drawn.includes(name))
      .map((name) => [name, this[name].slice()] as const);
    const weights = new Float64Array(rows * K).fill(0.02);
    const length = Math.min(Math.max(Math.ceil(rows / (2 * K)), 4 * (this.inputs + 2)), rows);
    for (let k = 0; k < K; k++) {
      const start = rng.below(rows - length + 1);
      for (let row = start; row < start + length; row++) weights[row * K + k] = 1;
    }
    const statistics = new Float64Array(this.statisticsSize);
    this.accumulate(statistics, values, weights);
    this.#learn(statistics, new Set());
    for (const [name, numbers] of given) this[name].set(numbers);
  }

  logProbability(values: Float64Array, out: Float64Array): void {
    const K = this.stateCount;
    this.#scatter.prepare();
    for (let row = 0, at = 0; at < values.length; row += K, at += this.width) {
      for (let k = 0; k < K; k++) out[row + k] = 0;
      for (let k = 0; k < K && this.#hasInputs(values, at); k++) {
        this.#predict(values, at, k);
        const distance = this.#scatter.distance(values, at, k);
        const { observed, logDeterminant } = this.#scatter;
        if (observed > 0) out[row + k] = -0.5 * (observed * log2Pi + logDeterminant + distance);
      }
    }
  }

  /** Statistics: sums for least squares, then moments of y [K]. */
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const { stateCount: K, outputs: P, width } = this;
    this.#scatter.prepare();
    for (let start = 0; start < values.length / width; start += rowsAtOnce) {
      const rows = values.subarray(start * width, (start + rowsAtOnce) * width);
      const weights = posteriors.slice(start * K, (start + rowsAtOnce) * K);
      const y = new Float64Array((rows.length / width) * P);
      for (let row = 0, at = 0; at < rows.length; row++, at += width) {
        const inputs = this.#hasInputs(rows, at);
        let sum = 0;
        for (let p = 0; p < P; p++) sum += y[row * P + p] = rows[at + p]!;
        if (inputs && !Number.isNaN(sum)) continue;
        const own = weights.subarray(row * K, (row + 1) * K);
        if (inputs) this.#addPartial(statistics, rows.subarray(at, at + width), own);
        own.fill(0);
      }
      this.#sums.addRows(statistics, rows, weights);
      this.#scatter.addRows(statistics.subarray(this.#sums.size), y, weights, weights);
    }
  }

  maximise(statistics: Float64Array): void {
    this.#learn(statistics, this.frozen);
  }

  logPrior(): number {
    return 0;
  }

  /** Writes y [P] into the front of `out`, given the x [X] behind it. */
  sample(state: number, rng: Rng, out: Float64Array): void {
    this.#predict(out, 0, state);
    this.#scatter.draw(state, 1, rng, out.subarray(0, this.outputs));
  }

  toJSON(): EmissionJSON {
    const { family, stateCount, outputs, inputs, covarianceType, minCovar } = this;
    const parameters = Object.fromEntries(names.map((name) => [name, [...this[name]]]));
    return { family, stateCount, outputs, inputs, covarianceType, ...parameters, minCovar, frozen: [...this.frozen] };
  }

  /** Reads what `toJSON` wrote. */
  static fromJSON(json: EmissionJSON): LinearRegression {
    return new LinearRegression(optionsOf<LinearRegressionOptions>(where, 'linear-regression', json));
  }

  #hasInputs(values: Float64Array, at: number): boolean {
    let sum = 0;
    for (let i = this.outputs; i < this.width; i++) sum += values[at + i]!;
    return !Number.isNaN(sum);
  }

  /** A row that lacks some y, weighted by [K]. */
  #addPartial(statistics: Float64Array, row: Float64Array, weights: Float64Array): void {
    const P = this.outputs;
    const completed = this.#scatter instanceof FullScatter ? this.#scatter.filled : row;
    for (const [k, weight] of weights.entries()) {
      this.#predict(row, 0, k);
      this.#scatter.distance(row, 0, k);
      if (this.#scatter.observed === 0) return;
      if (weight === 0) continue;
      this.#scatter.add(statistics.subarray(this.#sums.size), row, 0, k, weight, weight);
      this.#sums.add(statistics, k, row, P, completed, weight);
    }
  }

  #predict(values: Float64Array, at: number, state: number): void {
    const { outputs: P, inputs: X, coefficients, intercepts } = this;
    for (let p = state * P; p < (state + 1) * P; p++) {
      let sum = intercepts[p]!;
      for (let i = 0; i < X; i++) sum += coefficients[p * X + i]! * values[at + P + i]!;
      this.#scatter.means[p] = sum;
    }
  }

  #learn(statistics: Float64Array, frozen: ReadonlySet<RegressionParameter>): void {
    const Q = this.inputs + 1;
    const free = Array.from({ length: Q }, (_, i) => i).filter(
      (i) => !frozen.has(i < Q - 1 ? 'coefficients' : 'intercepts'),
    );
    for (let k = 0; k < this.stateCount; k++) {
      const fits = Array.from({ length: this.outputs }, (_, p) => this.#fit(statistics, k, p, free));
      if (!frozen.has('covars')) this.#learnCovars(statistics, k, fits);
    }
  }

  #fit(statistics: Float64Array, k: number, p: number, free: readonly number[]): Fit {
    const { inputs: X, coefficients, intercepts } = this;
    const j = k * this.outputs + p;
    const equations = this.#sums.of(statistics, k, p);
    const w = Float64Array.from({ length: X + 1 }, (_, i) => (i < X ? coefficients[j * X + i]! : intercepts[j]!));
    if (equations.rows >= fewestRows) improveLeastSquares(w, equations, free);
    coefficients.set(w.subarray(0, X), j * X);
    intercepts[j] = w[X]!;
    return [w, equations];
  }

  #learnCovars(statistics: Float64Array, k: number, fits: readonly Fit[]): void {
    const P = this.outputs;
    const dense = this.covarianceType === 'full';
    const moments = statistics.subarray(this.#sums.size + k * this.#scatter.momentsSize);
    const own = this.covars.subarray(k * P * (dense ? P : 1), (k + 1) * P * (dense ? P : 1));
    for (const [p, fit] of fits.entries()) {
      const { rows } = fit[1];
      if (rows < fewestRows) continue;
      for (let q = 0; dense && q <= p; q++)
        own[p * P + q] = own[q * P + p] = residualProduct(fit, fits[q]!, moments[2 + P + p * P + q]!) / rows;
      if (!dense) own[p] = Math.max(residualProduct(fit, fit, moments[4 * p + 3]!) / rows, this.minCovar);
    }
    if (dense && fits[0]![1].rows >= fewestRows) floorEigenvalues(own, P, this.minCovar);
  }
}

/** One output's coefficients, the intercept last, and the equations that they answer. */
type Fit = readonly [w: Float64Array, equations: NormalEquations];
