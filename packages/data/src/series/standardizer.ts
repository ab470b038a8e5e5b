/** Columns brought to mean 0 and deviation 1 by what the training series say; the others must not be looked at. */
import { DataError, show } from '@seqloom/core/errors';
import { columnsOf, type Rows } from './rows.js';

/** What `toJSON` gives. */
export interface SavedStandardizer {
  readonly format: 'seqloom-standardizer';
  readonly version: 1;
  /** [D] */
  readonly mean: readonly number[];
  /** [D] */
  readonly deviation: readonly number[];
}

/** `Standardizer.fit(train)`, then `transform` of every series. NaN means missing: it is not counted, and stays. */
export class Standardizer {
  /** [D]; 0 for a column of which nothing was seen. */
  readonly mean: readonly number[];
  /** [D]; 1 for a column that never changes. */
  readonly deviation: readonly number[];

  private constructor(mean: readonly number[], deviation: readonly number[]) {
    this.mean = mean;
    this.deviation = deviation;
  }

  /** Mean and deviation of each column over all rows of all series. Throws DataError on infinity and when there is no row, ShapeError when D differs. */
  static fit(series: readonly Rows[]): Standardizer {
    const where = 'Standardizer.fit';
    const size = series.find((rows) => rows.length > 0)?.[0]?.length;
    if (!size) throw new DataError(where, 'there is no series with a row of numbers');
    const columns = Array.from({ length: size }, () => ({ count: 0, mean: 0, squares: 0 }));
    for (const [s, rows] of series.entries()) {
      columnsOf(where, rows, size);
      for (const [t, row] of rows.entries()) {
        for (const [d, value] of row.entries()) {
          if (Number.isNaN(value)) continue;
          if (!Number.isFinite(value))
            throw new DataError(where, `series ${s} has ${show(value)} in row ${t}, column ${d}`);
          observe(columns[d]!, value);
        }
      }
    }
    const deviation = columns.map(({ count, mean, squares }) => {
      const found = Math.sqrt(squares / count);
      return found > 1e-12 * Math.abs(mean) ? found : 1;
    });
    return new Standardizer(
      columns.map(({ mean }) => mean),
      deviation,
    );
  }

  /** Throws DataError on what `toJSON` did not make. */
  static fromJSON(saved: unknown): Standardizer {
    const fail = (problem: string) => new DataError('Standardizer.fromJSON', problem);
    const { format, version, mean, deviation } = (saved ?? {}) as Partial<SavedStandardizer>;
    if (format !== 'seqloom-standardizer') throw fail(`${show(saved)} is no saved Standardizer`);
    if (version !== 1) throw fail(`version ${show(version)} is not known, only 1`);
    const numbers = [mean, deviation].every((list) => Array.isArray(list) && list.every(Number.isFinite));
    if (!numbers || mean?.length !== deviation?.length || !deviation!.every((value) => value > 0)) {
      throw fail('`mean` and `deviation` must be lists of one length, of finite numbers and positive ones');
    }
    return new Standardizer(mean!, deviation!);
  }

  /** (x − mean) / deviation. [T,D] → [T,D] */
  transform(rows: Rows): number[][] {
    columnsOf('Standardizer.transform', rows, this.mean.length);
    return rows.map((row) => row.map((value, d) => (value - this.mean[d]!) / this.deviation[d]!));
  }

  /** x · deviation + mean: what was standardised, or forecast from it, in its own units. [T,D] → [T,D] */
  inverse(rows: Rows): number[][] {
    columnsOf('Standardizer.inverse', rows, this.mean.length);
    return rows.map((row) => row.map((value, d) => value * this.deviation[d]! + this.mean[d]!));
  }

  toJSON(): SavedStandardizer {
    return { format: 'seqloom-standardizer', version: 1, mean: this.mean, deviation: this.deviation };
  }
}

/** Welford's update (Technometrics 4, 1962), which no large mean spoils. */
function observe(column: { count: number; mean: number; squares: number }, value: number): void {
  const gap = value - column.mean;
  column.mean += gap / ++column.count;
  column.squares += gap * (value - column.mean);
}
