/** Softmax where some entries are forbidden, and cross-entropy: each row in one visit, with what its gradient needs. */
import { exp1, exp4, loadLanes, log1, maxLanes, storeLanes, sumLanes } from './math';

/** A number at or below this weighs nothing, as −∞ does. */
const NOTHING: f32 = -1e29;

/**
 * weights [blocks,rows,columns] = softmax of x over the allowed entries of each row, 0 elsewhere and where none is. The mask's bytes of a row begin
 * `blockStep` bytes after those of the block before and `rowStep` after those of the row before, so that it need not be spread.
 */
export function maskedSoftmax(
  x: usize, mask: usize, weights: usize, blocks: i32, rows: i32, columns: i32, blockStep: i32, rowStep: i32,
): void {
  const line = <usize>columns << 2;
  for (let block = 0; block < blocks; block++) {
    let allowed = mask + <usize>(block * blockStep);
    for (let row = 0; row < rows; row++, x += line, weights += line, allowed += rowStep) {
      const top = openMaximum(x, allowed, columns);
      const sum = openPowers(x, allowed, weights, columns, top);
      if (sum != 0) scaleBy(weights, 1 / sum, columns);
    }
  }
}

function openMaximum(x: usize, allowed: usize, columns: i32): f32 {
  let top = f32x4.splat(NOTHING);
  for (let rest = columns; rest > 0; rest -= 4, x += 16, allowed += 4) {
    const values = loadLanes(x, rest);
    top = f32x4.pmax(top, v128.bitselect(values, f32x4.splat(NOTHING), openLanes(values, allowed, rest)));
  }
  return maxLanes(top);
}

function openPowers(x: usize, allowed: usize, out: usize, columns: i32, top: f32): f32 {
  let sum = f32x4.splat(0);
  for (let rest = columns; rest > 0; rest -= 4, x += 16, allowed += 4, out += 16) {
    const values = loadLanes(x, rest);
    const power = v128.and(exp4(f32x4.sub(values, f32x4.splat(top))), openLanes(values, allowed, rest));
    sum = f32x4.add(sum, power);
    storeLanes(out, power, rest);
  }
  return sumLanes(sum);
}

/** All bits of the lanes that are allowed and not as good as −∞; NaN is open, so that it shows. */
@inline
function openLanes(values: v128, allowed: usize, rest: i32): v128 {
  const bytes = rest >= 4 ? load<u32>(allowed) : lastBytes(allowed, rest);
  const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(i32x4.splat(bytes)));
  return v128.andnot(i32x4.ne(words, i32x4.splat(0)), f32x4.le(values, f32x4.splat(NOTHING)));
}

function lastBytes(pointer: usize, count: i32): u32 {
  let bytes: u32 = load<u8>(pointer);
  if (count > 1) bytes |= <u32>load<u8>(pointer, 1) << 8;
  if (count > 2) bytes |= <u32>load<u8>(pointer, 2) << 16;
  return bytes;
}

/** dX [rows,columns] = weights ⊙ (dWeights − Σ weights·dWeights). */
export function softmaxGradient(weights: usize, dWeights: usize, dX: usize, rows: i32, columns: i32): void {
  const line = <usize>columns << 2;
  for (let row = 0; row < rows; row++, weights += line, dWeights += line, dX += line) {
    let sums = f32x4.splat(0);
    for (let j: usize = 0, rest = columns; rest > 0; j += 16, rest -= 4) {
      sums = f32x4.add(sums, f32x4.mul(loadLanes(weights + j, rest), loadLanes(dWeights + j, rest)));
    }
    const mean = f32x4.splat(sumLanes(sums));
    for (let j: usize = 0, rest = columns; rest > 0; j += 16, rest -= 4) {
      const slope = f32x4.mul(loadLanes(weights + j, rest), f32x4.sub(loadLanes(dWeights + j, rest), mean));
      storeLanes(dX + j, slope, rest);
    }
  }
}

function scaleBy(row: usize, factor: f32, columns: i32): void {
  const scale = f32x4.splat(factor);
  for (let rest = columns; rest > 0; rest -= 4, row += 16) storeLanes(row, f32x4.mul(loadLanes(row, rest), scale), rest);
}

/**
 * loss [1] = the mean of log Σ exp(logits) − (1 − ε)·logits[target] − ε·mean(logits), ε being the smoothing, over the rows whose mask is 1, 0 if there is none; shifts [rows,2] = the largest
 * logit of each such row and 1/Σ exp(logits − it). Returns the first such row whose target is no column (the loss is then NaN), else −1.
 */
