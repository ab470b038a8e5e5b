/**
 * The gradients of chunked attention, tile by tile: weights are computed again from the energies and what the way there kept of each query
 * (FlashAttention, arXiv:2205.14135). As there, queries are the columns of a tile; sums over queries want it transposed, as a left factor.
 */
import { loadLanes, sumLanes } from '../math';
import { packRight } from '../packing';
import { packedProduct } from '../tiles';
import { LOG2E, power4 } from './power';
import { close, findRanges, findRealKeys, packTiles, scale, scaleRows, spread, tileHeight, writeRows } from './tiles';
import { at, layOutBackward, panelCount, TILE, Work } from './work';

/** Bytes of workspace that `chunkedAttentionGradient` wants. */
export function chunkedGradientWorkspace(call: usize): usize {
  return layOutBackward(changetype<Work>(call), 0);
}

/** dQuery, dKeys and dValues from dContext, context and shifts; 0 at masked keys. */
export function chunkedAttentionGradient(call: usize): void {
  for (; call; call = changetype<Work>(call).next) goBackAll(changetype<Work>(call));
}

function goBackAll(work: Work): void {
  const end = work.first + work.count;
  layOutBackward(work, work.workspace);
  for (let b = 0; b < work.batch; b++) {
    const keys = b * work.K * work.D, values = b * work.K * work.V;
    findRealKeys(work, work.mask + <usize>(b * work.K));
    packTiles(work, at(work.keys, keys), work.D, work.keyRows, work.keyColumns);
    packTiles(work, at(work.values, values), work.V, work.valueRows, 0);
    memory.fill(work.keyErrors, 0, <usize>(work.K * work.D) << 2);
    memory.fill(work.valueErrors, 0, <usize>(work.K * work.V) << 2);
    for (let first = work.first; first < end; first += TILE) goBack(work, b, first, min(TILE, end - first));
    spread(work, work.keyErrors, at(work.dKeys, keys), work.D);
    spread(work, work.valueErrors, at(work.dValues, values), work.V);
  }
}

/** A tile of queries. */
function goBack(work: Work, b: i32, first: i32, count: i32): void {
  const D = work.D, V = work.V;
  const panels = panelCount(count), width = panels << 3;
  const query = b * work.Q + first;
  const pattern = work.pattern ? work.pattern + <usize>(b * work.patternStep) : 0;
  packQueries(work, query, count);
  findRanges(work, first, count);
  memory.fill(work.queryErrors, 0, <usize>(TILE * D) << 2);
  const end = load<i32>(at(work.to, count - 1));
  for (let start = load<i32>(work.from) & -TILE; start < end; start += TILE) {
    const height = tileHeight(work, start);
    for (let panel = 0; panel < panels; panel++) {
      const weights = at(work.weights, (panel << 3) * TILE);
      const columns = at(work.queryColumns, (panel << 3) * D);
      packedProduct(at(work.keyRows, start * D), columns, weights, 8, false, height, 8, D, work.corner);
      close(work, panel, start, height, first, count, pattern);
      weighAgain(work, panel, height, width);
    }
    for (let panel = 0; panel < panels; panel++) {
      const slopes = at(work.slopes, (panel << 3) * TILE);
      const columns = at(work.errorColumns, (panel << 3) * V);
      packedProduct(at(work.valueRows, start * V), columns, slopes, 8, false, height, 8, V, work.corner);
      slope(work, panel, height, width);
    }
    for (let panel = 0; panel < panels; panel++) {
      const errors = at(work.queryErrors, (panel << 3) * D);
      packedProduct(at(work.keyColumns, start * D), at(work.slopes, (panel << 3) * TILE), errors, 8, true, D, 8, height, work.corner);
    }
    packedProduct(work.weightRows, work.errorRows, at(work.valueErrors, start * V), V, true, height, V, width, work.corner);
    packedProduct(work.slopeRows, work.queryRows, at(work.keyErrors, start * D), D, true, height, D, width, work.corner);
  }
  scale(work.queryErrors, work.queryErrors, TILE * D, work.scale);
  writeRows(at(work.dQuery, query * D), work.queryErrors, count, D);
}

