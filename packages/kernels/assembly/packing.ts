/** Factors of a matrix product, rearranged into panels that the innermost loop reads straight through. */
import { loadLanes } from './math';

/** Lanes of a panel of the left and of the right factor, so the sides of a tile; larger tiles spill registers. */
export const ROWS: i32 = 4;
export const COLUMNS: i32 = 8;

/** The inner dimension is cut into blocks of this depth: then a panel of the right factor (12 kB) stays in the first-level cache. */
export const INNER_BLOCK: i32 = 384;

/** Bytes of m rows of depth k, packed as the left factor. */
@inline
export function packedSizeA(m: i32, k: i32): usize {
  return (<usize>m * <usize>k) << 2;
}

/** Bytes of n columns of depth k, packed as the right factor. */
@inline
export function packedSizeB(n: i32, k: i32): usize {
  return (<usize>((n + COLUMNS - 1) & -COLUMNS) * <usize>k) << 2;
}

/**
 * Packs m rows of depth k as the left factor; the source [m,k], or [k,m] with `transposed`, has rows `stride` floats apart.
 * The last panel is as narrow as the rows that are left.
 */
export function packLeft(panels: usize, source: usize, m: i32, k: i32, stride: i32, transposed: bool): void {
  for (let row = 0; row < m; row += ROWS) {
    const rows = min(m - row, ROWS);
    if (transposed) packAlong(panels, source + (<usize>row << 2), rows, k, stride, rows);
    else packAcross(panels, source + (<usize>(row * stride) << 2), rows, k, stride, rows);
    panels += <usize>(k * rows) << 2;
  }
}

/**
 * Packs n columns of depth k as the right factor; the source [k,n], or [n,k] with `transposed`, has rows `stride` floats apart.
 * Lanes past the last column are 0.
 */
export function packRight(panels: usize, source: usize, n: i32, k: i32, stride: i32, transposed: bool): void {
  for (let column = 0; column < n; column += COLUMNS) {
    const columns = min(n - column, COLUMNS);
    if (transposed) packAcross(panels, source + (<usize>(column * stride) << 2), columns, k, stride, COLUMNS);
    else packAlong(panels, source + (<usize>column << 2), columns, k, stride, COLUMNS);
    panels += <usize>(k * COLUMNS) << 2;
  }
}

/** Packs a right factor of any depth, one inner block after another, as `packedFactorProduct` wants it. */
export function packFactor(panels: usize, source: usize, n: i32, k: i32, stride: i32, transposed: bool): void {
  for (let inner = 0; inner < k; inner += INNER_BLOCK) {
    const start = source + (<usize>(transposed ? inner : inner * stride) << 2);
    packRight(panels + packedSizeB(n, inner), start, n, min(k - inner, INNER_BLOCK), stride, transposed);
  }
}

/** A panel whose lanes are neighbours in the source: panel[p][lane] = source[p][lane]. */
function packAlong(panel: usize, source: usize, lanes: i32, k: i32, stride: i32, width: i32): void {
  const step = <usize>stride << 2;
  const end = panel + (<usize>(k * width) << 2);
  if (lanes == COLUMNS) {
    for (; panel < end; panel += 32, source += step) {
      v128.store(panel, v128.load(source));
      v128.store(panel, v128.load(source, 16), 16);
    }
  } else if (width == COLUMNS) {
    for (; panel < end; panel += 32, source += step) {
      v128.store(panel, loadLanes(source, lanes));
      v128.store(panel, lanes > 4 ? loadLanes(source + 16, lanes - 4) : f32x4.splat(0), 16);
    }
  } else if (lanes == ROWS) {
    for (; panel < end; panel += 16, source += step) v128.store(panel, v128.load(source));
  } else {
    for (; panel < end; panel += <usize>lanes << 2, source += step) {
      for (let lane: usize = 0; lane < <usize>lanes << 2; lane += 4) store<f32>(panel + lane, load<f32>(source + lane));
    }
  }
}

/** A panel whose lanes are rows of the source: panel[p][lane] = source[lane][p]. */
function packAcross(panel: usize, source: usize, lanes: i32, k: i32, stride: i32, width: i32): void {
  const step = <usize>stride << 2;
  const line = <usize>width << 2;
  let lane = 0;
  for (; lane + 4 <= lanes; lane += 4, panel += 16, source += step << 2) {
    let p = 0;
    for (; p + 4 <= k; p += 4) transpose4(panel + <usize>p * line, line, source + (<usize>p << 2), step);
    for (; p < k; p++) {
      for (let l: usize = 0; l < 4; l++) store<f32>(panel + <usize>p * line + (l << 2), load<f32>(source + l * step + (<usize>p << 2)));
    }
  }
  for (; lane < width; lane++, panel += 4, source += step) {
    for (let p = 0; p < k; p++) store<f32>(panel + <usize>p * line, lane < lanes ? load<f32>(source + (<usize>p << 2)) : 0);
  }
}

/** A 4×4 block, transposed. */
@inline
export function transpose4(target: usize, line: usize, source: usize, step: usize): void {
  const r0 = v128.load(source), r1 = v128.load(source + step);
  const r2 = v128.load(source + 2 * step), r3 = v128.load(source + 3 * step);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(target + line, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(target + 2 * line, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(target + 3 * line, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}
