/**
 * The gradients of chunked attention, tile by tile: weights are computed again from the energies and what the way there kept of each query
 * (FlashAttention, arXiv:2205.14135). As there, queries are the columns of a tile; sums over queries want it transposed, as a left factor.
 */
import { exp4, loadLanes, sumLanes } from '../math';
import { packRight, transpose4 } from '../packing';
import { packedProduct } from '../tiles';
import { close, findRanges, findRealKeys, packTiles, scale, scaleRows, spread, tileHeight, writeRows } from './tiles';
import { at, layOutBackward, panelCount, TILE, Work } from './work';

/** Bytes of workspace that `chunkedAttentionGradient` wants. */
export function chunkedGradientWorkspace(call: usize): usize {
  return layOutBackward(changetype<Work>(call), 0);
}

/** dQuery, dKeys and dValues from dContext, context and shifts; 0 at masked keys. */
export function chunkedAttentionGradient(call: usize): void {
  const work = changetype<Work>(call);
  layOutBackward(work, work.workspace);
  for (let b = 0; b < work.batch; b++) {
    const keys = b * work.K * work.D, values = b * work.K * work.V;
    findRealKeys(work, work.mask + <usize>(b * work.K));
    packTiles(work, at(work.keys, keys), work.D, work.keyRows, work.keyColumns);
    packTiles(work, at(work.values, values), work.V, work.valueRows, 0);
    memory.fill(work.keyErrors, 0, <usize>(work.K * work.D) << 2);
    memory.fill(work.valueErrors, 0, <usize>(work.K * work.V) << 2);
    for (let first = 0; first < work.Q; first += TILE) goBack(work, b, first, min(TILE, work.Q - first));
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
 * Queries by the scale, and d(context) by 1/Σ exp: then exp(energy − top) alone serves as weight everywhere below. What belongs to no query
 * in the last panel has weight exp(0 − 0) and gradient 0.
 */
function packQueries(work: Work, query: i32, count: i32): void {
  const D = work.D, V = work.V;
  const width = panelCount(count) << 3;
  scaleRows(work.rows, at(work.query, query * D), D, count, work.scale);
  packRight(work.queryColumns, work.rows, width, D, D, true);
  packRight(work.queryRows, work.rows, D, width, D, false);
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

/** weights [height,8] = exp(energies − top), and transposed. */
function weighAgain(work: Work, panel: i32, height: i32, width: i32): void {
  const weights = at(work.weights, (panel << 3) * TILE);
  const top0 = v128.load(at(work.tops, panel << 3)), top1 = v128.load(at(work.tops, panel << 3), 16);
  for (let x = weights, end = x + (<usize>height << 5); x < end; x += 32) {
    v128.store(x, exp4(f32x4.sub(v128.load(x), top0)));
    v128.store(x, exp4(f32x4.sub(v128.load(x, 16), top1)), 16);
  }
  transpose(weights, at(work.weightRows, panel << 5), height, width);
}

/** slopes [height,8] = weights ⊙ (slopes − mean), and transposed. */
function slope(work: Work, panel: i32, height: i32, width: i32): void {
  const slopes = at(work.slopes, (panel << 3) * TILE);
  const mean0 = v128.load(at(work.means, panel << 3)), mean1 = v128.load(at(work.means, panel << 3), 16);
  let weights = at(work.weights, (panel << 3) * TILE);
  for (let x = slopes, end = x + (<usize>height << 5); x < end; x += 32, weights += 32) {
    v128.store(x, f32x4.mul(v128.load(weights), f32x4.sub(v128.load(x), mean0)));
    v128.store(x, f32x4.mul(v128.load(weights, 16), f32x4.sub(v128.load(x, 16), mean1)), 16);
  }
  transpose(slopes, at(work.slopeRows, panel << 5), height, width);
}

/** x [height,8] to its place in a left factor [height,width]: panels of four rows, [width,4]. */
function transpose(x: usize, target: usize, height: i32, width: i32): void {
  for (let row = 0; row < height; row += 4, x += 128, target += <usize>width << 4) {
    transpose4(target, 16, x, 32);
    transpose4(target + 64, 16, x + 16, 32);
  }
}
