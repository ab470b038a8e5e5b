/**
 * Matrix product C = A·B in float32 over packed panels (Goto & van de Geijn 2008, doi:10.1145/1356052.1356053).
 * A is packed into panels of 4 rows, B into panels of 8 columns, both with the inner dimension outermost, so that the
 * innermost loop reads them straight through.
 */
import { COLUMNS, INNER_BLOCK, packedSizeA, packedSizeB, packLeft, packRight, ROWS } from './packing';
import { thinProduct } from './thin';
import { packedProduct } from './tiles';

const ROW_BLOCK: i32 = 128; // a block of A (192 kB) stays in the second-level cache

/** Bytes of one tile, which comes first in every workspace. */
const TILE: usize = <usize>(ROWS * COLUMNS * 4);

/** Bytes of workspace that `matrixProduct` wants. */
export function matrixWorkspace(m: i32, n: i32, k: i32, transposeA: bool, transposeB: bool): usize {
  if (isThin(m, n, transposeA, transposeB)) return 0;
  return factorWorkspace(m, k) + packedSizeB(n, min(k, INNER_BLOCK));
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
  const panels = workspace + factorWorkspace(m, k);
  for (let inner = 0; inner < k; inner += INNER_BLOCK) {
    const depth = min(k - inner, INNER_BLOCK);
    packRight(panels, b + (<usize>(transposeB ? inner : inner * bStride) << 2), n, depth, bStride, transposeB);
    const start = a + (<usize>(transposeA ? inner * aStride : inner) << 2);
    innerProduct(start, aStride, transposeA, panels, c, cStride, accumulate || inner > 0, m, n, depth, workspace);
  }
}

function clear(c: usize, stride: i32, m: i32, n: i32): void {
  for (let row = 0; row < m; row++) memory.fill(c + (<usize>(row * stride) << 2), 0, <usize>n << 2);
}

/** One inner block: the left factor is packed a block of rows at a time. */
function innerProduct(
  a: usize, aStride: i32, transposeA: bool, panels: usize,
  c: usize, cStride: i32, accumulate: bool, m: i32, n: i32, depth: i32, workspace: usize,
): void {
  for (let row = 0; row < m; row += ROW_BLOCK) {
    const rows = min(m - row, ROW_BLOCK);
    packLeft(workspace + TILE, a + (<usize>(transposeA ? row : row * aStride) << 2), rows, depth, aStride, transposeA);
    packedProduct(workspace + TILE, panels, c + (<usize>(row * cStride) << 2), cStride, accumulate, rows, n, depth, workspace);
  }
}

/** Bytes of workspace that `packedFactorProduct` wants. */
export function factorWorkspace(m: i32, k: i32): usize {
  return TILE + ((packedSizeA(min(m, ROW_BLOCK), min(k, INNER_BLOCK)) + 15) & ~15);
}

/** c [m,n] = or += a·b, where `packFactor` has packed b [k,n]: worth it where one b meets many a, even of one row. */
export function packedFactorProduct(
  a: usize, aStride: i32, transposeA: bool, panels: usize,
  c: usize, cStride: i32, accumulate: bool, m: i32, n: i32, k: i32, workspace: usize,
): void {
  for (let inner = 0; inner < k; inner += INNER_BLOCK) {
    const start = a + (<usize>(transposeA ? inner * aStride : inner) << 2);
    const depth = min(k - inner, INNER_BLOCK);
    innerProduct(start, aStride, transposeA, panels + packedSizeB(n, inner), c, cStride, accumulate || inner > 0, m, n, depth, workspace);
  }
}
