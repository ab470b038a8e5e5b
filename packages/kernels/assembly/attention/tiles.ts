/** The tiles of chunked attention: which real keys a block of queries sees, and factors for the products of tiles. */
import { loadLanes, storeLanes } from '../math';
import { packLeft, transpose4 } from '../packing';
import { at, fullRows, TILE, Work } from './work';

/** Finds the real keys of a sequence. */
export function findRealKeys(work: Work, mask: usize): void {
  let real = 0;
  for (let k = 0; k < work.K; k++) {
    store<i32>(at(work.ranks, k), real);
    if (load<u8>(mask + k)) store<i32>(at(work.positions, real++), k);
  }
  store<i32>(at(work.ranks, work.K), real);
  work.real = real;
}

/** Rows of the tile of keys that begins at a real key: a multiple of four, so up to three beyond the last. */
@inline
export function tileHeight(work: Work, start: i32): i32 {
  return min(TILE, fullRows(work.real - start));
}

/** Packs the real rows of x [K,width] tile by tile as left factors: as `rows` [·,width] and as `columns` [width,·], where these are not 0. */
export function packTiles(work: Work, x: usize, width: i32, rows: usize, columns: usize): void {
  for (let start = 0; start < work.real; start += TILE) {
    const height = tileHeight(work, start);
    gather(work, x, width, start, height);
    if (rows) packLeft(at(rows, start * width), work.rows, height, width, width, false);
    if (columns) packLeft(at(columns, start * width), work.rows, width, height, width, true);
  }
}

/** Copies the real rows of a tile, and zeros below them. */
function gather(work: Work, x: usize, width: i32, start: i32, height: i32): void {
  const line = <usize>width << 2;
  for (let row = 0, target = work.rows; row < height; row++, target += line) {
    if (start + row < work.real) memory.copy(target, x + <usize>load<i32>(at(work.positions, start + row)) * line, line);
    else memory.fill(target, 0, line);
  }
}

/** Writes the rows of the real keys to their places in x [K,width], and zeros to the others; or adds them to what is there. */
export function spread(work: Work, rows: usize, x: usize, width: i32): void {
  const line = <usize>width << 2;
  for (let k = 0; k < work.K; k++, x += line) {
    const rank = load<i32>(at(work.ranks, k));
    const real = load<i32>(at(work.ranks, k + 1)) > rank;
    if (!real && !work.accumulate) memory.fill(x, 0, line);
    else if (real && work.accumulate) addRow(x, rows + <usize>rank * line, width);
    else if (real) memory.copy(x, rows + <usize>rank * line, line);
  }
}

function addRow(target: usize, source: usize, count: i32): void {
  for (; count > 0; count -= 4, target += 16, source += 16) {
    storeLanes(target, f32x4.add(loadLanes(target, count), loadLanes(source, count)), count);
  }
}

/** Finds what each of the queries from `first` on may see of the real keys: from the first to before the end. Both grow with the query. */
export function findRanges(work: Work, first: i32, count: i32): void {
  const ahead = work.K - work.Q;
  for (let i = 0; i < TILE; i++) {
    const position = ahead + first + min(i, count - 1);
    const from = work.window ? max(0, position - work.window + 1) : 0;
    const to = work.causal ? position + 1 : work.window ? min(work.K, position + work.window) : work.K;
    store<i32>(at(work.from, i), load<i32>(at(work.ranks, from)));
    store<i32>(at(work.to, i), load<i32>(at(work.ranks, to)));
  }
}

/** Makes −∞ of the energies [height,8] of keys that the eight queries from `query` of the tile do not see. */
export function close(work: Work, panel: i32, start: i32, height: i32, first: i32, count: i32, pattern: usize): void {
  const query = panel << 3;
  const energies = at(work.weights, query * TILE);
  if (load<i32>(at(work.from, query + 7)) > start || load<i32>(at(work.to, query)) < start + height) {
    const from0 = v128.load(at(work.from, query)), from1 = v128.load(at(work.from, query), 16);
    const to0 = v128.load(at(work.to, query)), to1 = v128.load(at(work.to, query), 16);
    for (let row = 0, x = energies; row < height; row++, x += 32) {
      const key = i32x4.splat(start + row);
      v128.store(x, onlyWithin(v128.load(x), key, from0, to0));
      v128.store(x, onlyWithin(v128.load(x, 16), key, from1, to1), 16);
    }
  }
  if (pattern) closePattern(work, energies, start, pattern + <usize>(first + query) * work.K, min(8, count - query));
}

@inline
function onlyWithin(x: v128, key: v128, from: v128, to: v128): v128 {
  return v128.bitselect(x, f32x4.splat(-Infinity), v128.and(i32x4.ge_s(key, from), i32x4.lt_s(key, to)));
}

/** The same by bytes [queries,K]. */
function closePattern(work: Work, energies: usize, start: i32, pattern: usize, queries: i32): void {
  const rows = min(TILE, work.real - start);
  for (let row = 0; row < rows; row++, energies += 32) {
    const column = pattern + load<i32>(at(work.positions, start + row));
    for (let query = 0; query < queries; query++) {
      if (!load<u8>(column + <usize>(query * work.K))) store<f32>(at(energies, query), -Infinity);
    }
  }
}

/** target [count,width] = factor·source, with zeros below it up to whole panels of eight rows. */
export function scaleRows(target: usize, source: usize, width: i32, count: i32, factor: f32): void {
  scale(target, source, width * count, factor);
  memory.fill(at(target, width * count), 0, <usize>(width * (-count & 7)) << 2);
}

/** target [count] = factor·source. */
export function scale(target: usize, source: usize, count: i32, factor: f32): void {
  for (; count > 0; count -= 4, target += 16, source += 16) {
    storeLanes(target, f32x4.mul(loadLanes(source, count), f32x4.splat(factor)), count);
  }
}

/** x [rows,width] = the transposed panels [width,8] of eight rows each. */
export function writeRows(x: usize, panels: usize, rows: i32, width: i32): void {
  const line = <usize>width << 2;
  for (let row = 0; row < rows; row += 4, x += line << 2) {
    const source = at(panels, (row & -8) * width + (row & 4));
    let column = 0;
    if (row + 4 <= rows) {
      for (; column + 4 <= width; column += 4) transpose4(at(x, column), line, at(source, column << 3), 32);
    }
    for (; column < width; column++) {
      for (let i = 0; i < min(4, rows - row); i++) {
        store<f32>(at(x + <usize>i * line, column), load<f32>(at(source, (column << 3) + i)));
      }
    }
  }
}