/**
 * Queries by the scale, and d(context) by 1/Σ exp: then 2^(energy − top) alone serves as weight everywhere below. What belongs to no query
 * in the last panel has weight 2⁰ and gradient 0.
 */
function packQueries(work: Work, query: i32, count: i32): void {
  const D = work.D, V = work.V;
  const width = panelCount(count) << 3;
  scaleRows(work.rows, at(work.query, query * D), D, count, work.scale);
  packRight(work.queryRows, work.rows, D, width, D, false);
  scale(work.rows, work.rows, D * count, LOG2E);
  packRight(work.queryColumns, work.rows, width, D, D, true);
  memory.fill(work.tops, 0, TILE << 2);
  memory.fill(work.means, 0, TILE << 2);
  for (let i = 0; i < count; i++) {
    const shift = at(work.shifts, (query + i) << 1);
    const errors = at(work.errors, i * V);
    store<f32>(at(work.tops, i), load<f32>(shift));
    scale(errors, at(work.dContext, (query + i) * V), V, load<f32>(shift, 4));
    store<f32>(at(work.means, i), dot(errors, at(work.context, (query + i) * V), V));
  }
  memory.fill(at(work.errors, count * V), 0, <usize>((width - count) * V) << 2);
  packRight(work.errorColumns, work.errors, width, V, V, true);
  packRight(work.errorRows, work.errors, V, width, V, false);
}

function dot(a: usize, b: usize, count: i32): f32 {
  let sum = f32x4.splat(0);
  for (; count > 0; count -= 4, a += 16, b += 16) sum = f32x4.add(sum, f32x4.mul(loadLanes(a, count), loadLanes(b, count)));
  return sumLanes(sum);
}

/** weights [height,8] = 2^(energies − top), and transposed. */
function weighAgain(work: Work, panel: i32, height: i32, width: i32): void {
  for (let half = 0; half < 8; half += 4) {
    const top = v128.load(at(work.tops, (panel << 3) + half));
    let x = at(work.weights, (panel << 3) * TILE + half), target = at(work.weightRows, (panel << 5) + (half << 2));
    for (const end = x + (<usize>height << 5); x < end; x += 128, target += <usize>width << 4) {
      const w0 = power4(f32x4.sub(v128.load(x), top)), w1 = power4(f32x4.sub(v128.load(x, 32), top));
      const w2 = power4(f32x4.sub(v128.load(x, 64), top)), w3 = power4(f32x4.sub(v128.load(x, 96), top));
      storeTwice(x, target, w0, w1, w2, w3);
    }
  }
}

/** slopes [height,8] = weights ⊙ (slopes − mean), and transposed. */
function slope(work: Work, panel: i32, height: i32, width: i32): void {
  for (let half = 0; half < 8; half += 4) {
    const mean = v128.load(at(work.means, (panel << 3) + half));
    const start = (panel << 3) * TILE + half;
    let x = at(work.slopes, start), w = at(work.weights, start), target = at(work.slopeRows, (panel << 5) + (half << 2));
    for (const end = x + (<usize>height << 5); x < end; x += 128, w += 128, target += <usize>width << 4) {
      const s0 = f32x4.mul(v128.load(w), f32x4.sub(v128.load(x), mean));
      const s1 = f32x4.mul(v128.load(w, 32), f32x4.sub(v128.load(x, 32), mean));
      const s2 = f32x4.mul(v128.load(w, 64), f32x4.sub(v128.load(x, 64), mean));
      const s3 = f32x4.mul(v128.load(w, 96), f32x4.sub(v128.load(x, 96), mean));
      storeTwice(x, target, s0, s1, s2, s3);
    }
  }
}

/** Four rows, to lines of eight floats, and transposed to a panel of a left factor. */
@inline
function storeTwice(rows: usize, panel: usize, r0: v128, r1: v128, r2: v128, r3: v128): void {
  v128.store(rows, r0);
  v128.store(rows, r1, 32);
  v128.store(rows, r2, 64);
  v128.store(rows, r3, 96);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(panel, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(panel, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 16);
  v128.store(panel, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 32);
  v128.store(panel, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 48);
}
