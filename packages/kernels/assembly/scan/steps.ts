/** Rows of [B,T,width] visited in the order of a recurrence, whose masked steps are passed over. */

/** The place of the i-th step of sequence b among all rows. */
@inline
export function rowOf(b: i32, i: i32, time: i32, reverse: bool): i32 {
  return b * time + (reverse ? time - 1 - i : i);
}

/** Whether a row counts; a mask of 0 says that all do. */
@inline
export function isReal(mask: usize, row: i32): bool {
  return mask == 0 || load<u8>(mask + <usize>row) != 0;
}

/** Where the state before step i stands: in the row of the last real step before it, or in `initial` where there is none. */
export function stateBefore(rows: usize, initial: usize, mask: usize, b: i32, i: i32, time: i32, reverse: bool, bytes: usize): usize {
  for (let j = i - 1; j >= 0; j--) {
    const row = rowOf(b, j, time, reverse);
    if (isReal(mask, row)) return rows + <usize>row * bytes;
  }
  return initial;
}
