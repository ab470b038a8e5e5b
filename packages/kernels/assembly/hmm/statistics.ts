/** Sums over rows weighted by posteriors [n,K]: what M-steps are made of. All are added to what is there. */
import { bytes, loadSome, storeSome } from '../chain/rows';

const BLOCK = 128; // rows that stay in the processor's cache while all sums of them are made

/** sums [K,D] += Σ weights_rk · x_rd, squares [K,D] += Σ weights_rk · x_rd² (0: not wanted), masses [K] += Σ weights_rk. */
export function weightedMoments(
  x: usize, weights: usize, masses: usize, sums: usize, squares: usize, n: i32, K: i32, D: i32,
): void {
  const row = bytes<f64>(K), line = bytes<f64>(D);
  for (let r = 0; r < n; r += BLOCK) {
    const count = min(BLOCK, n - r);
    for (let k = 0; k < K; k += 2) addMasses(weights + bytes<f64>(k), masses + bytes<f64>(k), count, row, K - k);
    for (let d = 0; d < D; d += 2) {
      let k = 0;
      for (; k + 4 <= K; k += 4) {
        const at = <usize>k * line + bytes<f64>(d);
        fourStates(x + bytes<f64>(d), weights + bytes<f64>(k), sums + at, squares != 0 ? squares + at : 0, count, row, line, D - d);
      }
      for (; k < K; k++) {
        const at = <usize>k * line + bytes<f64>(d);
        oneState(x + bytes<f64>(d), weights + bytes<f64>(k), sums + at, squares != 0 ? squares + at : 0, count, row, line, D - d);
      }
    }
    x += BLOCK * line, weights += BLOCK * row;
  }
}

/** x [n,D] −= origin [D], row by row; whether there is a NaN. */
export function centreRows(x: usize, origin: usize, n: i32, D: i32): bool {
  let gaps = f64x2.splat(0);
  for (let r = 0; r < n; r++) {
    for (let d = 0; d < D; d += 2) {
      const at = bytes<f64>(d);
      const value = f64x2.sub(loadSome<f64>(x + at, D - d), loadSome<f64>(origin + at, D - d));
      storeSome<f64>(x + at, value, D - d);
      gaps = v128.or(gaps, f64x2.ne(value, value));
    }
    x += bytes<f64>(D);
  }
  return v128.any_true(gaps);
}

function addMasses(weights: usize, masses: usize, n: i32, row: usize, K: i32): void {
  let sum = f64x2.splat(0);
  for (let r = 0; r < n; r++, weights += row) sum = f64x2.add(sum, loadSome<f64>(weights, K));
  addSome(masses, sum, K);
}

/** A pair of columns of four states; D: how many columns there are from here on. */
function fourStates(x: usize, weights: usize, sums: usize, squares: usize, n: i32, row: usize, line: usize, D: i32): void {
  let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  const end = weights + <usize>n * row;
  do {
    const value = loadSome<f64>(x, D);
    const squared = f64x2.mul(value, value);
    let w = v128.load_splat<f64>(weights);
    a0 = f64x2.add(f64x2.mul(w, value), a0);
    b0 = f64x2.add(f64x2.mul(w, squared), b0);
    w = v128.load_splat<f64>(weights, 8);
    a1 = f64x2.add(f64x2.mul(w, value), a1);
    b1 = f64x2.add(f64x2.mul(w, squared), b1);
    w = v128.load_splat<f64>(weights, 16);
    a2 = f64x2.add(f64x2.mul(w, value), a2);
    b2 = f64x2.add(f64x2.mul(w, squared), b2);
    w = v128.load_splat<f64>(weights, 24);
    a3 = f64x2.add(f64x2.mul(w, value), a3);
    b3 = f64x2.add(f64x2.mul(w, squared), b3);
    x += line, weights += row;
  } while (weights < end);
  addSome(sums, a0, D), addSome(sums + line, a1, D), addSome(sums + 2 * line, a2, D), addSome(sums + 3 * line, a3, D);
  if (squares == 0) return;
  addSome(squares, b0, D), addSome(squares + line, b1, D), addSome(squares + 2 * line, b2, D), addSome(squares + 3 * line, b3, D);
}

function oneState(x: usize, weights: usize, sums: usize, squares: usize, n: i32, row: usize, line: usize, D: i32): void {
  let sum = f64x2.splat(0), squared = sum;
  for (let r = 0; r < n; r++, x += line, weights += row) {
    const value = loadSome<f64>(x, D);
    const weighted = f64x2.mul(v128.load_splat<f64>(weights), value);
    sum = f64x2.add(sum, weighted);
    squared = f64x2.add(squared, f64x2.mul(weighted, value));
  }
  addSome(sums, sum, D);
  if (squares != 0) addSome(squares, squared, D);
}

@inline
function addSome(target: usize, value: v128, count: i32): void {
  storeSome<f64>(target, f64x2.add(loadSome<f64>(target, count), value), count);
}

