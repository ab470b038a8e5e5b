/** Recurrent networks over whole sequences, their input's projection included: the way there. */
import { factorWorkspace, packedFactorProduct } from '../matrix';
import { packedSizeB, packFactor } from '../packing';
import { gruResetAfterStep } from './gru-reset-after';
import { gruResetBeforeStep } from './gru-reset-before';
import { lstmStep } from './lstm';
import { at, copy, errorParts, gateCount, GRU_RESET_AFTER, GRU_RESET_BEFORE, LSTM, Scan, zero } from './scan';
import { simpleRNNStep } from './simple-rnn';
import { blockEnd, blockRows, gather, layOutSteps, planSteps, startOf } from './steps';

/** Lays out the workspace from `base` on; returns its end, so its size when it begins at 0. */
export function layOutForward(scan: Scan, base: usize): usize {
  const batch = scan.batch, units = scan.units, width = gateCount(scan.cell) * units;
  const apart = scan.cell == GRU_RESET_BEFORE ? units : 0; // the candidate's weights meet another state
  const block = blockRows(scan);
  scan.weights = base;
  scan.recurrents = scan.weights + packedSizeB(width, scan.inputSize);
  scan.candidates = scan.recurrents + packedSizeB(width - apart, units);
  scan.panels = scan.candidates + packedSizeB(apart, units);
  scan.inputs = scan.panels + factorWorkspace(block, max(scan.inputSize, units));
  scan.projected = at(scan.inputs, block * scan.inputSize);
  scan.states = at(scan.projected, block * width);
  scan.kept = at(scan.states, batch * units);
  scan.sums = at(scan.kept, batch * units);
  const unsaved = at(scan.sums, batch * width);
  return layOutSteps(scan, at(unsaved, errorParts(scan.cell) * units + units));
}

/** Where nothing is to be saved for a way back, every step writes to the same row. */
function chooseRows(scan: Scan): void {
  const units = scan.units, width = errorParts(scan.cell) * units;
  const unsaved = at(scan.sums, scan.batch * gateCount(scan.cell) * units);
  scan.gateStride = scan.gates ? width : 0;
  scan.cellStride = scan.cells ? units : 0;
  if (!scan.gates) scan.gates = unsaved;
  if (!scan.cells) scan.cells = at(unsaved, width);
}

export function scanForward(scan: Scan): void {
  const units = scan.units, time = scan.time, width = gateCount(scan.cell) * units;
  layOutForward(scan, scan.workspace);
  chooseRows(scan);
  planSteps(scan);
  copy(scan.h, scan.h0, scan.batch * units);
  if (scan.cell == LSTM) copy(scan.c, scan.c0, scan.batch * units);
  if (startOf(scan, time) < scan.batch * time) zero(scan.outputs, scan.batch * time * units);
  packWeights(scan);
  for (let from = 0; from < time;) {
    const to = blockEnd(scan, from), start = startOf(scan, from);
    project(scan, start, startOf(scan, to));
    for (; from < to; from++) {
      const first = startOf(scan, from);
      step(scan, first, startOf(scan, from + 1), at(scan.projected, (first - start) * width));
    }
  }
}

function packWeights(scan: Scan): void {
  const units = scan.units, width = gateCount(scan.cell) * units;
  packFactor(scan.weights, scan.weight, width, scan.inputSize, width, false);
  if (scan.cell == GRU_RESET_BEFORE) {
    packFactor(scan.recurrents, scan.recurrent, 2 * units, units, width, false);
    packFactor(scan.candidates, at(scan.recurrent, 2 * units), units, units, width, false);
  } else packFactor(scan.recurrents, scan.recurrent, width, units, width, false);
}

/** What the inputs of rows [first, last) add to the sums, bias included. */
function project(scan: Scan, first: i32, last: i32): void {
  const width = gateCount(scan.cell) * scan.units, rows = last - first, inputSize = scan.inputSize;
  gather(scan, scan.x, inputSize, scan.inputs, first, last);
  for (let i = 0; i < rows; i++) copy(at(scan.projected, i * width), scan.bias, width);
  packedFactorProduct(
    scan.inputs, inputSize, false, scan.weights, scan.projected, width, true, rows, width, inputSize, scan.panels,
  );
}

function step(scan: Scan, first: i32, last: i32, projected: usize): void {
  if (scan.cell == LSTM) lstmStep(scan, first, last, projected);
  else if (scan.cell == GRU_RESET_AFTER) gruResetAfterStep(scan, first, last, projected);
  else if (scan.cell == GRU_RESET_BEFORE) gruResetBeforeStep(scan, first, last, projected);
  else simpleRNNStep(scan, first, last, projected);
}
