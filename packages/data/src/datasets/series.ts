/** Measured series: a small table of numbers, one row for each step of time. */
import { collect } from '@seqloom/core/dataset';
import { show } from '@seqloom/core/errors';
import { type CsvPlace, type CsvRow, readCsv } from '../formats/csv.js';
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
      const separator = file.path.endsWith('.tsv') ? '\t' : ',';
      const check = (row: CsvRow, place: CsvPlace) =>
        Object.entries(row).map(([column, field]) => {
          const value = number(field);
          return Number.isFinite(value) ? value : place.fail(column, `${show(field)} is no number`);
        });
      const table = await open('series');
      const [head = ''] = (await table.text()).split('\n', 1);
      return { train: { columns: head.split(separator), rows: await collect(readCsv(table, { separator, check })) } };
    },
  };
}
