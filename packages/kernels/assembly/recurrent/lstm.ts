/** Long short-term memory over whole sequences (doi:10.1162/neco.1997.9.8.1735), gates in the order input, forget, cell, output. */
import { fma4, loadLanes, sigmoid4, sigmoidSlope4, storeLanes, tanh4, tanhSlope4 } from '../math';
import { at, copy, isReal, packWeights, start, stateAt, stepProduct, zero } from './recurrence';

/**
 * projected [B,T,4U], weights [U,4U], mask [B,T] bytes or 0, initial h0, c0 [B,U] → outputs [B,T,U], final h, c [B,U], and for
 * the way back gates [B,T,4U] and the states before each step, hiddens and cells [B,T,U].
 */
export function lstmForward(
  projected: usize, weights: usize, mask: usize, h0: usize, c0: usize, outputs: usize, h: usize, c: usize,
  gates: usize, hiddens: usize, cells: usize, batch: i32, time: i32, units: i32, workspace: usize,
): void {
  const width = 4 * units;
  copy(gates, projected, batch * time * width);
  packWeights(weights, width, false, batch, width, units, workspace);
  start(h0, hiddens, h, batch, time, units);
  start(c0, cells, c, batch, time, units);
  for (let t = 0; t < time; t++) {
    const source = at(hiddens, t * units);
    stepProduct(source, time * units, weights, width, false, at(gates, t * width), time * width, batch, width, units, workspace);
    for (let b = 0; b < batch; b++) {
      const step = b * time + t;
      const output = at(outputs, step * units);
      const nextH = stateAt(hiddens, h, b, t + 1, time, units);
      const nextC = stateAt(cells, c, b, t + 1, time, units);
      if (isReal(mask, b, t, time)) {
        cellRow(at(gates, step * width), at(cells, step * units), nextC, output, units);
        copy(nextH, output, units);
      } else {
        zero(output, units);
        copy(nextH, at(hiddens, step * units), units);
        copy(nextC, at(cells, step * units), units);
      }
    }
  }
}

/** One row: gates [4U] in place from sums to activations, the cell's state and the output. */
function cellRow(gates: usize, before: usize, after: usize, output: usize, units: i32): void {
  const gate = <usize>units << 2;
  for (let u = 0; u < units; u += 4, gates += 16, before += 16, after += 16, output += 16) {
    const lanes = units - u;
    const input = sigmoid4(loadLanes(gates, lanes));
    const forget = sigmoid4(loadLanes(gates + gate, lanes));
    const candidate = tanh4(loadLanes(gates + 2 * gate, lanes));
    const out = sigmoid4(loadLanes(gates + 3 * gate, lanes));
    const state = fma4(forget, loadLanes(before, lanes), f32x4.mul(input, candidate));
    storeLanes(gates, input, lanes);
    storeLanes(gates + gate, forget, lanes);
    storeLanes(gates + 2 * gate, candidate, lanes);
    storeLanes(gates + 3 * gate, out, lanes);
    storeLanes(after, state, lanes);
    storeLanes(output, f32x4.mul(out, tanh4(state)), lanes);
  }
}

/**
 * The way back: dOutputs [B,T,U] → dProjected [B,T,4U]; dH and dC [B,U] hold the gradients of the final states and end as those
 * of the initial ones. The weights' gradient is one product over all steps, left to the caller.
 */
export function lstmBackward(
  weights: usize, mask: usize, gates: usize, cells: usize, dOutputs: usize, dH: usize, dC: usize,
  dProjected: usize, batch: i32, time: i32, units: i32, workspace: usize,
): void {
  const width = 4 * units;
  packWeights(weights, width, true, batch, units, width, workspace);
  for (let t = time - 1; t >= 0; t--) {
    for (let b = 0; b < batch; b++) {
      const step = b * time + t;
      const errors = at(dProjected, step * width);
      if (isReal(mask, b, t, time)) {
        const state = b * units;
        cellRowGradient(
          at(gates, step * width), at(cells, step * units), at(dOutputs, step * units), at(dH, state), at(dC, state), errors, units,
        );
      } else zero(errors, width);
    }
    stepProduct(at(dProjected, t * width), time * width, weights, width, true, dH, units, batch, units, width, workspace);
  }
}

/** One row: leaves in dC what goes to the step before, and in dH 0, to which the product will add. */
function cellRowGradient(
  gates: usize, before: usize, dOutput: usize, dH: usize, dC: usize, dGates: usize, units: i32,
): void {
  const gate = <usize>units << 2;
  for (let u = 0; u < units; u += 4, gates += 16, before += 16, dOutput += 16, dH += 16, dC += 16, dGates += 16) {
    const lanes = units - u;
    const input = loadLanes(gates, lanes), forget = loadLanes(gates + gate, lanes);
    const candidate = loadLanes(gates + 2 * gate, lanes), out = loadLanes(gates + 3 * gate, lanes);
    const previous = loadLanes(before, lanes);
    const squashed = tanh4(fma4(forget, previous, f32x4.mul(input, candidate)));
    const dy = f32x4.add(loadLanes(dH, lanes), loadLanes(dOutput, lanes));
    const dState = fma4(f32x4.mul(dy, out), tanhSlope4(squashed), loadLanes(dC, lanes));
    storeLanes(dGates, f32x4.mul(f32x4.mul(dState, candidate), sigmoidSlope4(input)), lanes);
    storeLanes(dGates + gate, f32x4.mul(f32x4.mul(dState, previous), sigmoidSlope4(forget)), lanes);
    storeLanes(dGates + 2 * gate, f32x4.mul(f32x4.mul(dState, input), tanhSlope4(candidate)), lanes);
    storeLanes(dGates + 3 * gate, f32x4.mul(f32x4.mul(dy, squashed), sigmoidSlope4(out)), lanes);
    storeLanes(dC, f32x4.mul(dState, forget), lanes);
    storeLanes(dH, f32x4.splat(0), lanes);
  }
}
