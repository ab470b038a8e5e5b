/** The gradients of a recurrent network's parameters: sums over all real steps, taken block by block, the last block first. */
import { matrixProduct, matrixWorkspace } from '../matrix';
import { gatherKept } from './gru-reset-before';
import { at, copy, gateCount, GRU_RESET_AFTER, GRU_RESET_BEFORE, errorParts, Scan, zero } from './scan';
import { blockRows, blockStart, gather, gatherBefore, layOutSteps, planSteps, startOf } from './steps';

/** Lays out what a block needs from `base` on, `panels` bytes or more for products among it; returns the end. */
export function layOutBlock(scan: Scan, base: usize, panels: usize): usize {
  const units = scan.units, inputSize = scan.inputSize, width = gateCount(scan.cell) * units, block = blockRows(scan);
  scan.panels = base;
  const sums = max(matrixWorkspace(inputSize, width, block, true, false), matrixWorkspace(units, width, block, true, false));
  scan.inputs = scan.panels + max(panels, sums);
  scan.states = at(scan.inputs, block * inputSize);
  scan.errors = at(scan.states, block * units);
  scan.kept = at(scan.errors, block * errorParts(scan.cell) * units);
  scan.totals = at(scan.kept, scan.cell == GRU_RESET_BEFORE ? block * units : 0);
  return at(scan.totals, errorParts(scan.cell) * units);
}

/** Lays out the workspace of `scanSums` from `base` on; returns its end, so its size when it begins at 0. */
export function layOutSums(scan: Scan, base: usize): usize {
  return layOutSteps(scan, layOutBlock(scan, base, 0));
}

/** The part of the sums that the scan's ranges name, from errors that `scanBackward` left in `allErrors`: the same as it computes alone. */
export function scanSums(scan: Scan): void {
  layOutSums(scan, scan.workspace);
  planSteps(scan);
  startSums(scan);
  for (let to = scan.time, from = to; to > 0; to = from) {
    from = blockStart(scan, to);
    const first = startOf(scan, from), last = startOf(scan, to);
    gatherBefore(scan, scan.states, first, last);
    gather(scan, scan.allErrors, errorParts(scan.cell) * scan.units, scan.errors, first, last);
    if (first < last) addBlock(scan, first, last);
  }
  finishSums(scan);
}

export function startSums(scan: Scan): void {
  const width = gateCount(scan.cell) * scan.units;
  zero(scan.totals, errorParts(scan.cell) * scan.units);
  if (startOf(scan, scan.time) > 0) return;
  zero(at(scan.dWeight, scan.inputFrom * width), (scan.inputTo - scan.inputFrom) * width);
  zero(at(scan.dRecurrent, scan.unitFrom * width), (scan.unitTo - scan.unitFrom) * width);
}

/** Adds rows [first, last), whose states and errors lie in the block. */
export function addBlock(scan: Scan, first: i32, last: i32): void {
  const units = scan.units, rows = last - first, width = gateCount(scan.cell) * units;
  const from = scan.inputFrom, to = scan.inputTo, accumulate = last < startOf(scan, scan.time);
  gather(scan, scan.x, scan.inputSize, scan.inputs, first, last);
  addProduct(scan, at(scan.inputs, from), scan.inputSize, to - from, 0, width, at(scan.dWeight, from * width), accumulate, rows);
  if (scan.cell == GRU_RESET_AFTER) {
    addStates(scan, scan.states, 0, 2 * units, 0, accumulate, rows);
    addStates(scan, scan.states, 3 * units, units, 2 * units, accumulate, rows);
  } else if (scan.cell == GRU_RESET_BEFORE) {
    gatherKept(scan, scan.states, scan.kept, first, last);
    addStates(scan, scan.states, 0, 2 * units, 0, accumulate, rows);
    addStates(scan, scan.kept, 2 * units, units, 2 * units, accumulate, rows);
  } else addStates(scan, scan.states, 0, width, 0, accumulate, rows);
  if (scan.unitFrom == 0) addRows(scan.errors, scan.totals, rows, errorParts(scan.cell) * units);
}

/** Columns [column, column + n) of dRecurrent, from states or kept states [rows,U] and the errors from `from` on. */
function addStates(scan: Scan, block: usize, from: i32, n: i32, column: i32, accumulate: bool, rows: i32): void {
  const start = scan.unitFrom, target = at(scan.dRecurrent, start * gateCount(scan.cell) * scan.units + column);
  addProduct(scan, at(block, start), scan.units, scan.unitTo - start, from, n, target, accumulate, rows);
}

/** target [m,n] = or += the first m columns of a block [rows,stride], transposed, times n columns of errors from `from` on. */
function addProduct(
  scan: Scan, block: usize, stride: i32, m: i32, from: i32, n: i32, target: usize, accumulate: bool, rows: i32,
): void {
  const errorStride = errorParts(scan.cell) * scan.units, width = gateCount(scan.cell) * scan.units;
  const errors = at(scan.errors, from);
  matrixProduct(block, stride, 0, true, errors, errorStride, 0, false, target, width, 0, accumulate, m, n, rows, 1, scan.panels);
}

/** total [width] += Σ rows [count,width]. */
function addRows(rows: usize, total: usize, count: i32, width: i32): void {
  for (let i = 0; i < count; i++) {
    let target = total, j = 0;
    for (; j + 4 <= width; j += 4, rows += 16, target += 16) v128.store(target, f32x4.add(v128.load(target), v128.load(rows)));
    for (; j < width; j++, rows += 4, target += 4) store<f32>(target, load<f32>(target) + load<f32>(rows));
  }
}

export function finishSums(scan: Scan): void {
  const units = scan.units;
  if (scan.unitFrom > 0) return;
  copy(scan.dBias, scan.totals, gateCount(scan.cell) * units);
  if (scan.cell != GRU_RESET_AFTER) return;
  copy(scan.dRecurrentBias, scan.totals, 2 * units);
  copy(at(scan.dRecurrentBias, 2 * units), at(scan.totals, 3 * units), units);
}
