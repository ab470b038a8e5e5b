/** Series: at each of T steps a row of D numbers. */
import { ShapeError } from '@seqloom/core/errors';

/** [T,D] */
export type Rows = readonly (readonly number[])[];

/** The D of all rows; 0 when there are none. Throws ShapeError where it differs. */
export function columnsOf(where: string, rows: Rows, size: number = rows[0]?.length ?? 0): number {
  const bad = rows.findIndex((row) => row.length !== size);
  if (bad < 0) return size;
  throw new ShapeError(where, `row ${bad} has ${rows[bad]!.length} numbers, expected ${size}`);
}