export function crossEntropy(
  logits: usize, targets: usize, mask: usize, loss: usize, shifts: usize, rows: i32, columns: i32, smoothing: f32,
): i32 {
  const line = <usize>columns << 2;
  let sum: f64 = 0;
  let bad = -1;
  for (let row = 0; row < rows; row++, logits += line, targets += 4, shifts += 8) {
    if (!load<u8>(mask + row)) continue;
    const target = load<u32>(targets);
    if (target >= <u32>columns) {
      if (bad < 0) bad = row;
      continue;
    }
    const top = maximum(logits, columns);
    const powers = sumOfPowers(logits, columns, top);
    store<f32>(shifts, top);
    store<f32>(shifts, <f32>(1 / powers), 4);
    sum += (1 - <f64>smoothing) * <f64>(top - load<f32>(logits + (<usize>target << 2))) + <f64>log1(<f32>powers);
    if (smoothing > 0) sum += <f64>smoothing * sumOfGaps(logits, columns, top) / columns;
  }
  const real = countOf(mask, rows);
  store<f32>(loss, bad >= 0 ? NaN : real == 0 ? 0 : <f32>(sum / real));
  return bad;
}

function maximum(row: usize, columns: i32): f32 {
  let top = v128.load_splat<f32>(row);
  let rest = columns;
  for (; rest >= 4; rest -= 4, row += 16) top = f32x4.pmax(top, v128.load(row));
  for (; rest > 0; rest--, row += 4) top = f32x4.pmax(top, v128.load_splat<f32>(row));
  return maxLanes(top);
}

const BLOCK: i32 = 1024; // added up in float64, so that large vocabularies lose nothing

function sumOfPowers(row: usize, columns: i32, top: f32): f64 {
  const shift = f32x4.splat(top);
  let total: f64 = 0;
  while (columns >= 4) {
    let sum = f32x4.splat(0);
    let rest = min(columns, BLOCK) & ~3;
    columns -= rest;
    for (; rest > 0; rest -= 4, row += 16) sum = f32x4.add(sum, exp4(f32x4.sub(v128.load(row), shift)));
    total += <f64>sumLanes(sum);
  }
  for (; columns > 0; columns--, row += 4) total += <f64>exp1(load<f32>(row) - top);
  return total;
}

/** Σ (top − x). */
function sumOfGaps(row: usize, columns: i32, top: f32): f64 {
  const shift = f32x4.splat(top);
  let total: f64 = 0;
  while (columns >= 4) {
    let sum = f32x4.splat(0);
    let rest = min(columns, BLOCK) & ~3;
    columns -= rest;
    for (; rest > 0; rest -= 4, row += 16) sum = f32x4.add(sum, f32x4.sub(shift, v128.load(row)));
    total += <f64>sumLanes(sum);
  }
  for (; columns > 0; columns--, row += 4) total += <f64>(top - load<f32>(row));
  return total;
}

function countOf(mask: usize, rows: i32): i32 {
  let count = 0;
  for (let row = 0; row < rows; row++) count += load<u8>(mask + row) != 0 ? 1 : 0;
  return count;
}

/** dLogits [rows,columns] = dLoss·(softmax(logits) − ε/columns everywhere − (1 − ε) at the target) / the number of rows whose mask is 1, from what `crossEntropy` made; 0 in the others. */
export function crossEntropyGradient(
  logits: usize, targets: usize, mask: usize, shifts: usize, dLoss: usize, dLogits: usize, rows: i32, columns: i32,
  smoothing: f32,
): void {
  const line = <usize>columns << 2;
  const share = load<f32>(dLoss) / <f32>countOf(mask, rows);
  for (let row = 0; row < rows; row++, logits += line, dLogits += line, targets += 4, shifts += 8) {
    if (!load<u8>(mask + row)) {
      memory.fill(dLogits, 0, line);
      continue;
    }
    const top = v128.load_splat<f32>(shifts);
    const scale = f32x4.splat(load<f32>(shifts, 4) * share);
    const even = f32x4.splat(share * smoothing / <f32>columns);
    for (let j: usize = 0, rest = columns; rest > 0; j += 16, rest -= 4) {
      storeLanes(dLogits + j, f32x4.sub(f32x4.mul(exp4(f32x4.sub(loadLanes(logits + j, rest), top)), scale), even), rest);
    }
    const chosen = dLogits + (<usize>load<u32>(targets) << 2);
    if (load<u32>(targets) < <u32>columns) store<f32>(chosen, load<f32>(chosen) - (1 - smoothing) * share);
  }
}