/** Bytes of workspace of `weightedProducts`. */
export function weightedProductsWorkspace(D: i32): usize {
  const whole = (D + 3) & ~3;
  return bytes<f64>(2 * BLOCK * whole + 16);
}

/** products [K,D,D] += Σ weights_rk · x_r x_rᵀ. */
export function weightedProducts(x: usize, weights: usize, products: usize, workspace: usize, n: i32, K: i32, D: i32): void {
  const whole = (D + 3) & ~3;
  const values = workspace, weighted = values + bytes<f64>(BLOCK * whole), tile = weighted + bytes<f64>(BLOCK * whole);
  memory.fill(values, 0, bytes<f64>(BLOCK * whole));
  for (let r = 0; r < n; r += BLOCK) {
    const count = min(BLOCK, n - r);
    for (let i = 0; i < count; i++) {
      const target = values + bytes<f64>(i * whole);
      for (let d = 0; d < D; d++, x += 8) store<f64>(target + bytes<f64>(d), load<f64>(x));
    }
    for (let k = 0; k < K; k++) {
      weigh(values, weights + bytes<f64>(k), weighted, count, bytes<f64>(K), whole);
      addSymmetric(values, weighted, products + bytes<f64>(k * D * D), tile, count, D);
    }
    weights += bytes<f64>(count * K);
  }
}

/** weighted [n,whole] = values, each row times its weight. */
function weigh(values: usize, weights: usize, weighted: usize, n: i32, row: usize, whole: i32): void {
  for (let r = 0; r < n; r++, weights += row) {
    const w = v128.load_splat<f64>(weights);
    for (let d = 0; d < whole; d += 4, values += 32, weighted += 32) {
      v128.store(weighted, f64x2.mul(w, v128.load(values)));
      v128.store(weighted, f64x2.mul(w, v128.load(values, 16)), 16);
    }
  }
}

/** out [D,D] += weightedᵀ · values, which is symmetric: made of tiles up to the diagonal, and mirrored. */
function addSymmetric(values: usize, weighted: usize, out: usize, tile: usize, n: i32, D: i32): void {
  const line = bytes<f64>((D + 3) & ~3);
  for (let i = 0; i < D; i += 4) {
    for (let j = 0; j <= i; j += 4) {
      tileOf(weighted + bytes<f64>(i), values + bytes<f64>(j), tile, n, line);
      for (let a = i; a < min(i + 4, D); a++) {
        for (let b = j; b <= min(j + 3, a); b++) {
          const value = load<f64>(tile + bytes<f64>(4 * (a - i) + b - j));
          addOne(out + bytes<f64>(a * D + b), value);
          if (a != b) addOne(out + bytes<f64>(b * D + a), value);
        }
      }
    }
  }
}

@inline
function addOne(pointer: usize, value: f64): void {
  store<f64>(pointer, load<f64>(pointer) + value);
}

/** tile [4,4] = Σ over n rows of left [4] × right [4]. */
function tileOf(left: usize, right: usize, tile: usize, n: i32, line: usize): void {
  let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  const end = left + <usize>n * line;
  do {
    const near = v128.load(right), far = v128.load(right, 16);
    let x = v128.load_splat<f64>(left);
    a0 = f64x2.add(f64x2.mul(x, near), a0);
    b0 = f64x2.add(f64x2.mul(x, far), b0);
    x = v128.load_splat<f64>(left, 8);
    a1 = f64x2.add(f64x2.mul(x, near), a1);
    b1 = f64x2.add(f64x2.mul(x, far), b1);
    x = v128.load_splat<f64>(left, 16);
    a2 = f64x2.add(f64x2.mul(x, near), a2);
    b2 = f64x2.add(f64x2.mul(x, far), b2);
    x = v128.load_splat<f64>(left, 24);
    a3 = f64x2.add(f64x2.mul(x, near), a3);
    b3 = f64x2.add(f64x2.mul(x, far), b3);
    left += line, right += line;
  } while (left < end);
  v128.store(tile, a0), v128.store(tile, b0, 16), v128.store(tile, a1, 32), v128.store(tile, b1, 48);
  v128.store(tile, a2, 64), v128.store(tile, b2, 80), v128.store(tile, a3, 96), v128.store(tile, b3, 112);
}

/** counts [V,K] += weights [n,K], each row to that of its symbol [n] int32. */
export function scatterRows(symbols: usize, weights: usize, counts: usize, n: i32, K: i32): void {
  const row = bytes<f64>(K);
  for (let r = 0; r < n; r++, symbols += 4, weights += row) {
    const target = counts + <usize>load<i32>(symbols) * row;
    for (let k = 0; k < K; k += 2) {
      const at = bytes<f64>(k);
      addSome(target + at, loadSome<f64>(weights + at, K - k), K - k);
    }
  }
}
