/** Sums and extremes along one axis, and the softmax of rows. NaN goes through. */
import { exponential4 } from './elementwise/functions';
import { loadPart, maxLanes, storePart, sumLanes } from './math';

const SUM: i32 = 0, MAX: i32 = 1, MIN: i32 = 2;

/** out [rows] = the sum (divided by `divisor`), the largest or the smallest number of each row of x [rows,columns]. */
export function reduceRows(op: i32, x: usize, out: usize, rows: i32, columns: i32, divisor: f32): void {
  for (let row = 0; row < rows; row++, x += <usize>columns << 2, out += 4) {
    if (op == SUM) store<f32>(out, <f32>(sum(x, columns) / divisor));
    else store<f32>(out, op == MAX ? largest(x, columns) : smallest(x, columns));
  }
}

const BLOCK: i32 = 4096; // the sums of blocks are added in float64, so that millions of terms lose nothing

function sum(x: usize, n: i32): f64 {
  let total: f64 = 0;
  for (let start = 0; start < n; start += BLOCK) {
    let rest = min(n - start, BLOCK);
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (; rest >= 16; rest -= 16, x += 64) {
      s0 = f32x4.add(s0, v128.load(x)), s1 = f32x4.add(s1, v128.load(x, 16));
      s2 = f32x4.add(s2, v128.load(x, 32)), s3 = f32x4.add(s3, v128.load(x, 48));
    }
    for (; rest >= 4; rest -= 4, x += 16) s0 = f32x4.add(s0, v128.load(x));
    if (rest > 0) s1 = f32x4.add(s1, loadPart(x, rest));
    total += <f64>sumLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  }
  return total;
}

export function largest(x: usize, n: i32): f32 {
  return extreme(MAX, x, n);
}

function smallest(x: usize, n: i32): f32 {
  return extreme(MIN, x, n);
}

@inline
function extreme(op: i32, x: usize, n: i32): f32 {
  let b0 = v128.load_splat<f32>(x), b1 = b0, b2 = b0, b3 = b0;
  let rest = n;
  for (; rest >= 16; rest -= 16, x += 64) {
    b0 = better(op, b0, v128.load(x)), b1 = better(op, b1, v128.load(x, 16));
    b2 = better(op, b2, v128.load(x, 32)), b3 = better(op, b3, v128.load(x, 48));
  }
  for (; rest >= 4; rest -= 4, x += 16) b0 = better(op, b0, v128.load(x));
  for (; rest > 0; rest--, x += 4) b1 = better(op, b1, v128.load_splat<f32>(x));
  const best = better(op, better(op, b0, b1), better(op, b2, b3));
  if (op == MAX) return maxLanes(best);
  return -maxLanes(f32x4.neg(best));
}

@inline
function better(op: i32, x: v128, y: v128): v128 {
  return op == SUM ? f32x4.add(x, y) : op == MAX ? f32x4.max(x, y) : f32x4.min(x, y);
}

/** out [blocks,columns] = the sum (divided by `divisor`), the largest or the smallest along the rows of x [blocks,rows,columns]. */
export function reduceColumns(op: i32, x: usize, out: usize, blocks: i32, rows: i32, columns: i32, divisor: f32): void {
  const line = <usize>columns << 2;
  for (let block = 0; block < blocks; block++, out += line) {
    memory.copy(out, x, line);
    x += line;
    let rest = rows - 1;
    if (op == SUM) {
      for (; rest >= 4; rest -= 4, x += 4 * line) addFourRows(x, out, columns, line);
      for (; rest > 0; rest--, x += line) mergeRow(SUM, x, out, columns);
      if (divisor != 1) divideRow(out, columns, divisor);
    } else {
      for (; rest > 0; rest--, x += line) {
        if (op == MAX) mergeRow(MAX, x, out, columns);
        else mergeRow(MIN, x, out, columns);
      }
    }
  }
}

@inline
function mergeRow(op: i32, x: usize, out: usize, n: i32): void {
  let rest = n;
  for (; rest >= 4; rest -= 4, x += 16, out += 16) v128.store(out, better(op, v128.load(out), v128.load(x)));
  if (rest > 0) storePart(out, better(op, loadPart(out, rest), loadPart(x, rest)), rest);
}

function addFourRows(x: usize, out: usize, n: i32, line: usize): void {
  let rest = n;
  for (; rest >= 4; rest -= 4, x += 16, out += 16) {
    const first = f32x4.add(v128.load(x), v128.load(x + line));
    const second = f32x4.add(v128.load(x + 2 * line), v128.load(x + 3 * line));
    v128.store(out, f32x4.add(v128.load(out), f32x4.add(first, second)));
  }
  for (; rest > 0; rest--, x += 4, out += 4) {
    const first = load<f32>(x) + load<f32>(x + line), second = load<f32>(x + 2 * line) + load<f32>(x + 3 * line);
    store<f32>(out, load<f32>(out) + (first + second));
  }
}

function divideRow(out: usize, n: i32, divisor: f32): void {
  for (; n > 0; n--, out += 4) store<f32>(out, load<f32>(out) / divisor);
}

/** out [rows,columns] = e^x / Σ e^x along each row, computed below the row's largest number. `out` may be x. */
export function softmaxRows(x: usize, out: usize, rows: i32, columns: i32): void {
  const line = <usize>columns << 2;
  for (let row = 0; row < rows; row++, x += line, out += line) {
    const total = powers(x, out, columns, f32x4.splat(largest(x, columns)));
    scaleRow(out, columns, 1 / total);
  }
}

/** Writes e^(x − top) and returns the sum. */
export function powers(x: usize, out: usize, n: i32, top: v128): f32 {
  let sums = f32x4.splat(0);
  let rest = n;
  for (; rest >= 4; rest -= 4, x += 16, out += 16) {
    const value = exponential4(f32x4.sub(v128.load(x), top));
    sums = f32x4.add(sums, value);
    v128.store(out, value);
  }
  let total = sumLanes(sums);
  for (; rest > 0; rest--, x += 4, out += 4) {
    const value = f32x4.extract_lane(exponential4(f32x4.sub(v128.load_splat<f32>(x), top)), 0);
    total += value;
    store<f32>(out, value);
  }
  return total;
}

export function scaleRow(out: usize, n: i32, factor: f32): void {
  const scale = f32x4.splat(factor);
  let rest = n;
  for (; rest >= 4; rest -= 4, out += 16) v128.store(out, f32x4.mul(v128.load(out), scale));
  for (; rest > 0; rest--, out += 4) store<f32>(out, load<f32>(out) * factor);
}
