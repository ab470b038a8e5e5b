/** Measured series: a small table of numbers, one row for each step of time. */
import { DataError, show } from '@seqloom/core/errors';
import type { DataFile, DatasetAbout, DatasetSource } from './dataset-source.js';

/** A table of numbers; each row has a number for each column. */
export interface Series {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/** A series is not split: what is predicted is its own future. */
export interface SeriesParts {
  readonly train: Series;
}

/** The dataset of one table; `number` makes numbers of fields that are none. */
export function series(
  about: DatasetAbout,
  file: DataFile,
  number: (field: string) => number = Number,
): DatasetSource<SeriesParts> {
  return {
    about,
    files: { series: file },
    async parse(open) {
      const table = await open('series');
      const [head = '', ...lines] = (await table.text()).trimEnd().split('\n');
      const separator = head.includes('\t') ? '\t' : ',';
      const columns = head.split(separator);
      const rows = lines.map((line, i) => {
        const row = line.split(separator).map(number);
        if (row.length === columns.length && row.every(Number.isFinite)) return row;
        throw new DataError(
          `loadDataset(${table.name})`,
          `line ${i + 2}: expected ${columns.length} numbers, got ${show(line)}`,
        );
      });
      return { train: { columns, rows } };
    },
  };
}
