/** Deltas: how fast each feature changes. */
import { count, knownOptions } from '@seqloom/core/options';
import type { Rows } from '../series/rows.js';

export interface DeltaOptions {
  /** Rows that are looked at to each side; 2 unless told. */
  reach?: number;
  /** 1: how they change; 2: also how the change changes; 1 unless told. */
  order?: number;
}

/** Slopes of the regression line through the neighbours, [T,D] → [T,D]: Σ n·(x[t+n] − x[t−n]) / (2·Σ n²), the ends repeated (HTK book, 5.9). */
export function deltas(rows: Rows, reach = 2): number[][] {
  count('deltas', 'reach', reach);
  let squares = 0;
  for (let n = 1; n <= reach; n++) squares += 2 * n * n;
  const last = rows.length - 1;
  return rows.map((row, t) =>
    row.map((_, d) => {
      let sum = 0;
      for (let n = 1; n <= reach; n++) sum += n * (rows[Math.min(last, t + n)]![d]! - rows[Math.max(0, t - n)]![d]!);
      return sum / squares;
    }),
  );
}

/** Rows with their deltas, and the deltas' deltas (as HTK; librosa fits a parabola instead), beside them: [T,D] → [T,D·(1 + order)]. */
export function withDeltas(rows: Rows, options: DeltaOptions = {}): number[][] {
  knownOptions('withDeltas', options, ['reach', 'order']);
  const orders: Rows[] = [rows];
  for (let i = 0; i < count('withDeltas', 'order', options.order ?? 1); i++)
    orders.push(deltas(orders[i]!, options.reach));
  return rows.map((_, t) => orders.flatMap((order) => order[t]!));
}
