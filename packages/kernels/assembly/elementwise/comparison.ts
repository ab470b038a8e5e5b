/** Comparisons and choices: masks are bytes, 0 or 1. */

/* out [rows,columns] bytes = whether a ∘ b; the strides are those of arithmetic. */
export function equal(
  a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize, rows: i32, columns: i32,
): void {
  over(EQUAL, a, aRow, aColumn, b, bRow, bColumn, out, rows, columns);
}
export function notEqual(
  a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize, rows: i32, columns: i32,
): void {
  over(NOT_EQUAL, a, aRow, aColumn, b, bRow, bColumn, out, rows, columns);
}
export function greater(
  a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize, rows: i32, columns: i32,
): void {
  over(GREATER, a, aRow, aColumn, b, bRow, bColumn, out, rows, columns);
}
export function greaterEqual(
  a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize, rows: i32, columns: i32,
): void {
  over(GREATER_EQUAL, a, aRow, aColumn, b, bRow, bColumn, out, rows, columns);
}
export function less(
  a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize, rows: i32, columns: i32,
): void {
  over(LESS, a, aRow, aColumn, b, bRow, bColumn, out, rows, columns);
}
export function lessEqual(
  a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize, rows: i32, columns: i32,
): void {
  over(LESS_EQUAL, a, aRow, aColumn, b, bRow, bColumn, out, rows, columns);
}

const EQUAL: i32 = 0, NOT_EQUAL: i32 = 1, GREATER: i32 = 2, GREATER_EQUAL: i32 = 3, LESS: i32 = 4, LESS_EQUAL: i32 = 5;

@inline
function over(
  op: i32, a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize, rows: i32, columns: i32,
): void {
  const aStep = <usize>aColumn << 2, bStep = <usize>bColumn << 2;
  for (let row = 0; row < rows; row++) {
    let x = a, y = b, rest = columns;
    for (; rest >= 4; rest -= 4, x += aStep << 2, y += bStep << 2, out += 4) {
      const left = aColumn != 0 ? v128.load(x) : v128.load_splat<f32>(x);
      const right = bColumn != 0 ? v128.load(y) : v128.load_splat<f32>(y);
      const words = i16x8.narrow_i32x4_s(test4(op, left, right), i32x4.splat(0));
      const bytes = v128.and(i8x16.narrow_i16x8_s(words, words), i8x16.splat(1));
      store<i32>(out, i32x4.extract_lane(bytes, 0));
    }
    for (; rest > 0; rest--, x += aStep, y += bStep, out++) store<u8>(out, test1(op, load<f32>(x), load<f32>(y)) ? 1 : 0);
    a += <usize>aRow << 2, b += <usize>bRow << 2;
  }
}

@inline
function test4(op: i32, x: v128, y: v128): v128 {
  if (op == EQUAL) return f32x4.eq(x, y);
  if (op == NOT_EQUAL) return f32x4.ne(x, y);
  if (op == GREATER) return f32x4.gt(x, y);
  if (op == GREATER_EQUAL) return f32x4.ge(x, y);
  if (op == LESS) return f32x4.lt(x, y);
  return f32x4.le(x, y);
}

@inline
function test1(op: i32, x: f32, y: f32): bool {
  if (op == EQUAL) return x == y;
  if (op == NOT_EQUAL) return x != y;
  if (op == GREATER) return x > y;
  if (op == GREATER_EQUAL) return x >= y;
  if (op == LESS) return x < y;
  return x <= y;
}

/** out [n] bytes, 0 or 1: whether neither a nor b is 0. */
export function logicalAnd(a: usize, b: usize, out: usize, n: i32): void {
  const zero = i8x16.splat(0), one = i8x16.splat(1);
  let rest = n;
  for (; rest >= 16; rest -= 16, a += 16, b += 16, out += 16) {
    const both = v128.and(i8x16.ne(v128.load(a), zero), i8x16.ne(v128.load(b), zero));
    v128.store(out, v128.and(both, one));
  }
  for (; rest > 0; rest--, a++, b++, out++) store<u8>(out, load<u8>(a) != 0 && load<u8>(b) != 0 ? 1 : 0);
}

/** out [n] bytes, 0 or 1: whether a or b is not 0. */
export function logicalOr(a: usize, b: usize, out: usize, n: i32): void {
  const zero = i8x16.splat(0), one = i8x16.splat(1);
  let rest = n;
  for (; rest >= 16; rest -= 16, a += 16, b += 16, out += 16) {
    v128.store(out, v128.and(i8x16.ne(v128.or(v128.load(a), v128.load(b)), zero), one));
  }
  for (; rest > 0; rest--, a++, b++, out++) store<u8>(out, (load<u8>(a) | load<u8>(b)) != 0 ? 1 : 0);
}

/** out [n] bytes, 0 or 1: whether x is 0. */
export function logicalNot(x: usize, out: usize, n: i32): void {
  const zero = i8x16.splat(0), one = i8x16.splat(1);
  let rest = n;
  for (; rest >= 16; rest -= 16, x += 16, out += 16) v128.store(out, v128.and(i8x16.eq(v128.load(x), zero), one));
  for (; rest > 0; rest--, x++, out++) store<u8>(out, load<u8>(x) == 0 ? 1 : 0);
}

/** out [n] of 4-byte numbers = a where the mask [n] is not 0, else b. */
export function select(mask: usize, a: usize, b: usize, out: usize, n: i32): void {
  const zero = i32x4.splat(0);
  let rest = n;
  for (; rest >= 4; rest -= 4, mask += 4, a += 16, b += 16, out += 16) {
    const words = i16x8.extend_low_i8x16_u(v128.load32_zero(mask));
    const keep = i32x4.ne(i32x4.extend_low_i16x8_u(words), zero);
    v128.store(out, v128.bitselect(v128.load(a), v128.load(b), keep));
  }
  for (; rest > 0; rest--, mask++, a += 4, b += 4, out += 4) store<u32>(out, load<u32>(load<u8>(mask) != 0 ? a : b));
}
