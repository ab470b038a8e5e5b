/** Categorical emissions with a Dirichlet posterior per state. */
import { OptionError, show } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import { drawDistribution, type Matrix } from '../distributions.js';
import { Categorical } from '../emissions/categorical.js';
import type { EmissionJSON } from '../emissions/emission.js';
import type { Observations } from '../observations.js';
import { chosen, dirichletDivergence, dirichletParameters, expectedLogs, meansOf } from './dirichlet.js';
import type { VariationalEmission } from './variational-emission.js';

export interface VariationalCategoricalOptions {
  /** K */
  stateCount: number;
  /** V: symbols are 0 … V − 1. */
  size: number;
  /** Dirichlet α: one number or [K,V]; 1/V unless given. 0: impossible. */
  prior?: Matrix | number;
  /** [K,V]; drawn when learning begins, unless given. */
  posterior?: Matrix;
}

const where = 'VariationalCategorical';

/** Rows of width 1 that hold a symbol (Beal 2003, chapter 3). */
export class VariationalCategorical implements VariationalEmission {
  readonly family: string = 'variational-categorical';
  readonly width: number = 1;
  readonly stateCount: number;
  readonly size: number;
  /** α [K,V] */
  readonly prior: Float64Array;
  /** α [K,V] */
  readonly posterior: Float64Array;
  readonly #drawn: boolean;

  constructor(options: VariationalCategoricalOptions) {
    knownOptions(where, options, ['stateCount', 'size', 'prior', 'posterior']);
    this.stateCount = count(where, 'stateCount', options.stateCount);
    this.size = count(where, 'size', options.size);
    const shape = [this.stateCount, this.size] as const;
    this.prior = dirichletParameters(where, 'prior', options.prior ?? 1 / this.size, shape);
    this.#drawn = options.posterior === undefined;
    this.posterior = options.posterior
      ? dirichletParameters(where, 'posterior', options.posterior, shape)
      : this.prior.slice();
  }

  /** Reads what `toJSON` wrote. */
  static fromJSON({ family, ...options }: EmissionJSON): VariationalCategorical {
    if (family !== 'variational-categorical')
      throw new OptionError(where, `\`family\` must be variational-categorical, got ${show(family)}`);
    const saved = options as unknown as VariationalCategoricalOptions;
    if (Array.isArray(saved.prior) && Array.isArray(saved.posterior)) return new VariationalCategorical(saved);
    throw new OptionError(where, '`prior` and `posterior` must be lists');
  }

  get statisticsSize(): number {
    return this.prior.length;
  }

  check(data: Observations): void {
    this.pointEstimate().check(data);
  }

  /** Each state as if it had seen its share of the rows, in proportions drawn. */
  initialise({ values }: Observations, rng: Rng): void {
    const draw = new Float64Array(this.size);
    for (let start = 0; this.#drawn && start < this.prior.length; start += this.size) {
      drawDistribution(draw, rng);
      for (let v = 0; v < this.size; v++) {
        const alpha = this.prior[start + v]!;
        this.posterior[start + v] = alpha > 0 ? alpha + (draw[v]! * values.length) / this.stateCount : 0;
      }
    }
  }

  expectedLogProbability(values: Float64Array, out: Float64Array): void {
    const logs = expectedLogs(this.posterior, this.size);
    const K = this.stateCount;
    for (let t = 0; t < values.length; t++) {
      const symbol = values[t]!;
      for (let k = 0; k < K; k++) out[t * K + k] = Number.isNaN(symbol) ? 0 : logs[k * this.size + symbol]!;
    }
  }

  /** Statistics [K,V]: expected counts. */
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const K = this.stateCount;
    for (let t = 0; t < values.length; t++) {
      if (Number.isNaN(values[t]!)) continue;
      for (let k = 0; k < K; k++) statistics[k * this.size + values[t]!]! += posteriors[t * K + k]!;
    }
  }

  update(statistics: Float64Array): void {
    for (let i = 0; i < statistics.length; i++) this.posterior[i] = this.prior[i]! + statistics[i]!;
  }

  divergence(): number {
    return dirichletDivergence(this.posterior, this.prior, this.size);
  }

  pointEstimate(): Categorical {
    const { stateCount, size } = this;
    return new Categorical({ stateCount, size, emissionProb: meansOf(this.posterior, size) });
  }

  withStates(states: readonly number[]): VariationalCategorical {
    const { size } = this;
    const rows = (table: Float64Array) => chosen(table, size, states);
    return new VariationalCategorical({
      stateCount: states.length,
      size,
      prior: rows(this.prior),
      posterior: rows(this.posterior),
    });
  }

  toJSON(): EmissionJSON {
    const { family, stateCount, size, prior, posterior } = this;
    return { family, stateCount, size, prior: [...prior], posterior: [...posterior] };
  }
}
