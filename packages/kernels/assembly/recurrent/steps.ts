/**
 * The real steps of a batch, in the order in which they are computed: first every sequence's first one, and so on. A row is one
 * real step of one sequence: so padding costs nothing, and reversed time is another order of the same rows.
 */
import { at, copy, Scan } from './scan';

/** A block of steps whose inputs are projected, and whose weights' gradients are summed, in one product. */
const BLOCK: i32 = 128;

/** Lays out the table of steps from `base` on; returns its end. */
export function layOutSteps(scan: Scan, base: usize): usize {
  const steps = scan.batch * scan.time;
  scan.starts = base;
  scan.rows = at(base, scan.time + 1);
  scan.before = at(scan.rows, steps);
  return at(scan.before, steps + scan.batch);
}

/** Rows that a block has at most. */
export function blockRows(scan: Scan): i32 {
  return max(scan.batch, min(BLOCK, scan.batch * scan.time));
}

/**
 * Fills `starts` [T+1], the first row of each step, `rows` [N], the index b·T + t of each row, and `before` [N], the index of the
 * real step before it, or −1−b where there is none.
 */
export function planSteps(scan: Scan): void {
  const batch = scan.batch, time = scan.time;
  const last = at(scan.before, batch * time); // scratch [B]
  for (let b = 0; b < batch; b++) store<i32>(at(last, b), -1 - b);
  let n = 0;
  for (let i = 0; i < time; i++) {
    store<i32>(at(scan.starts, i), n);
    const t = scan.reverse ? time - 1 - i : i;
    for (let b = 0; b < batch; b++) {
      const index = b * time + t;
      if (scan.mask != 0 && load<u8>(scan.mask + <usize>index) == 0) continue;
      store<i32>(at(scan.rows, n), index);
      store<i32>(at(scan.before, n), load<i32>(at(last, b)));
      store<i32>(at(last, b), index);
      n++;
    }
  }
  store<i32>(at(scan.starts, time), n);
}

/** The first row of step i in this order; of step T, how many rows there are. */
@inline
export function startOf(scan: Scan, i: i32): i32 {
  return load<i32>(at(scan.starts, i));
}

/** b·T + t of a row. */
@inline
export function indexOf(scan: Scan, row: i32): i32 {
  return load<i32>(at(scan.rows, row));
}

/** The step after the block that begins with step `from`. */
export function blockEnd(scan: Scan, from: i32): i32 {
  let to = from + 1;
  while (to < scan.time && startOf(scan, to + 1) - startOf(scan, from) <= BLOCK) to++;
  return to;
}

/** The first step of the block that ends before step `to`. */
export function blockStart(scan: Scan, to: i32): i32 {
  let from = to - 1;
  while (from > 0 && startOf(scan, to) - startOf(scan, from - 1) <= BLOCK) from--;
  return from;
}

/** Rows [first, last) of a tensor [B,T,width], side by side. */
export function gather(scan: Scan, source: usize, width: i32, target: usize, first: i32, last: i32): void {
  for (let row = first; row < last; row++, target += <usize>width << 2) copy(target, at(source, indexOf(scan, row) * width), width);
}

/** The opposite. */
export function scatter(scan: Scan, source: usize, width: i32, target: usize, first: i32, last: i32): void {
  for (let row = first; row < last; row++, source += <usize>width << 2) copy(at(target, indexOf(scan, row) * width), source, width);
}

/** The hidden states [·,U] before rows [first, last), side by side. */
export function gatherBefore(scan: Scan, target: usize, first: i32, last: i32): void {
  const units = scan.units;
  for (let row = first; row < last; row++, target += <usize>units << 2) {
    const before = load<i32>(at(scan.before, row));
    copy(target, before < 0 ? at(scan.h0, (-1 - before) * units) : at(scan.outputs, before * units), units);
  }
}

/** Where the LSTM's memory before a row lies. */
@inline
export function cellBefore(scan: Scan, row: i32): usize {
  const before = load<i32>(at(scan.before, row));
  return before < 0 ? at(scan.c0, (-1 - before) * scan.units) : at(scan.cells, before * scan.units);
}
