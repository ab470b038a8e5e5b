/**
 * Gated recurrent unit (arXiv:1406.1078), reset gate after the matrix product, gates in the order reset, update, candidate:
 * h' = z⊙h + (1−z)⊙tanh(x + r⊙(h·R + bias)). A saved row is [reset, update, candidate, the hidden sum that was reset].
 */
import { complement4, faded4, fma4, loadLanes, sigmoid4, sigmoidSlope4, storeLanes, tanh4, tanhSlope4 } from '../math';
import { at, Scan } from './scan';
import { indexOf } from './steps';
import { addToStates, backThrough, stepProduct } from './step-product';

/** One step: from projected [last − first,3U] to the gates and outputs of rows [first, last). */
export function gruResetAfterStep(scan: Scan, first: i32, last: i32, projected: usize): void {
  const units = scan.units, width = 3 * units;
  stepProduct(scan, scan.recurrents, scan.sums, width, false, first, last);
  let sums = scan.sums;
  for (let row = first; row < last; row++, projected = at(projected, width), sums = at(sums, width)) {
    const index = indexOf(scan, row), output = index * units;
    const h = at(scan.h, index / scan.time * units), gates = at(scan.gates, index * scan.gateStride);
    activate(projected, sums, scan.recurrentBias, gates, h, at(scan.outputs, output), units);
  }
}

function activate(inputs: usize, sums: usize, bias: usize, gates: usize, h: usize, output: usize, units: i32): void {
  const gate = <usize>units << 2;
  let rest = units;
  for (; rest >= 4; rest -= 4, inputs += 16, sums += 16, bias += 16, gates += 16, h += 16, output += 16) {
    activateLanes(inputs, sums, bias, gates, gate, h, output, 4);
  }
  if (rest > 0) activateLanes(inputs, sums, bias, gates, gate, h, output, rest);
}

@inline
function activateLanes(
  inputs: usize, sums: usize, bias: usize, gates: usize, gate: usize, h: usize, output: usize, lanes: i32,
): void {
  const hidden = f32x4.add(loadLanes(sums + 2 * gate, lanes), loadLanes(bias + 2 * gate, lanes));
  const reset = sigmoid4(add3(inputs, sums, bias, lanes));
  const update = sigmoid4(add3(inputs + gate, sums + gate, bias + gate, lanes));
  const candidate = tanh4(fma4(reset, hidden, loadLanes(inputs + 2 * gate, lanes)));
  const y = fma4(update, f32x4.sub(loadLanes(h, lanes), candidate), candidate);
  storeLanes(gates, reset, lanes);
  storeLanes(gates + gate, update, lanes);
  storeLanes(gates + 2 * gate, candidate, lanes);
  storeLanes(gates + 3 * gate, hidden, lanes);
  storeLanes(h, y, lanes);
  storeLanes(output, y, lanes);
}

@inline
function add3(a: usize, b: usize, c: usize, lanes: i32): v128 {
  return f32x4.add(loadLanes(a, lanes), f32x4.add(loadLanes(b, lanes), loadLanes(c, lanes)));
}

/** The way back through one step: errors [last − first,4U] are those of the sums, the last part those of the hidden sum. */
export function gruResetAfterStepGradient(scan: Scan, first: i32, last: i32, errors: usize, states: usize): void {
  const units = scan.units, width = 4 * units;
  for (let row = first, error = errors; row < last; row++, error = at(error, width), states = at(states, units)) {
    const index = indexOf(scan, row), step = index * units;
    const dH = at(scan.dH, index / scan.time * units);
    activateGradient(at(scan.gates, 4 * step), states, at(scan.dOutputs, step), dH, error, units);
  }
  backThrough(scan, scan.recurrents, errors, width, 2 * units, false, last - first);
  backThrough(scan, scan.candidates, at(errors, 3 * units), width, units, true, last - first);
  addToStates(scan, first, last);
}

/** One row: leaves in dH the share of the state that was carried over, to which the product will be added. */
function activateGradient(gates: usize, before: usize, dOutput: usize, dH: usize, errors: usize, units: i32): void {
  const gate = <usize>units << 2;
  let rest = units;
  for (; rest >= 4; rest -= 4, gates += 16, before += 16, dOutput += 16, dH += 16, errors += 16) {
    gradientLanes(gates, gate, before, dOutput, dH, errors, 4);
  }
  if (rest > 0) gradientLanes(gates, gate, before, dOutput, dH, errors, rest);
}

@inline
function gradientLanes(gates: usize, gate: usize, before: usize, dOutput: usize, dH: usize, errors: usize, lanes: i32): void {
  const reset = loadLanes(gates, lanes), update = loadLanes(gates + gate, lanes);
  const candidate = loadLanes(gates + 2 * gate, lanes), hidden = loadLanes(gates + 3 * gate, lanes);
  const dy = faded4(f32x4.add(loadLanes(dH, lanes), loadLanes(dOutput, lanes)));
  const dCandidate = f32x4.mul(f32x4.mul(dy, complement4(update)), tanhSlope4(candidate));
  const dUpdate = f32x4.mul(f32x4.mul(dy, f32x4.sub(loadLanes(before, lanes), candidate)), sigmoidSlope4(update));
  storeLanes(errors, f32x4.mul(f32x4.mul(dCandidate, hidden), sigmoidSlope4(reset)), lanes);
  storeLanes(errors + gate, dUpdate, lanes);
  storeLanes(errors + 2 * gate, dCandidate, lanes);
  storeLanes(errors + 3 * gate, f32x4.mul(dCandidate, reset), lanes);
  storeLanes(dH, f32x4.mul(dy, update), lanes);
}
