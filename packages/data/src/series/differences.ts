/** How rows change from step to step. */
import { columnsOf, type Rows } from './rows.js';

/** Rows with what has changed since the row before beside them, 0 in the first: [T,D] → [T,2·D]. */
export function withDifferences(rows: Rows): number[][] {
  columnsOf('withDifferences', rows);
  return rows.map((row, t) => [...row, ...row.map((value, d) => (t > 0 ? value - rows[t - 1]![d]! : 0))]);
}
