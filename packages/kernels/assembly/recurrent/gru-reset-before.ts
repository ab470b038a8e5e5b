/**
 * Gated recurrent unit (arXiv:1406.1078v1), reset gate before the matrix product, gates in the order reset, update, candidate:
 * h' = z⊙h + (1−z)⊙tanh(x + (r⊙h)·R).
 */
import { packedFactorProduct } from '../matrix';
import { complement4, faded4, fma4, loadLanes, sigmoid4, sigmoidSlope4, storeLanes, tanh4, tanhSlope4 } from '../math';
import { at, Scan } from './scan';
import { indexOf } from './steps';
import { addToStates, backThrough, stepProduct } from './step-product';

/** One step: from projected [last − first,3U] to the gates and outputs of rows [first, last). */
export function gruResetBeforeStep(scan: Scan, first: i32, last: i32, projected: usize): void {
  const units = scan.units, width = 3 * units, rows = last - first;
  const candidates = at(projected, 2 * units);
  stepProduct(scan, scan.recurrents, scan.sums, 2 * units, false, first, last);
  for (let i = 0; i < rows; i++) {
    const h = at(scan.h, indexOf(scan, first + i) / scan.time * units);
    open(at(projected, i * width), at(scan.sums, i * 2 * units), h, at(scan.kept, i * units), units);
  }
  packedFactorProduct(scan.kept, units, false, scan.candidates, candidates, width, true, rows, units, units, scan.panels);
  for (let i = 0; i < rows; i++) {
    const index = indexOf(scan, first + i);
    const h = at(scan.h, index / scan.time * units), gates = at(scan.gates, index * scan.gateStride);
    activate(at(projected, i * width), gates, h, at(scan.outputs, index * units), units);
  }
}

/** One row: both gates in place, and what the reset gate lets through. */
function open(inputs: usize, sums: usize, h: usize, kept: usize, units: i32): void {
  const gate = <usize>units << 2;
  for (let lanes = units; lanes > 0; lanes -= 4, inputs += 16, sums += 16, h += 16, kept += 16) {
    const reset = sigmoid4(f32x4.add(loadLanes(inputs, lanes), loadLanes(sums, lanes)));
    const update = sigmoid4(f32x4.add(loadLanes(inputs + gate, lanes), loadLanes(sums + gate, lanes)));
    storeLanes(inputs, reset, lanes);
    storeLanes(inputs + gate, update, lanes);
    storeLanes(kept, f32x4.mul(reset, loadLanes(h, lanes)), lanes);
  }
}

function activate(opened: usize, gates: usize, h: usize, output: usize, units: i32): void {
  const gate = <usize>units << 2;
  for (let lanes = units; lanes > 0; lanes -= 4, opened += 16, gates += 16, h += 16, output += 16) {
    const update = loadLanes(opened + gate, lanes), candidate = tanh4(loadLanes(opened + 2 * gate, lanes));
    const y = fma4(update, f32x4.sub(loadLanes(h, lanes), candidate), candidate);
    storeLanes(gates, loadLanes(opened, lanes), lanes);
    storeLanes(gates + gate, update, lanes);
    storeLanes(gates + 2 * gate, candidate, lanes);
    storeLanes(h, y, lanes);
    storeLanes(output, y, lanes);
  }
}

/** The way back through one step: errors [last − first,3U] are those of the sums. */
export function gruResetBeforeStepGradient(scan: Scan, first: i32, last: i32, errors: usize, states: usize): void {
  const units = scan.units, width = 3 * units, rows = last - first;
  for (let i = 0; i < rows; i++) {
    const index = indexOf(scan, first + i), step = index * units;
    const gates = at(scan.gates, index * width), dH = at(scan.dH, index / scan.time * units);
    activateGradient(gates, at(states, i * units), at(scan.dOutputs, step), dH, at(errors, i * width), units);
  }
  backThrough(scan, scan.candidates, at(errors, 2 * units), width, units, false, rows);
  for (let i = 0; i < rows; i++) {
    const index = indexOf(scan, first + i);
    const gates = at(scan.gates, index * width), dH = at(scan.dH, index / scan.time * units);
    openGradient(gates, at(states, i * units), at(scan.sums, i * units), dH, at(errors, i * width), units);
  }
  backThrough(scan, scan.recurrents, errors, width, 2 * units, false, rows);
  addToStates(scan, first, last);
}

/** One row: the gradients of the update gate and the candidate; leaves in dH the share of the state that was carried over. */
function activateGradient(gates: usize, before: usize, dOutput: usize, dH: usize, errors: usize, units: i32): void {
  const gate = <usize>units << 2;
  for (let lanes = units; lanes > 0; lanes -= 4, gates += 16, before += 16, dOutput += 16, dH += 16, errors += 16) {
    const update = loadLanes(gates + gate, lanes), candidate = loadLanes(gates + 2 * gate, lanes);
    const dy = faded4(f32x4.add(loadLanes(dH, lanes), loadLanes(dOutput, lanes)));
    const dUpdate = f32x4.mul(f32x4.mul(dy, f32x4.sub(loadLanes(before, lanes), candidate)), sigmoidSlope4(update));
    storeLanes(errors + gate, dUpdate, lanes);
    storeLanes(errors + 2 * gate, f32x4.mul(f32x4.mul(dy, complement4(update)), tanhSlope4(candidate)), lanes);
    storeLanes(dH, f32x4.mul(dy, update), lanes);
  }
}

/** One row: the gradient of the reset gate, and in dH the share of the state that it let through. */
function openGradient(gates: usize, before: usize, dKept: usize, dH: usize, errors: usize, units: i32): void {
  for (let lanes = units; lanes > 0; lanes -= 4, gates += 16, before += 16, dKept += 16, dH += 16, errors += 16) {
    const reset = loadLanes(gates, lanes), error = loadLanes(dKept, lanes);
    storeLanes(errors, f32x4.mul(f32x4.mul(error, loadLanes(before, lanes)), sigmoidSlope4(reset)), lanes);
    storeLanes(dH, fma4(error, reset, loadLanes(dH, lanes)), lanes);
  }
}

/** kept [last − first,U]: what the reset gates let through of the states before rows [first, last). */
export function gatherKept(scan: Scan, states: usize, kept: usize, first: i32, last: i32): void {
  const units = scan.units;
  for (let row = first; row < last; row++) {
    let reset = at(scan.gates, indexOf(scan, row) * 3 * units), lanes = units;
    for (; lanes > 0; lanes -= 4, reset += 16, states += 16, kept += 16) {
      storeLanes(kept, f32x4.mul(loadLanes(reset, lanes), loadLanes(states, lanes)), lanes);
    }
    states = at(states, lanes), kept = at(kept, lanes); // back to the end of the row: lanes is 0 or less
  }
}
