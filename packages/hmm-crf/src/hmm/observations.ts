/** Observed sequences, in the one form that every emission reads. */
import { DataError, ShapeError, show } from '@seqloom/core/errors';
import { count } from '@seqloom/core/options';

/**
 * Sequences laid end to end: N rows of `width` numbers, row-major, in `values`; `lengths` says how many rows each sequence has (0 is
 * allowed). NaN is a missing value. Symbols and counts are whole numbers in rows of width 1.
 */
export interface Observations {
  readonly values: Float64Array;
  readonly width: number;
  readonly lengths: readonly number[];
}

/** One sequence: rows; or its numbers one after another. NaN and null are missing values. */
export type ObservedSequence = ArrayLike<number | null> | readonly ArrayLike<number | null>[];

const where = 'observations';

/**
 * Lays sequences end to end: a list of them, each a list of rows or a flat array of T·`width` numbers; or one flat array, which is one
 * sequence. `width` is 1 unless told or seen in the rows. Throws a DataError naming sequence, step and column.
 */
export function observations(
  sequences: readonly ObservedSequence[] | ArrayLike<number | null>,
  width?: number,
): Observations {
  if (typeof sequences?.length !== 'number' || typeof sequences === 'string')
    throw new DataError(where, `expected a list of sequences, got ${show(sequences)}`);
  const list = (isList(sequences[0]) ? sequences : sequences.length > 0 ? [sequences] : []) as ObservedSequence[];
  const size = width === undefined ? seenWidth(list) : count(where, 'width', width);
  const lengths = list.map((sequence, at) => rowCount(sequence, at, size));
  const values = new Float64Array(lengths.reduce((sum, length) => sum + length, 0) * size);
  let start = 0;
  for (const [at, sequence] of list.entries()) {
    fill(values.subarray(start, start + lengths[at]! * size), sequence, at, size);
    start += lengths[at]! * size;
  }
  return { values, width: size, lengths };
}

/** The rows of each sequence: views, with the row at which it starts. */
export function* eachSequence({
  values,
  width,
  lengths,
}: Observations): Generator<{ start: number; rows: Float64Array }> {
  let start = 0;
  for (const length of lengths) {
    yield { start, rows: values.subarray(start * width, (start + length) * width) };
    start += length;
  }
}

/** Throws a ShapeError unless `data` is what its fields say, in rows of `width`; returns N. */
export function checkObservations(at: string, data: Observations, width: number): number {
  if (!(data?.values instanceof Float64Array) || !Array.isArray(data.lengths))
    throw new ShapeError(at, `expected Observations, got ${show(data)}`, {
      hint: 'observations(sequences) makes them',
    });
  if (data.width !== width)
    throw new ShapeError(at, `the emission reads rows of ${width}, got rows of ${show(data.width)}`);
  const bad = data.lengths.find((length) => !(Number.isInteger(length) && length >= 0));
  if (bad !== undefined) throw new ShapeError(at, `\`lengths\` must be whole numbers, got ${show(bad)}`);
  const rows = data.lengths.reduce((sum, length) => sum + length, 0);
  if (rows * width === data.values.length) return rows;
  throw new ShapeError(
    at,
    `\`lengths\` add up to ${rows} rows of ${width}, but there are ${data.values.length} values`,
  );
}

/** 'sequence 2, step 7, column 1' of a place in `values`. */
export function placeOf({ width, lengths }: Observations, index: number): string {
  let row = Math.floor(index / width);
  let sequence = 0;
  while (row >= lengths[sequence]!) row -= lengths[sequence++]!;
  return `sequence ${sequence}, step ${row}${width > 1 ? `, column ${index % width}` : ''}`;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
}

function seenWidth(list: readonly ObservedSequence[]): number {
  const first = list.find((sequence) => isList(sequence) && isList(sequence[0]))?.[0];
  return isList(first) ? Math.max(first.length, 1) : 1;
}

function rowCount(sequence: ObservedSequence, at: number, width: number): number {
  if (!isList(sequence)) throw new DataError(where, `sequence ${at} must be a list, got ${show(sequence)}`);
  if (isList(sequence[0])) return sequence.length;
  if (sequence.length % width === 0) return sequence.length / width;
  throw new DataError(where, `sequence ${at} has ${sequence.length} numbers, which are no rows of ${width}`);
}

function fill(out: Float64Array, sequence: ObservedSequence, at: number, width: number): void {
  const nested = isList(sequence[0]);
  for (let step = 0; step < out.length / width; step++) {
    const row = nested ? sequence[step] : undefined;
    if (nested && !(isList(row) && row.length === width))
      throw new DataError(where, `sequence ${at}, step ${step} must be a row of ${width}, got ${show(row)}`);
    for (let d = 0; d < width; d++) {
      const value = nested ? (row as ArrayLike<number>)[d] : (sequence as ArrayLike<number>)[step * width + d];
      if (value !== null && (typeof value !== 'number' || Math.abs(value) === Infinity))
        throw new DataError(where, `sequence ${at}, step ${step}, column ${d} must be a number, got ${show(value)}`);
      out[step * width + d] = value ?? Number.NaN;
    }
  }
}
