/** Gamma emissions: every state draws D positive numbers, independent given the state. */
import { count, knownOptions } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import { columnMoments } from '../k-means.js';
import type { Observations } from '../observations.js';
import { clusters } from './clusters.js';
import { drawGamma } from './draws.js';
import type { Emission, EmissionJSON } from './emission.js';
import { type ColumnFamily, scoreColumns, sumColumns } from './independent-columns.js';
import { frozenNames, type Nested, optionsOf, positive, table } from './parameters.js';
import { checkValues } from './rows.js';
import { inverseDigamma, shapeOfSpread } from './special/gamma-shape.js';
import { logGamma } from './special/log-gamma.js';

export interface GammaOptions {
  /** K */
  stateCount: number;
  /** D; 1 unless given. */
  size?: number;
  /** [K,D]; drawn from the data when learning begins, unless given. */
  shapes?: Nested;
  /** [K,D]: 1 / scale; likewise. */
  rates?: Nested;
  frozen?: readonly GammaParameter[];
}

type GammaParameter = 'shapes' | 'rates';

const where = 'Gamma';
const fewestRows = 1e-10;
const family: ColumnFamily = {
  featureCount: 2,
  features(x, out) {
    out[0] = x;
    out[1] = Math.log(x);
    return -out[1];
  },
};

/** Rows of D numbers above 0. */
export class Gamma implements Emission {
  readonly family = 'gamma';
  readonly stateCount: number;
  readonly width: number;
  /** [K,D] */
  readonly shapes: Float64Array;
  /** [K,D] */
  readonly rates: Float64Array;
  readonly frozen: ReadonlySet<GammaParameter>;
  readonly #drawn: { readonly shapes: boolean; readonly rates: boolean };

  constructor(options: GammaOptions) {
    knownOptions(where, options, ['stateCount', 'size', 'shapes', 'rates', 'frozen']);
    const { shapes, rates, frozen } = options;
    this.stateCount = count(where, 'stateCount', options.stateCount);
    this.width = count(where, 'size', options.size ?? 1);
    const shape = [this.stateCount, this.width];
    this.shapes = positive(where, 'shapes', table(where, 'shapes', shapes ?? 1, shape));
    this.rates = positive(where, 'rates', table(where, 'rates', rates ?? 1, shape));
    this.frozen = frozenNames(where, frozen, ['shapes', 'rates']);
    this.#drawn = { shapes: shapes === undefined, rates: rates === undefined };
  }

  get parameterCount(): number {
    return (2 - this.frozen.size) * this.shapes.length;
  }

  get statisticsSize(): number {
    return 3 * this.shapes.length;
  }

  check(data: Observations): void {
    checkValues(where, data, (x) => x > 0 && x < Infinity, 'a number above 0');
  }

  /** Fits to clusters of the numbers or of their logarithms (drawn: restarts try both), wider than those are. */
  initialise({ values }: Observations, rng: Rng): void {
    const D = this.width;
    const [to, from] = rng.uniform() < 0.5 ? [Math.log, Math.exp] : [Number, Number];
    for (const [k, members] of clusters(values.map(to), D, this.stateCount, rng).entries()) {
      const numbers = members.map(from);
      const { means } = columnMoments(numbers, D);
      const { means: meanLogs } = columnMoments(numbers.map(Math.log), D);
      for (let d = 0, j = k * D; d < D; d++, j++) {
        const mean = means[d]! > 0 ? means[d]! : 1;
        const shape = means[d]! > 0 ? 0.5 * shapeOfSpread(Math.log(mean) - meanLogs[d]!) : 1;
        if (this.#drawn.shapes) this.shapes[j] = Math.min(Math.max(shape, 1e-2), 1e6);
        if (this.#drawn.rates) this.rates[j] = this.shapes[j]! / mean;
      }
    }
  }

  logProbability(values: Float64Array, out: Float64Array): void {
    const { shapes, rates } = this;
    const constants = shapes.map((shape, j) => shape * Math.log(rates[j]!) - logGamma(shape));
    scoreColumns(family, { constants, natural: [rates.map((rate) => -rate), shapes] }, this.width, values, out);
  }

  /** Statistics [K,D,3]: expected rows, sums and sums of logarithms. */
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    sumColumns(family, this.width, statistics, values, posteriors);
  }

  maximise(statistics: Float64Array): void {
    for (let j = 0; j < this.shapes.length; j++) {
      const rows = statistics[3 * j]!;
      if (rows < fewestRows) continue;
      const mean = statistics[3 * j + 1]! / rows;
      const meanLog = statistics[3 * j + 2]! / rows;
      if (!this.frozen.has('shapes'))
        this.shapes[j] = this.frozen.has('rates')
          ? inverseDigamma(Math.log(this.rates[j]!) + meanLog)
          : shapeOfSpread(Math.log(mean) - meanLog);
      if (!this.frozen.has('rates')) this.rates[j] = this.shapes[j]! / mean;
    }
  }

  logPrior(): number {
    return 0;
  }

  sample(state: number, rng: Rng, out: Float64Array): void {
    for (let d = 0; d < this.width; d++) {
      const j = state * this.width + d;
      out[d] = drawGamma(this.shapes[j]!, rng) / this.rates[j]!;
    }
  }

  toJSON(): EmissionJSON {
    const { family, stateCount, width: size, shapes, rates, frozen } = this;
    return { family, stateCount, size, shapes: [...shapes], rates: [...rates], frozen: [...frozen] };
  }

  /** Reads what `toJSON` wrote. */
  static fromJSON(json: EmissionJSON): Gamma {
    return new Gamma(optionsOf<GammaOptions>(where, 'gamma', json));
  }
}
