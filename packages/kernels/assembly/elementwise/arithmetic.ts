/** Arithmetic of two operands over rows: same shapes, a number, a row or a column against a matrix. */
import { loadPart, storePart } from '../math';

/*
 * out [rows,columns] = a ∘ b. Rows of an operand are `…Row` floats apart (0 repeats one row); `…Column` is 1, or 0 where a
 * row is one number, which may hold for one of the operands, or for both where there is one column. NaN goes through every
 * operation. `out` may be an operand that is not repeated. Each operation is an export of its own: V8 spends less care on the
 * registers of large functions.
 */
export function add(
  a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize, rows: i32, columns: i32,
): void {
  over(ADD, a, aRow, aColumn, b, bRow, bColumn, out, rows, columns);
}
export function sub(
  a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize, rows: i32, columns: i32,
): void {
  over(SUB, a, aRow, aColumn, b, bRow, bColumn, out, rows, columns);
}
export function multiply(
  a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize, rows: i32, columns: i32,
): void {
  over(MULTIPLY, a, aRow, aColumn, b, bRow, bColumn, out, rows, columns);
}
export function divide(
  a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize, rows: i32, columns: i32,
): void {
  over(DIVIDE, a, aRow, aColumn, b, bRow, bColumn, out, rows, columns);
}
export function maximum(
  a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize, rows: i32, columns: i32,
): void {
  over(MAXIMUM, a, aRow, aColumn, b, bRow, bColumn, out, rows, columns);
}
export function minimum(
  a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize, rows: i32, columns: i32,
): void {
  over(MINIMUM, a, aRow, aColumn, b, bRow, bColumn, out, rows, columns);
}
export function squaredDifference(
  a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize, rows: i32, columns: i32,
): void {
  over(SQUARED_DIFFERENCE, a, aRow, aColumn, b, bRow, bColumn, out, rows, columns);
}
export function prelu(
  a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize, rows: i32, columns: i32,
): void {
  over(PRELU, a, aRow, aColumn, b, bRow, bColumn, out, rows, columns);
}

const ADD: i32 = 0, SUB: i32 = 1, MULTIPLY: i32 = 2, DIVIDE: i32 = 3, MAXIMUM: i32 = 4, MINIMUM: i32 = 5;
const SQUARED_DIFFERENCE: i32 = 6, PRELU: i32 = 7;

@inline
function apply(op: i32, x: v128, y: v128): v128 {
  if (op == ADD) return f32x4.add(x, y);
  if (op == SUB) return f32x4.sub(x, y);
  if (op == MULTIPLY) return f32x4.mul(x, y);
  if (op == DIVIDE) return f32x4.div(x, y);
  if (op == MAXIMUM) return f32x4.max(x, y);
  if (op == MINIMUM) return f32x4.min(x, y);
  if (op == PRELU) return v128.bitselect(f32x4.mul(x, y), x, f32x4.lt(x, f32x4.splat(0)));
  const difference = f32x4.sub(x, y);
  return f32x4.mul(difference, difference);
}

@inline
function over(
  op: i32, a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize, rows: i32, columns: i32,
): void {
  for (let row = 0; row < rows; row++) {
    if (aColumn != 0 && bColumn != 0) rowByRow(op, a, b, out, columns);
    else if (aColumn != 0) rowByNumber(op, a, v128.load_splat<f32>(b), out, columns);
    else numberByRow(op, v128.load_splat<f32>(a), b, out, columns);
    a += <usize>aRow << 2, b += <usize>bRow << 2, out += <usize>columns << 2;
  }
}

@inline
function rowByRow(op: i32, a: usize, b: usize, out: usize, n: i32): void {
  let rest = n;
  for (; rest >= 8; rest -= 8, a += 32, b += 32, out += 32) {
    const first = apply(op, v128.load(a), v128.load(b));
    const second = apply(op, v128.load(a, 16), v128.load(b, 16));
    v128.store(out, first);
    v128.store(out, second, 16);
  }
  if (rest >= 4) {
    v128.store(out, apply(op, v128.load(a), v128.load(b)));
    rest -= 4, a += 16, b += 16, out += 16;
  }
  if (rest > 0) storePart(out, apply(op, loadPart(a, rest), loadPart(b, rest)), rest);
}

@inline
function rowByNumber(op: i32, a: usize, y: v128, out: usize, n: i32): void {
  let rest = n;
  for (; rest >= 8; rest -= 8, a += 32, out += 32) {
    v128.store(out, apply(op, v128.load(a), y));
    v128.store(out, apply(op, v128.load(a, 16), y), 16);
  }
  if (rest >= 4) {
    v128.store(out, apply(op, v128.load(a), y));
    rest -= 4, a += 16, out += 16;
  }
  if (rest > 0) storePart(out, apply(op, loadPart(a, rest), y), rest);
}

@inline
function numberByRow(op: i32, x: v128, b: usize, out: usize, n: i32): void {
  let rest = n;
  for (; rest >= 4; rest -= 4, b += 16, out += 16) v128.store(out, apply(op, x, v128.load(b)));
  if (rest > 0) storePart(out, apply(op, x, loadPart(b, rest)), rest);
}
