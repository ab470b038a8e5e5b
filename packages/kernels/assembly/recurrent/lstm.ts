/** Long short-term memory (doi:10.1162/neco.1997.9.8.1735), gates in the order input, forget, cell, output. */
import { faded4, fma4, loadLanes, sigmoid4, sigmoidSlope4, storeLanes, tanh4, tanhSlope4 } from '../math';
import { at, Scan } from './scan';
import { cellBefore, indexOf } from './steps';
import { addToStates, backThrough, stepProduct } from './step-product';

/** One step: from projected [last − first,4U] to the gates, memories and outputs of rows [first, last). */
export function lstmStep(scan: Scan, first: i32, last: i32, projected: usize): void {
  const units = scan.units, width = 4 * units;
  stepProduct(scan, scan.recurrents, projected, width, true, first, last);
  for (let row = first; row < last; row++, projected = at(projected, width)) {
    const index = indexOf(scan, row), state = index / scan.time * units, output = index * units;
    const gates = at(scan.gates, index * scan.gateStride), cells = at(scan.cells, index * scan.cellStride);
    activate(projected, gates, at(scan.c, state), cells, at(scan.h, state), at(scan.outputs, output), units);
  }
}

function activate(sums: usize, gates: usize, memory: usize, saved: usize, h: usize, output: usize, units: i32): void {
  const gate = <usize>units << 2;
  let rest = units;
  for (; rest >= 4; rest -= 4, sums += 16, gates += 16, memory += 16, saved += 16, h += 16, output += 16) {
    activateLanes(sums, gates, gate, memory, saved, h, output, 4);
  }
  if (rest > 0) activateLanes(sums, gates, gate, memory, saved, h, output, rest);
}

@inline
function activateLanes(
  sums: usize, gates: usize, gate: usize, memory: usize, saved: usize, h: usize, output: usize, lanes: i32,
): void {
  const input = sigmoid4(loadLanes(sums, lanes));
  const forget = sigmoid4(loadLanes(sums + gate, lanes));
  const candidate = tanh4(loadLanes(sums + 2 * gate, lanes));
  const out = sigmoid4(loadLanes(sums + 3 * gate, lanes));
  const state = fma4(forget, loadLanes(memory, lanes), f32x4.mul(input, candidate));
  const y = f32x4.mul(out, tanh4(state));
  storeLanes(gates, input, lanes);
  storeLanes(gates + gate, forget, lanes);
  storeLanes(gates + 2 * gate, candidate, lanes);
  storeLanes(gates + 3 * gate, out, lanes);
  storeLanes(memory, state, lanes);
  storeLanes(saved, state, lanes);
  storeLanes(h, y, lanes);
  storeLanes(output, y, lanes);
}

/** The way back through one step: errors [last − first,4U] are those of the sums; dH and dC move to the step before. */
export function lstmStepGradient(scan: Scan, first: i32, last: i32, errors: usize): void {
  const units = scan.units, width = 4 * units;
  for (let row = first, error = errors; row < last; row++, error = at(error, width)) {
    const index = indexOf(scan, row), state = index / scan.time * units, step = index * units;
    const gates = at(scan.gates, 4 * step), after = at(scan.cells, step), dOutput = at(scan.dOutputs, step);
    activateGradient(gates, cellBefore(scan, row), after, dOutput, at(scan.dH, state), at(scan.dC, state), error, units);
  }
  backThrough(scan, scan.recurrents, errors, width, width, false, last - first);
  addToStates(scan, first, last);
}

/** One row: leaves in dC what goes to the step before, and in dH 0, to which the product will be added. */
function activateGradient(
  gates: usize, before: usize, after: usize, dOutput: usize, dH: usize, dC: usize, errors: usize, units: i32,
): void {
  const gate = <usize>units << 2;
  let rest = units;
  for (; rest >= 4; rest -= 4, gates += 16, before += 16, after += 16, dOutput += 16, dH += 16, dC += 16, errors += 16) {
    gradientLanes(gates, gate, before, after, dOutput, dH, dC, errors, 4);
  }
  if (rest > 0) gradientLanes(gates, gate, before, after, dOutput, dH, dC, errors, rest);
}

@inline
function gradientLanes(
  gates: usize, gate: usize, before: usize, after: usize, dOutput: usize, dH: usize, dC: usize, errors: usize, lanes: i32,
): void {
  const input = loadLanes(gates, lanes), forget = loadLanes(gates + gate, lanes);
  const candidate = loadLanes(gates + 2 * gate, lanes), out = loadLanes(gates + 3 * gate, lanes);
  const squashed = tanh4(loadLanes(after, lanes));
  const dy = faded4(f32x4.add(loadLanes(dH, lanes), loadLanes(dOutput, lanes)));
  const dState = faded4(fma4(f32x4.mul(dy, out), tanhSlope4(squashed), loadLanes(dC, lanes)));
  storeLanes(errors, f32x4.mul(f32x4.mul(dState, candidate), sigmoidSlope4(input)), lanes);
  storeLanes(errors + gate, f32x4.mul(f32x4.mul(dState, loadLanes(before, lanes)), sigmoidSlope4(forget)), lanes);
  storeLanes(errors + 2 * gate, f32x4.mul(f32x4.mul(dState, input), tanhSlope4(candidate)), lanes);
  storeLanes(errors + 3 * gate, f32x4.mul(f32x4.mul(dy, squashed), sigmoidSlope4(out)), lanes);
  storeLanes(dC, f32x4.mul(dState, forget), lanes);
  storeLanes(dH, f32x4.splat(0), lanes);
}
