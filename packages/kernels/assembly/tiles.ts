/**
 * The innermost loops of matrix products: tiles of the result, whose sums stay in registers, from two packed panels.
 *
 * How they are written is worth a third of their speed in V8: loops test at their end, as a test at the beginning becomes a jump more,
 * and what is added to a product stands on its right, where withFusedMultiplyAdd finds it.
 */
import { loadLanes, storeLanes } from './math';
import { COLUMNS, ROWS } from './packing';

/**
 * c [m,n] = or += packed left factor · packed right factor of depth k ≥ 1, rows of c `stride` floats apart; `tile` is scratch for 32 floats.
 * A 4×8 tile keeps its sums in 8 of the 16 SIMD registers.
 */
export function packedProduct(
  panelsA: usize, panelsB: usize, c: usize, stride: i32, accumulate: bool, m: i32, n: i32, k: i32, tile: usize,
): void {
  const line = <usize>stride << 2;
  const panelB = <usize>(k * COLUMNS) << 2;
  const rows = m % ROWS;
  const whole = m - rows;
  let b = panelsB, target = c, column = 0;
  for (; column + COLUMNS <= n; column += COLUMNS, b += panelB, target += COLUMNS << 2) {
    tilesDown(panelsA, b, target, whole, k, line, accumulate);
  }
  if (column < n) {
    const panelA = <usize>(k * ROWS) << 2;
    for (let row = 0, a = panelsA; row < whole; row += ROWS, a += panelA, target += line * ROWS) {
      tilesDown(a, b, tile, ROWS, k, COLUMNS << 2, false);
      copyTile(tile, target, ROWS, n - column, line, accumulate);
    }
  }
  if (rows > 0) lastRows(panelsA + (<usize>(whole * k) << 2), panelsB, c + <usize>whole * line, line, accumulate, rows, n, k, tile);
}

/** The tiles [4,8] of one panel of columns, from the first row to row m. */
function tilesDown(a: usize, b: usize, c: usize, m: i32, k: i32, line: usize, accumulate: bool): void {
  for (let row = 0; row < m; row += ROWS, c += line * ROWS) {
    let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
    let q = b;
    const end = a + (<usize>k << 4);
    do {
      const b0 = v128.load(q), b1 = v128.load(q, 16);
      let x = v128.load_splat<f32>(a);
      c00 = f32x4.add(f32x4.mul(x, b0), c00);
      c01 = f32x4.add(f32x4.mul(x, b1), c01);
      x = v128.load_splat<f32>(a, 4);
      c10 = f32x4.add(f32x4.mul(x, b0), c10);
      c11 = f32x4.add(f32x4.mul(x, b1), c11);
      x = v128.load_splat<f32>(a, 8);
      c20 = f32x4.add(f32x4.mul(x, b0), c20);
      c21 = f32x4.add(f32x4.mul(x, b1), c21);
      x = v128.load_splat<f32>(a, 12);
      c30 = f32x4.add(f32x4.mul(x, b0), c30);
      c31 = f32x4.add(f32x4.mul(x, b1), c31);
      a += 16, q += 32;
    } while (a < end);
    storeRow(c, c00, c01, accumulate);
    storeRow(c + line, c10, c11, accumulate);
    storeRow(c + 2 * line, c20, c21, accumulate);
    storeRow(c + 3 * line, c30, c31, accumulate);
  }
}

/** The one to three rows that fill no panel. */
function lastRows(
  a: usize, b: usize, c: usize, line: usize, accumulate: bool, rows: i32, n: i32, k: i32, tile: usize,
): void {
  const panelB = <usize>(k * COLUMNS) << 2;
  let column = 0;
  if (rows == 1) {
    for (; column + 4 * COLUMNS <= n; column += 4 * COLUMNS, b += 4 * panelB, c += 128) oneLongRow(a, b, c, k, panelB, accumulate);
  }
  for (; column < n; column += COLUMNS, b += panelB, c += COLUMNS << 2) {
    const inside = column + COLUMNS <= n;
    const target = inside ? c : tile;
    const step = inside ? line : COLUMNS << 2;
    if (rows == 1) oneRow(a, b, target, k, accumulate && inside);
    else if (rows == 2) twoRows(a, b, target, k, step, accumulate && inside);
    else threeRows(a, b, target, k, step, accumulate && inside);
    if (!inside) copyTile(tile, c, rows, n - column, line, accumulate);
  }
}

