/** Products of emissions: mixed observations, whose parts are independent given the state. */
import { DataError, OptionError, ShapeError, show } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import type { Observations } from '../observations.js';
import type { Emission, EmissionJSON } from './emission.js';

export interface ProductOptions {
  /** Each reads the columns behind those of the one before it: D is the sum of their widths. */
  parts: readonly Emission[];
}

const where = 'Product';
/** So many rows are worked on at once. */
const chunk = 1024;

/** Rows whose columns belong to one part after another. Every part sees missing values in its own way. */
export class Product implements Emission {
  readonly family = 'product';
  readonly parts: readonly Emission[];
  readonly width: number;

  constructor(options: ProductOptions) {
    knownOptions(where, options, ['parts']);
    const { parts } = options;
    if (!Array.isArray(parts) || parts.length === 0 || parts.some((part) => typeof part?.logProbability !== 'function'))
      throw new OptionError(where, `\`parts\` must be a list of at least one emission, got ${show(parts)}`);
    const counts = parts.map((part) => part.stateCount);
    if (counts.some((K) => K !== counts[0]))
      throw new ShapeError(where, `the parts must have as many states each, got ${counts}`);
    this.parts = [...parts];
    this.width = parts.reduce((sum, part) => sum + part.width, 0);
  }

  get stateCount(): number {
    return this.parts[0]!.stateCount;
  }

  get parameterCount(): number {
    return this.parts.reduce((sum, part) => sum + part.parameterCount, 0);
  }

  get statisticsSize(): number {
    return this.parts.reduce((sum, part) => sum + part.statisticsSize, 0);
  }

  check(data: Observations): void {
    this.#eachPart((part, column) => {
      try {
        part.check(this.#columns(data, part, column));
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        throw new DataError(where, `columns from ${column} on: ${error.message}`, { cause: error });
      }
    });
  }

  initialise(data: Observations, rng: Rng): void {
    this.#eachPart((part, column) => part.initialise(this.#columns(data, part, column), rng.split()));
  }

  logProbability(values: Float64Array, out: Float64Array): void {
    const K = this.stateCount;
    const scores = new Float64Array(chunk * K);
    out.fill(0);
    this.#eachChunk(values, (rows, part, row) => {
      const own = scores.subarray(0, (rows.length / part.width) * K);
      part.logProbability(rows, own);
      for (let i = 0; i < own.length; i++) out[row * K + i]! += own[i]!;
    });
  }

  /** Statistics of the parts, one after another. */
  accumulate(statistics: Float64Array, values: Float64Array, posteriors: Float64Array): void {
    const K = this.stateCount;
    this.#eachChunk(values, (rows, part, row, from) => {
      const own = posteriors.subarray(row * K, (row + rows.length / part.width) * K);
      part.accumulate(statistics.subarray(from, from + part.statisticsSize), rows, own);
    });
  }

  maximise(statistics: Float64Array): void {
    this.#eachPart((part, _, from) => part.maximise(statistics.subarray(from, from + part.statisticsSize)));
  }

  traces(out: Float64Array): void {
    this.#eachPart((part, _, from) => part.traces?.(out.subarray(from, from + part.statisticsSize)));
  }

  logPrior(): number {
    return this.parts.reduce((sum, part) => sum + part.logPrior(), 0);
  }

  sample(state: number, rng: Rng, out: Float64Array): void {
    this.#eachPart((part, column) => part.sample(state, rng, out.subarray(column, column + part.width)));
  }

  toJSON(): EmissionJSON {
    return { family: this.family, parts: this.parts.map((part) => part.toJSON()) };
  }

  /** Reads what `toJSON` wrote; `read` reads the parts. */
  static fromJSON(json: EmissionJSON, read: (part: EmissionJSON) => Emission): Product {
    if (json.family !== 'product') throw new OptionError(where, `\`family\` must be product, got ${show(json.family)}`);
    if (!Array.isArray(json.parts)) throw new OptionError(where, `\`parts\` must be a list, got ${show(json.parts)}`);
    return new Product({ parts: json.parts.map(read) });
  }

  #eachPart(visit: (part: Emission, column: number, statistics: number) => void): void {
    let [column, statistics] = [0, 0];
    for (const part of this.parts) {
      visit(part, column, statistics);
      column += part.width;
      statistics += part.statisticsSize;
    }
  }

  /** Visits the part's columns of some rows, the number of the first, and where the part's statistics are. */
  #eachChunk(
    values: Float64Array,
    visit: (rows: Float64Array, part: Emission, row: number, statistics: number) => void,
  ): void {
    const D = this.width;
    this.#eachPart((part, column, statistics) => {
      const buffer = new Float64Array(Math.min(chunk, values.length / D) * part.width);
      for (let row = 0; row < values.length / D; row += chunk) {
        const rows = Math.min(chunk, values.length / D - row);
        copyColumns(values.subarray(row * D, (row + rows) * D), D, column, part.width, buffer);
        visit(buffer.subarray(0, rows * part.width), part, row, statistics);
      }
    });
  }

  #columns({ values, lengths }: Observations, part: Emission, column: number): Observations {
    const own = new Float64Array((values.length / this.width) * part.width);
    copyColumns(values, this.width, column, part.width, own);
    return { values: own, width: part.width, lengths };
  }
}

function copyColumns(values: Float64Array, D: number, column: number, width: number, out: Float64Array): void {
  for (let from = column, to = 0; from < values.length; from += D, to += width)
    for (let d = 0; d < width; d++) out[to + d] = values[from + d]!;
}
