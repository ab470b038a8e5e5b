/**
 * Matrix product C = A·B in float32 over packed panels (Goto & van de Geijn 2008, doi:10.1145/1356052.1356053).
 * A is packed into panels of 4 rows, B into panels of 8 columns, both with the inner dimension outermost, so that the
 * innermost loop reads them straight through. A 4×8 tile keeps its sums in 8 of the 16 SIMD registers.
 */
import { COLUMNS, packedSizeA, packedSizeB, packLeft, packRight, ROWS } from './packing';
import { storeRow, thinProduct } from './thin';

const INNER_BLOCK: i32 = 384; // a panel of B (12 kB) stays in the first-level cache
const ROW_BLOCK: i32 = 128; // a block of A (192 kB) stays in the second-level cache

/** Bytes of workspace that `matrixProduct` wants. */
export function matrixWorkspace(m: i32, n: i32, k: i32, transposeA: bool, transposeB: bool): usize {
  if (isThin(m, n, transposeA, transposeB)) return 0;
  const depth = min(k, INNER_BLOCK);
  return packedSizeA(min(m, ROW_BLOCK), depth) + packedSizeB(n, depth) + <usize>(ROWS * COLUMNS * 4);
}

/**
 * `batch` products c [m,n] = a·b, or c += a·b with `accumulate`. a is [m,k], or [k,m] with `transposeA`; b is [k,n], or
 * [n,k] with `transposeB`. Rows are `…Stride` floats apart, and the operands of the next product lie `…Step` floats further on.
 */
export function matrixProduct(
  a: usize, aStride: i32, aStep: i32, transposeA: bool, b: usize, bStride: i32, bStep: i32, transposeB: bool,
  c: usize, cStride: i32, cStep: i32, accumulate: bool, m: i32, n: i32, k: i32, batch: i32, workspace: usize,
): void {
  const thin = isThin(m, n, transposeA, transposeB);
  for (let i = 0; i < batch; i++) {
    if (thin) thinProduct(a, aStride, transposeA, b, bStride, transposeB, c, cStride, accumulate, m, n, k);
    else blockedProduct(a, aStride, transposeA, b, bStride, transposeB, c, cStride, accumulate, m, n, k, workspace);
    a += <usize>aStep << 2;
    b += <usize>bStep << 2;
    c += <usize>cStep << 2;
  }
}

/** Whether packing would not pay: almost a vector times a matrix. */
@inline
function isThin(m: i32, n: i32, transposeA: bool, transposeB: bool): bool {
  return n == 1 || m == 1 || (m < ROWS && !(transposeA && transposeB));
}

function blockedProduct(
  a: usize, aStride: i32, transposeA: bool, b: usize, bStride: i32, transposeB: bool,
  c: usize, cStride: i32, accumulate: bool, m: i32, n: i32, k: i32, workspace: usize,
): void {
  if (k == 0 && !accumulate) clear(c, cStride, m, n);
  const panelsB = workspace + <usize>(ROWS * COLUMNS * 4);
  const panelsA = panelsB + packedSizeB(n, min(k, INNER_BLOCK));
  for (let inner = 0; inner < k; inner += INNER_BLOCK) {
    const depth = min(k - inner, INNER_BLOCK);
    packRight(panelsB, b + (<usize>(transposeB ? inner : inner * bStride) << 2), n, depth, bStride, transposeB);
    for (let row = 0; row < m; row += ROW_BLOCK) {
      const rows = min(m - row, ROW_BLOCK);
      const start = transposeA ? inner * aStride + row : row * aStride + inner;
      packLeft(panelsA, a + (<usize>start << 2), rows, depth, aStride, transposeA);
      const target = c + (<usize>(row * cStride) << 2);
      packedProduct(panelsA, panelsB, target, cStride, accumulate || inner > 0, rows, n, depth, workspace);
    }
  }
}

function clear(c: usize, stride: i32, m: i32, n: i32): void {
  for (let row = 0; row < m; row++) memory.fill(c + (<usize>(row * stride) << 2), 0, <usize>n << 2);
}

/** c [m,n] = or += packed left factor · packed right factor; `tile` is scratch for 32 floats. */
export function packedProduct(
  panelsA: usize, panelsB: usize, c: usize, stride: i32, accumulate: bool, m: i32, n: i32, k: i32, tile: usize,
): void {
  const panelA = <usize>(k * ROWS) << 2;
  const panelB = <usize>(k * COLUMNS) << 2;
  for (let column = 0; column < n; column += COLUMNS) {
    let a = panelsA;
    for (let row = 0; row < m; row += ROWS) {
      const target = c + (<usize>(row * stride + column) << 2);
      if (row + ROWS <= m && column + COLUMNS <= n) {
        multiplyTile(a, panelsB, target, k, <usize>stride << 2, accumulate);
      } else {
        multiplyTile(a, panelsB, tile, k, <usize>COLUMNS << 2, false);
        copyTile(tile, target, min(m - row, ROWS), min(n - column, COLUMNS), <usize>stride << 2, accumulate);
      }
      a += panelA;
    }
    panelsB += panelB;
  }
}

/** One tile [4,8] at `c`, rows `stride` bytes apart. */
function multiplyTile(a: usize, b: usize, c: usize, k: i32, stride: usize, accumulate: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (const end = a + (<usize>k << 4); a < end; a += 16, b += 32) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c00 = f32x4.add(c00, f32x4.mul(x, b0));
    c01 = f32x4.add(c01, f32x4.mul(x, b1));
    x = v128.load_splat<f32>(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x, b0));
    c11 = f32x4.add(c11, f32x4.mul(x, b1));
    x = v128.load_splat<f32>(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(x, b0));
    c21 = f32x4.add(c21, f32x4.mul(x, b1));
    x = v128.load_splat<f32>(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(x, b0));
    c31 = f32x4.add(c31, f32x4.mul(x, b1));
  }
  storeRow(c, c00, c01, accumulate);
  storeRow(c + stride, c10, c11, accumulate);
  storeRow(c + 2 * stride, c20, c21, accumulate);
  storeRow(c + 3 * stride, c30, c31, accumulate);
}

/** The part of a tile that lies inside of c. */
function copyTile(tile: usize, c: usize, rows: i32, columns: i32, stride: usize, accumulate: bool): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const target = c + (<usize>j << 2);
      const value = load<f32>(tile + (<usize>j << 2));
      store<f32>(target, accumulate ? load<f32>(target) + value : value);
    }
    tile += <usize>COLUMNS << 2;
    c += stride;
  }
}

