/** Cepstral mean and variance normalisation: takes away what the room and the microphone add to every frame. */
import { DataError, show } from '@seqloom/core/errors';
import { count } from '@seqloom/core/options';
import { columnsOf, type Rows } from '../series/rows.js';

/** Rows [T,D] of one utterance, each column with mean 0 and, unless it is constant, deviation 1. Throws DataError on what is not finite. */
export function normalizeUtterance(rows: Rows): number[][] {
  const where = 'normalizeUtterance';
  const size = columnsOf(where, rows);
  for (const [t, row] of rows.entries()) checkRow(where, row, t);
  const mean = Array.from({ length: size }, (_, d) => rows.reduce((sum, row) => sum + row[d]! / rows.length, 0));
  const deviation = mean.map((m, d) => Math.sqrt(rows.reduce((sum, row) => sum + (row[d]! - m) ** 2 / rows.length, 0)));
  return rows.map((row) => row.map((value, d) => scaled(value, mean[d]!, deviation[d]!)));
}

/** The same for sound as it comes, by the mean and the deviation of what was heard so far; after `memory` frames the past fades. */
export class RunningNormalizer {
  readonly memory: number;
  #mean: number[] = [];
  #variance: number[] = [];
  #count = 0;

  /** 300 frames are 3 s at the usual hop. */
  constructor(memory = 300) {
    this.memory = count('RunningNormalizer', 'memory', memory);
  }

  /** The next rows [t,D], normalised; the last of the first `memory` is as in `normalizeUtterance` of them. Throws DataError, ShapeError. */
  push(rows: Rows): number[][] {
    const where = 'RunningNormalizer.push';
    columnsOf(where, rows, this.#count > 0 ? this.#mean.length : undefined);
    return rows.map((row) => {
      checkRow(where, row, this.#count);
      const rate = 1 / Math.min(++this.#count, this.memory);
      return row.map((value, d) => {
        const gap = value - (this.#mean[d] ?? 0);
        this.#mean[d] = (this.#mean[d] ?? 0) + rate * gap;
        this.#variance[d] = (1 - rate) * ((this.#variance[d] ?? 0) + rate * gap * gap);
        return scaled(value, this.#mean[d], Math.sqrt(this.#variance[d]));
      });
    });
  }
}

/** A constant column, rounding errors aside, becomes 0. */
function scaled(value: number, mean: number, deviation: number): number {
  return deviation > 1e-12 * Math.abs(mean) ? (value - mean) / deviation : 0;
}

function checkRow(where: string, row: readonly number[], t: number): void {
  const bad = row.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new DataError(where, `row ${t} has ${show(row[bad])} in column ${bad}`);
}