function threeRows(a: usize, b: usize, c: usize, k: i32, line: usize, accumulate: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  const end = a + <usize>(k * 12);
  do {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c00 = f32x4.add(f32x4.mul(x, b0), c00);
    c01 = f32x4.add(f32x4.mul(x, b1), c01);
    x = v128.load_splat<f32>(a, 4);
    c10 = f32x4.add(f32x4.mul(x, b0), c10);
    c11 = f32x4.add(f32x4.mul(x, b1), c11);
    x = v128.load_splat<f32>(a, 8);
    c20 = f32x4.add(f32x4.mul(x, b0), c20);
    c21 = f32x4.add(f32x4.mul(x, b1), c21);
    a += 12, b += 32;
  } while (a < end);
  storeRow(c, c00, c01, accumulate);
  storeRow(c + line, c10, c11, accumulate);
  storeRow(c + 2 * line, c20, c21, accumulate);
}

function twoRows(a: usize, b: usize, c: usize, k: i32, line: usize, accumulate: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00;
  const end = a + (<usize>k << 3);
  do {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c00 = f32x4.add(f32x4.mul(x, b0), c00);
    c01 = f32x4.add(f32x4.mul(x, b1), c01);
    x = v128.load_splat<f32>(a, 4);
    c10 = f32x4.add(f32x4.mul(x, b0), c10);
    c11 = f32x4.add(f32x4.mul(x, b1), c11);
    a += 8, b += 32;
  } while (a < end);
  storeRow(c, c00, c01, accumulate);
  storeRow(c + line, c10, c11, accumulate);
}

function oneRow(a: usize, b: usize, c: usize, k: i32, accumulate: bool): void {
  let c0 = f32x4.splat(0), c1 = c0;
  const end = a + (<usize>k << 2);
  do {
    const x = v128.load_splat<f32>(a);
    c0 = f32x4.add(f32x4.mul(x, v128.load(b)), c0);
    c1 = f32x4.add(f32x4.mul(x, v128.load(b, 16)), c1);
    a += 4, b += 32;
  } while (a < end);
  storeRow(c, c0, c1, accumulate);
}

/** One row of four panels at once, so that eight sums are under way while one addition takes its time. */
function oneLongRow(a: usize, b: usize, c: usize, k: i32, panel: usize, accumulate: bool): void {
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
  const second = panel, third = panel << 1, fourth = second + third;
  const end = a + (<usize>k << 2);
  do {
    const x = v128.load_splat<f32>(a);
    c0 = f32x4.add(f32x4.mul(x, v128.load(b)), c0);
    c1 = f32x4.add(f32x4.mul(x, v128.load(b, 16)), c1);
    c2 = f32x4.add(f32x4.mul(x, v128.load(b + second)), c2);
    c3 = f32x4.add(f32x4.mul(x, v128.load(b + second, 16)), c3);
    c4 = f32x4.add(f32x4.mul(x, v128.load(b + third)), c4);
    c5 = f32x4.add(f32x4.mul(x, v128.load(b + third, 16)), c5);
    c6 = f32x4.add(f32x4.mul(x, v128.load(b + fourth)), c6);
    c7 = f32x4.add(f32x4.mul(x, v128.load(b + fourth, 16)), c7);
    a += 4, b += 32;
  } while (a < end);
  storeRow(c, c0, c1, accumulate);
  storeRow(c + 32, c2, c3, accumulate);
  storeRow(c + 64, c4, c5, accumulate);
  storeRow(c + 96, c6, c7, accumulate);
}

/** Stores eight floats, or adds them to what is there. */
@inline
export function storeRow(c: usize, left: v128, right: v128, accumulate: bool): void {
  if (accumulate) {
    left = f32x4.add(left, v128.load(c));
    right = f32x4.add(right, v128.load(c, 16));
  }
  v128.store(c, left);
  v128.store(c, right, 16);
}

/** The part of a tile that lies inside of c: its first `columns` (1 to 7). */
function copyTile(tile: usize, c: usize, rows: i32, columns: i32, line: usize, accumulate: bool): void {
  for (let i = 0; i < rows; i++, tile += COLUMNS << 2, c += line) {
    storePart(c, v128.load(tile), columns, accumulate);
    if (columns > 4) storePart(c + 16, v128.load(tile, 16), columns - 4, accumulate);
  }
}

@inline
function storePart(c: usize, value: v128, lanes: i32, accumulate: bool): void {
  storeLanes(c, accumulate ? f32x4.add(value, loadLanes(c, lanes)) : value, lanes);
}
