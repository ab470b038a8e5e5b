/**
 * Recurrent networks over whole sequences: the way back, in blocks of steps. The errors of a block add to the gradients of the
 * parameters and are gone, so that those of the whole sequence never exist at once, unless `scanSums` is to read them.
 */
import { factorWorkspace, packedFactorProduct } from '../matrix';
import { packedSizeB, packFactor } from '../packing';
import { gruResetAfterStepGradient } from './gru-reset-after';
import { gruResetBeforeStepGradient } from './gru-reset-before';
import { addBlock, finishSums, layOutBlock, startSums } from './gradient-sums';
import { lstmStepGradient } from './lstm';
import { at, gateCount, GRU_RESET_AFTER, hasTwoProducts, LSTM, errorParts, Scan, zero } from './scan';
import { simpleRNNStepGradient } from './simple-rnn';
import { blockRows, blockStart, gatherBefore, layOutSteps, planSteps, scatter, startOf } from './steps';

/** Lays out the workspace from `base` on; returns its end, so its size when it begins at 0. */
export function layOutBackward(scan: Scan, base: usize): usize {
  const units = scan.units, inputSize = scan.inputSize, width = gateCount(scan.cell) * units;
  const apart = hasTwoProducts(scan) ? units : 0;
  scan.weights = base;
  scan.recurrents = scan.weights + (scan.dX ? packedSizeB(inputSize, width) : 0);
  scan.candidates = scan.recurrents + packedSizeB(units, width - apart);
  scan.sums = scan.candidates + packedSizeB(units, apart);
  const end = layOutBlock(scan, at(scan.sums, scan.batch * units), factorWorkspace(blockRows(scan), max(width, max(inputSize, units))));
  return layOutSteps(scan, end);
}

export function scanBackward(scan: Scan): void {
  const units = scan.units, stride = errorParts(scan.cell) * units;
  layOutBackward(scan, scan.workspace);
  planSteps(scan);
  const count = startOf(scan, scan.time);
  if (scan.dX && count < scan.batch * scan.time) zero(scan.dX, scan.batch * scan.time * scan.inputSize);
  packWeights(scan);
  if (!scan.allErrors) startSums(scan);
  for (let to = scan.time; to > 0;) {
    const from = blockStart(scan, to), first = startOf(scan, from), last = startOf(scan, to);
    gatherBefore(scan, scan.states, first, last);
    for (; to > from; to--) step(scan, startOf(scan, to - 1), startOf(scan, to), first);
    if (scan.allErrors) scatter(scan, scan.errors, stride, scan.allErrors, first, last);
    else if (first < last) addBlock(scan, first, last);
    if (scan.dX) inputGradient(scan, first, last);
  }
  if (!scan.allErrors) finishSums(scan);
}

function packWeights(scan: Scan): void {
  const units = scan.units, width = gateCount(scan.cell) * units;
  if (scan.dX) packFactor(scan.weights, scan.weight, scan.inputSize, width, width, true);
  if (hasTwoProducts(scan)) {
    packFactor(scan.recurrents, scan.recurrent, units, 2 * units, width, true);
    packFactor(scan.candidates, at(scan.recurrent, 2 * units), units, units, width, true);
  } else packFactor(scan.recurrents, scan.recurrent, units, width, width, true);
}

/** One step; the block of errors and states begins with row `start`. */
function step(scan: Scan, first: i32, last: i32, start: i32): void {
  const units = scan.units, from = first - start;
  const errors = at(scan.errors, from * errorParts(scan.cell) * units), states = at(scan.states, from * units);
  if (scan.cell == LSTM) lstmStepGradient(scan, first, last, errors);
  else if (scan.cell == GRU_RESET_AFTER) gruResetAfterStepGradient(scan, first, last, errors, states);
  else if (hasTwoProducts(scan)) gruResetBeforeStepGradient(scan, first, last, errors, states);
  else simpleRNNStepGradient(scan, first, last, errors);
}

/** dX of rows [first, last), from the errors of their sums. */
function inputGradient(scan: Scan, first: i32, last: i32): void {
  const inputSize = scan.inputSize, width = gateCount(scan.cell) * scan.units, stride = errorParts(scan.cell) * scan.units;
  packedFactorProduct(
    scan.errors, stride, false, scan.weights, scan.inputs, inputSize, false, last - first, inputSize, width, scan.panels,
  );
  scatter(scan, scan.inputs, inputSize, scan.dX, first, last);
}
