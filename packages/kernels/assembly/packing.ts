/** Factors of a matrix product, rearranged into panels that the innermost loop reads straight through. */

/** Lanes of a panel of the left and of the right factor, so the sides of a tile; larger tiles spill registers. */
export const ROWS: i32 = 4;
export const COLUMNS: i32 = 8;

/** Bytes of m rows of depth k, packed as the left factor. */
@inline
export function packedSizeA(m: i32, k: i32): usize {
  return <usize>roundUp(m, ROWS) * <usize>k * 4;
}

/** Bytes of n columns of depth k, packed as the right factor. */
@inline
export function packedSizeB(n: i32, k: i32): usize {
  return <usize>roundUp(n, COLUMNS) * <usize>k * 4;
}

@inline
function roundUp(value: i32, multiple: i32): i32 {
  return (value + multiple - 1) / multiple * multiple;
}

/** Packs m rows of depth k as the left factor; the source [m,k], or [k,m] with `transposed`, has rows `stride` floats apart. */
export function packLeft(panels: usize, source: usize, m: i32, k: i32, stride: i32, transposed: bool): void {
  for (let row = 0; row < m; row += ROWS) {
    const rows = min(m - row, ROWS);
    if (transposed) packAlong(panels, source + (<usize>row << 2), rows, k, stride, ROWS);
    else packAcross(panels, source + (<usize>(row * stride) << 2), rows, k, stride, ROWS);
    panels += <usize>(k * ROWS) << 2;
  }
}

/** Packs n columns of depth k as the right factor; the source [k,n], or [n,k] with `transposed`, has rows `stride` floats apart. */
export function packRight(panels: usize, source: usize, n: i32, k: i32, stride: i32, transposed: bool): void {
  for (let column = 0; column < n; column += COLUMNS) {
    const columns = min(n - column, COLUMNS);
    if (transposed) packAcross(panels, source + (<usize>(column * stride) << 2), columns, k, stride, COLUMNS);
    else packAlong(panels, source + (<usize>column << 2), columns, k, stride, COLUMNS);
    panels += <usize>(k * COLUMNS) << 2;
  }
}

/** A panel whose lanes are neighbours in the source: panel[p][lane] = source[p][lane], missing lanes 0. */
function packAlong(panel: usize, source: usize, lanes: i32, k: i32, stride: i32, width: i32): void {
  const step = <usize>stride << 2;
  for (let p = 0; p < k; p++) {
    if (lanes == width) {
      v128.store(panel, v128.load(source));
      if (width == COLUMNS) v128.store(panel, v128.load(source, 16), 16);
    } else {
      for (let lane = 0; lane < width; lane++) {
        store<f32>(panel + (<usize>lane << 2), lane < lanes ? load<f32>(source + (<usize>lane << 2)) : 0);
      }
    }
    panel += <usize>width << 2;
    source += step;
  }
}

/** A panel whose lanes are rows of the source: panel[p][lane] = source[lane][p], missing lanes 0. */
function packAcross(panel: usize, source: usize, lanes: i32, k: i32, stride: i32, width: i32): void {
  const step = <usize>stride << 2;
  const line = <usize>width << 2;
  for (let lane = 0; lane < width; lane += 4) {
    let p = 0;
    if (lane + 4 <= lanes) {
      for (; p + 4 <= k; p += 4) transpose4(panel + <usize>p * line, line, source + (<usize>p << 2), step);
    }
    for (; p < k; p++) {
      for (let l = 0; l < 4; l++) {
        const value: f32 = lane + l < lanes ? load<f32>(source + <usize>l * step + (<usize>p << 2)) : 0;
        store<f32>(panel + <usize>p * line + (<usize>l << 2), value);
      }
    }
    panel += 16;
    source += step << 2;
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

