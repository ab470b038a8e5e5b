/** Matrix products with so few rows or columns that packing would not pay: a vector times a matrix, again and again. */
import { storeRow } from './tiles';

/** Products with a row or column too few to pay for packing: vector times matrix, once for each row or column. */
export function thinProduct(
  a: usize, aStride: i32, transposeA: bool, b: usize, bStride: i32, transposeB: bool,
  c: usize, cStride: i32, accumulate: bool, m: i32, n: i32, k: i32,
): void {
  if (n == 1 && cStride == 1) {
    const step: usize = transposeB ? 4 : <usize>bStride << 2;
    if (step == 4 || transposeA) return vectorProduct(b, step, a, aStride, !transposeA, c, accumulate, m, k);
  }
  const step = transposeA ? <usize>aStride << 2 : 4;
  for (let row = 0; row < m; row++) {
    const start = a + (<usize>(transposeA ? row : row * aStride) << 2);
    vectorProduct(start, step, b, bStride, transposeB, c + (<usize>(row * cStride) << 2), accumulate, n, k);
  }
}

/** c [n] = or += x·b, where the elements of x [k] are `step` bytes apart and b is [k,n], or [n,k] with `transposed`. */
function vectorProduct(
  x: usize, step: usize, b: usize, stride: i32, transposed: bool, c: usize, accumulate: bool, n: i32, k: i32,
): void {
  const line = <usize>stride << 2;
  if (!transposed) columnSums(x, step, b, line, c, n, k, accumulate);
  else if (step == 4) rowDots(x, b, line, c, n, k, accumulate);
  else stridedDots(x, step, b, line, c, n, k, accumulate);
}

/** b [k,n]: sixteen columns at a time, then four, then one. */
function columnSums(x: usize, step: usize, b: usize, line: usize, c: usize, n: i32, k: i32, accumulate: bool): void {
  const end = x + <usize>k * step;
  let column = 0;
  for (; column + 16 <= n; column += 16, b += 64, c += 64) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (let p = x, q = b; p < end; p += step, q += line) {
      const value = v128.load_splat<f32>(p);
      s0 = f32x4.add(f32x4.mul(value, v128.load(q)), s0);
      s1 = f32x4.add(f32x4.mul(value, v128.load(q, 16)), s1);
      s2 = f32x4.add(f32x4.mul(value, v128.load(q, 32)), s2);
      s3 = f32x4.add(f32x4.mul(value, v128.load(q, 48)), s3);
    }
    storeRow(c, s0, s1, accumulate);
    storeRow(c + 32, s2, s3, accumulate);
  }
  for (; column + 4 <= n; column += 4, b += 16, c += 16) {
    let sum = accumulate ? v128.load(c) : f32x4.splat(0);
    for (let p = x, q = b; p < end; p += step, q += line) {
      sum = f32x4.add(f32x4.mul(v128.load_splat<f32>(p), v128.load(q)), sum);
    }
    v128.store(c, sum);
  }
  for (; column < n; column++, b += 4, c += 4) {
    let sum: f32 = accumulate ? load<f32>(c) : 0;
    for (let p = x, q = b; p < end; p += step, q += line) sum += load<f32>(p) * load<f32>(q);
    store<f32>(c, sum);
  }
}

/** b [n,k] with x scattered: rare, so without SIMD. */
function stridedDots(x: usize, step: usize, b: usize, line: usize, c: usize, n: i32, k: i32, accumulate: bool): void {
  for (let row = 0; row < n; row++, b += line, c += 4) {
    let sum: f32 = accumulate ? load<f32>(c) : 0;
    for (let p = 0; p < k; p++) sum += load<f32>(x + <usize>p * step) * load<f32>(b + (<usize>p << 2));
    store<f32>(c, sum);
  }
}

/** b [n,k]: one dot product for each of its rows, four rows at a time. */
function rowDots(x: usize, b: usize, line: usize, c: usize, n: i32, k: i32, accumulate: bool): void {
  let row = 0;
  for (; row + 4 <= n; row += 4, b += 4 * line, c += 16) {
    const sums = fourDots(x, b, k, line);
    v128.store(c, accumulate ? f32x4.add(v128.load(c), sums) : sums);
  }
  for (; row < n; row++, b += line, c += 4) {
    const sum = oneDot(x, b, k);
    store<f32>(c, accumulate ? load<f32>(c) + sum : sum);
  }
}

function fourDots(x: usize, b: usize, k: i32, line: usize): v128 {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  const end = x + (<usize>k << 2);
  for (const whole = x + (<usize>(k & ~3) << 2); x < whole; x += 16, b += 16) {
    const value = v128.load(x);
    s0 = f32x4.add(f32x4.mul(value, v128.load(b)), s0);
    s1 = f32x4.add(f32x4.mul(value, v128.load(b + line)), s1);
    s2 = f32x4.add(f32x4.mul(value, v128.load(b + 2 * line)), s2);
    s3 = f32x4.add(f32x4.mul(value, v128.load(b + 3 * line)), s3);
  }
  const low01 = v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), low23 = v128.shuffle<f32>(s2, s3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(s0, s1, 2, 6, 3, 7), high23 = v128.shuffle<f32>(s2, s3, 2, 6, 3, 7);
  let sums = f32x4.add(
    f32x4.add(v128.shuffle<f32>(low01, low23, 0, 1, 4, 5), v128.shuffle<f32>(low01, low23, 2, 3, 6, 7)),
    f32x4.add(v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), v128.shuffle<f32>(high01, high23, 2, 3, 6, 7)),
  );
  for (; x < end; x += 4, b += 4) {
    const column = f32x4(load<f32>(b), load<f32>(b + line), load<f32>(b + 2 * line), load<f32>(b + 3 * line));
    sums = f32x4.add(f32x4.mul(v128.load_splat<f32>(x), column), sums);
  }
  return sums;
}

function oneDot(x: usize, b: usize, k: i32): f32 {
  let sums = f32x4.splat(0);
  const end = x + (<usize>k << 2);
  for (const whole = x + (<usize>(k & ~3) << 2); x < whole; x += 16, b += 16) {
    sums = f32x4.add(f32x4.mul(v128.load(x), v128.load(b)), sums);
  }
  let sum = horizontalSum(sums);
  for (; x < end; x += 4, b += 4) sum += load<f32>(x) * load<f32>(b);
  return sum;
}

@inline
function horizontalSum(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

