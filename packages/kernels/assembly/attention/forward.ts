/**
 * Exact attention without its weights in memory: tile by tile, with the softmax under way (FlashAttention, arXiv:2205.14135). Queries are the columns
 * of every tile, eight to a panel: so energies come out of the product as the right factor of the next, and each lane has a query of its own.
 */
import { packRight } from '../packing';
import { packedProduct } from '../tiles';
import { LOG2E, power4 } from './power';
import { close, findRanges, findRealKeys, packTiles, scaleRows, tileHeight, writeRows } from './tiles';
import { at, layOutForward, panelCount, TILE, Work } from './work';

/** An energy at or below this weighs nothing, as −∞ does. */
const NOTHING: f32 = -1e29;

/** Bytes of workspace that `chunkedAttention` wants. */
export function chunkedWorkspace(call: usize): usize {
  return layOutForward(changetype<Work>(call), 0);
}

/** context = softmax(scale·query·keysᵀ)·values over the keys that each query sees; zeros where it sees none. */
export function chunkedAttention(call: usize): void {
  for (; call; call = changetype<Work>(call).next) attendAll(changetype<Work>(call));
}

function attendAll(work: Work): void {
  const end = work.first + work.count;
  layOutForward(work, work.workspace);
  for (let b = 0; b < work.batch; b++) {
    findRealKeys(work, work.mask + <usize>(b * work.K));
    packTiles(work, at(work.keys, b * work.K * work.D), work.D, work.keyRows, 0);
    packTiles(work, at(work.values, b * work.K * work.V), work.V, 0, work.valueColumns);
    for (let first = work.first; first < end; first += TILE) attend(work, b, first, min(TILE, end - first));
  }
}

/** A tile of queries. */
function attend(work: Work, b: i32, first: i32, count: i32): void {
  const D = work.D, V = work.V;
  const panels = panelCount(count);
  const query = b * work.Q + first;
  const pattern = work.pattern ? work.pattern + <usize>(b * work.patternStep) : 0;
  scaleRows(work.rows, at(work.query, query * D), D, count, work.scale * LOG2E);
  packRight(work.queryColumns, work.rows, panels << 3, D, D, true);
  findRanges(work, first, count);
  for (let i = 0; i < TILE; i++) store<f32>(at(work.tops, i), NOTHING);
  memory.fill(work.totals, 0, TILE << 2);
  memory.fill(work.sums, 0, <usize>(TILE * V) << 2);
  const end = load<i32>(at(work.to, count - 1));
  for (let start = load<i32>(work.from) & -TILE; start < end; start += TILE) {
    const height = tileHeight(work, start);
    for (let panel = 0; panel < panels; panel++) {
      const energies = at(work.weights, (panel << 3) * TILE);
      const columns = at(work.queryColumns, (panel << 3) * D);
      packedProduct(at(work.keyRows, start * D), columns, energies, 8, false, height, 8, D, work.corner);
      close(work, panel, start, height, first, count, pattern);
      weigh(work, panel, height);
    }
    for (let panel = 0; panel < panels; panel++) {
      const weights = at(work.weights, (panel << 3) * TILE);
      packedProduct(at(work.valueColumns, start * V), weights, at(work.sums, (panel << 3) * V), 8, true, V, 8, height, work.corner);
    }
  }
  finish(work, query, count);
}

/** Makes weights of energies [height,8], relative to the largest so far, and what was summed before relative to it too. */
function weigh(work: Work, panel: i32, height: i32): void {
  const weights = at(work.weights, (panel << 3) * TILE);
  const tops = at(work.tops, panel << 3), totals = at(work.totals, panel << 3);
  const before0 = v128.load(tops), before1 = v128.load(tops, 16);
  const end = weights + (<usize>height << 5);
  let top0 = before0, top1 = before1;
  for (let x = weights; x < end; x += 128) {
    top0 = f32x4.pmax(f32x4.pmax(f32x4.pmax(f32x4.pmax(top0, v128.load(x)), v128.load(x, 32)), v128.load(x, 64)), v128.load(x, 96));
    top1 = f32x4.pmax(f32x4.pmax(f32x4.pmax(f32x4.pmax(top1, v128.load(x, 16)), v128.load(x, 48)), v128.load(x, 80)), v128.load(x, 112));
  }
  let total0 = v128.load(totals), total1 = v128.load(totals, 16);
  if (v128.any_true(v128.or(f32x4.ne(top0, before0), f32x4.ne(top1, before1)))) {
    const fade0 = power4(f32x4.sub(before0, top0)), fade1 = power4(f32x4.sub(before1, top1));
    total0 = f32x4.mul(total0, fade0), total1 = f32x4.mul(total1, fade1);
    multiplyRows(at(work.sums, (panel << 3) * work.V), work.V, fade0, fade1);
    v128.store(tops, top0);
    v128.store(tops, top1, 16);
  }
  let sum0 = f32x4.splat(0), sum1 = sum0;
  for (let x = weights; x < end; x += 32) {
    const weight0 = power4(f32x4.sub(v128.load(x), top0)), weight1 = power4(f32x4.sub(v128.load(x, 16), top1));
    sum0 = f32x4.add(sum0, weight0), sum1 = f32x4.add(sum1, weight1);
    v128.store(x, weight0);
    v128.store(x, weight1, 16);
  }
  v128.store(totals, f32x4.add(total0, sum0));
  v128.store(totals, f32x4.add(total1, sum1), 16);
}

/** x [rows,8] by one number for each column. */
function multiplyRows(x: usize, rows: i32, left: v128, right: v128): void {
  for (const end = x + (<usize>rows << 5); x < end; x += 32) {
    v128.store(x, f32x4.mul(v128.load(x), left));
    v128.store(x, f32x4.mul(v128.load(x, 16), right), 16);
  }
}

/** Divides by the totals, and writes context and, if asked for, shifts. */
function finish(work: Work, query: i32, count: i32): void {
  for (let i = 0; i < TILE; i += 4) {
    const total = v128.load(at(work.totals, i));
    const share = v128.andnot(f32x4.div(f32x4.splat(1), total), f32x4.eq(total, f32x4.splat(0)));
    v128.store(at(work.totals, i), share);
  }
  for (let panel = 0; panel < panelCount(count); panel++) {
    const shares = at(work.totals, panel << 3);
    multiplyRows(at(work.sums, (panel << 3) * work.V), work.V, v128.load(shares), v128.load(shares, 16));
  }
  writeRows(at(work.context, query * work.V), work.sums, count, work.V);
  if (!work.shifts) return;
  for (let i = 0; i < count; i++) {
    const shift = at(work.shifts, (query + i) << 1);
    store<f32>(shift, load<f32>(at(work.tops, i)));
    store<f32>(shift, load<f32>(at(work.totals, i)), 4);
  }
}
