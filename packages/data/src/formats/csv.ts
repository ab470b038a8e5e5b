/** CSV and TSV: records of named fields. https://www.rfc-editor.org/rfc/rfc4180 */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { DataError, isSeqError, OptionError, show } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import { type CsvDialect, type CsvRecord, CsvRecords } from './csv-records.js';
import type { ReadOptions } from './records.js';
import { checkSource, lineBlocks, placeOf, type TextSource } from './text-source.js';

/** The fields of a row by their names. */
export type CsvRow<Name extends string = string> = Readonly<Record<Name, string>>;

/** Where a row stands. */
export interface CsvPlace<Name extends string = string> {
  readonly line: number;
  /** Throws a DataError with line, column and name of a field. */
  fail(column: Name, problem: string): never;
}

export interface CsvOptions<Name extends string, T> extends ReadOptions {
  /** A name for each column from left to right, null for one that is not wanted, when the first row is data; without it the first row has the names. */
  columns?: readonly (Name | null)[];
  /** `,` unless told; `\t` for TSV. */
  separator?: string;
  /** `"` unless told; null where quotes are letters like others, as in many TSV files. */
  quote?: string | null;
  /** Makes an example of a row, or throws when it is none: the error is told with its line. */
  check?: (row: CsvRow<Name>, place: CsvPlace<Name>) => T;
}

/**
 * The rows of a text, read anew at each iteration, without empty lines; a line break in quotes is read as `\n`. Throws DataError, with line
 * and column, at a row with too few or too many fields, a broken quote, and names that are empty or there twice.
 */
export function readCsv<Name extends string = string, T = CsvRow<Name>>(
  source: TextSource,
  options: CsvOptions<Name, T> = {},
): Dataset<T> {
  checkSource('readCsv', source);
  const dialect = checkedDialect(options);
  const where = placeOf('readCsv', source);
  return dataset(() => examples(where, source, dialect, options));
}

async function* examples<Name extends string, T>(
  where: string,
  source: TextSource,
  dialect: CsvDialect,
  { columns, check = (row) => row as T, onBad }: CsvOptions<Name, T>,
): AsyncGenerator<T> {
  const bad = (error: unknown) => {
    if (!onBad || !isSeqError(error) || error.name !== 'DataError') throw error;
    onBad(error);
  };
  const records = new CsvRecords(where, dialect);
  let names = columns;
  function* read(found: Iterable<CsvRecord>): Generator<T> {
    for (const record of found) {
      if (!names) {
        names = header<Name>(where, record);
        continue;
      }
      let example: T;
      try {
        example = checked(where, record, names, check);
      } catch (error) {
        bad(error);
        continue;
      }
      yield example;
    }
  }
  for await (const lines of lineBlocks(where, source)) {
    for (const example of read(records.lines(lines, bad))) yield example; // faster than yield*
  }
  yield* read(records.end(bad));
}

function checkedDialect<Name extends string, T>(options: CsvOptions<Name, T>): CsvDialect {
  knownOptions('readCsv', options, ['columns', 'separator', 'quote', 'check', 'onBad']);
  const { columns, separator = ',', quote = '"' } = options;
  const names = columns?.filter((name) => name !== null);
  if (names && (names.length === 0 || new Set(names).size < names.length || names.some(cannotName))) {
    throw new OptionError('readCsv', `\`columns\` must be different names, or null, got ${show(columns)}`);
  }
  if (typeof separator !== 'string' || !/^[^\r\n"\uFEFF]+$/.test(separator)) {
    throw new OptionError('readCsv', `\`separator\` must be a text, such as ',', got ${show(separator)}`);
  }
  if (quote !== null && (typeof quote !== 'string' || !/^[^\r\n\uFEFF]$/.test(quote) || quote === separator)) {
    throw new OptionError('readCsv', `\`quote\` must be one letter or null, got ${show(quote)}`);
  }
  return { separator, quote };
}

/** The names of the columns; without them no row can be read, so that nothing but an error can come of bad ones. */
function header<Name extends string>(where: string, { fields, line }: CsvRecord): readonly Name[] {
  const wrong = fields.findIndex((name, i) => cannotName(name) || fields.indexOf(name) < i);
  if (wrong < 0) return fields as readonly Name[];
  const problem = cannotName(fields[wrong]!) ? 'cannot be a name' : 'is the name of another column';
  throw new DataError(where, `line ${line}, column ${wrong + 1}: ${show(fields[wrong])} ${problem}`, {
    hint: 'the first row has the names; where it is data, give them as `columns`',
  });
}

/** `__proto__` is no field of its own in an object. */
function cannotName(name: string): boolean {
  return name === '' || name === '__proto__';
}

function checked<Name extends string, T>(
  where: string,
  record: CsvRecord,
  names: readonly (Name | null)[],
  check: (row: CsvRow<Name>, place: CsvPlace<Name>) => T,
): T {
  const { line } = record;
  const fail = (column: Name, problem: string): never => {
    throw new DataError(where, `line ${line}, column ${names.indexOf(column) + 1} (${column}): ${problem}`);
  };
  const row = named(where, record, names);
  try {
    return check(row, { line, fail });
  } catch (cause) {
    if (isSeqError(cause) && cause.where === where) throw cause;
    throw new DataError(where, `line ${line}: ${cause instanceof Error ? cause.message : show(cause)}`, { cause });
  }
}

function named<Name extends string>(
  where: string,
  { fields, line }: CsvRecord,
  names: readonly (Name | null)[],
): CsvRow<Name> {
  if (fields.length === names.length) {
    const row: Record<string, string> = {};
    for (let i = 0; i < names.length; i++) if (names[i] !== null) row[names[i]!] = fields[i]!;
    return row as CsvRow<Name>;
  }
  const column = Math.min(fields.length, names.length) + 1;
  const wanted = names.map((name) => name ?? '…').join(' ');
  const problem = `expected ${names.length} fields (${show(wanted)}), got ${fields.length}`;
  throw new DataError(where, `line ${line}, column ${column}: ${problem}`, {
    hint: fields.length === 1 ? 'is the separator right?' : 'a field with a separator in it stands in quotes',
  });
}
