/**
 * Gated recurrent unit over whole sequences (arXiv:1406.1078), reset gate after the matrix product, gates in the order reset,
 * update, candidate: h' = z⊙h + (1−z)⊙tanh(x + r⊙(h·R + bias)).
 */
import { complement4, fma4, loadLanes, sigmoid4, sigmoidSlope4, storeLanes, tanh4, tanhSlope4 } from '../math';
import { at, copy, isReal, packWeights, start, stateAt, stepProduct, stepWorkspace, zero } from './recurrence';

/** Bytes of workspace for the way there: a packed product and the hidden sums [B,3U]. */
export function gruResetAfterWorkspace(batch: i32, units: i32): usize {
  return stepWorkspace(batch, 3 * units, units) + <usize>(batch * 3 * units * 4);
}

/**
 * projected [B,T,3U], weights [U,3U], bias [3U], mask [B,T] bytes or 0, initial h0 [B,U] → outputs [B,T,U], final h [B,U], and for
 * the way back gates [B,T,4U] (reset, update, candidate, the hidden sum that was reset) and hiddens [B,T,U] before each step.
 */
export function gruResetAfterForward(
  projected: usize, weights: usize, bias: usize, mask: usize, h0: usize, outputs: usize, h: usize,
  gates: usize, hiddens: usize, batch: i32, time: i32, units: i32, workspace: usize,
): void {
  const width = 3 * units;
  const sums = workspace + stepWorkspace(batch, width, units);
  packWeights(weights, width, false, batch, width, units, workspace);
  start(h0, hiddens, h, batch, time, units);
  for (let t = 0; t < time; t++) {
    for (let b = 0; b < batch; b++) copy(at(sums, b * width), bias, width);
    stepProduct(at(hiddens, t * units), time * units, weights, width, false, sums, width, batch, width, units, workspace);
    for (let b = 0; b < batch; b++) {
      const step = b * time + t;
      const output = at(outputs, step * units);
      const before = at(hiddens, step * units);
      const after = stateAt(hiddens, h, b, t + 1, time, units);
      if (isReal(mask, b, t, time)) {
        gateRow(at(projected, step * width), at(sums, b * width), before, at(gates, step * 4 * units), output, units);
        copy(after, output, units);
      } else {
        zero(output, units);
        copy(after, before, units);
      }
    }
  }
}

function gateRow(projected: usize, sums: usize, before: usize, gates: usize, output: usize, units: i32): void {
  const gate = <usize>units << 2;
  for (let u = 0; u < units; u += 4, projected += 16, sums += 16, before += 16, gates += 16, output += 16) {
    const lanes = units - u;
    const reset = sigmoid4(f32x4.add(loadLanes(projected, lanes), loadLanes(sums, lanes)));
    const update = sigmoid4(f32x4.add(loadLanes(projected + gate, lanes), loadLanes(sums + gate, lanes)));
    const hidden = loadLanes(sums + 2 * gate, lanes);
    const candidate = tanh4(fma4(reset, hidden, loadLanes(projected + 2 * gate, lanes)));
    storeLanes(gates, reset, lanes);
    storeLanes(gates + gate, update, lanes);
    storeLanes(gates + 2 * gate, candidate, lanes);
    storeLanes(gates + 3 * gate, hidden, lanes);
    storeLanes(output, fma4(update, f32x4.sub(loadLanes(before, lanes), candidate), candidate), lanes);
  }
}

/**
 * The way back: dOutputs [B,T,U] → dProjected [B,T,3U] and dSums [B,T,3U], the gradient of the hidden sums; dH [B,U] holds the
 * gradient of the final state and ends as that of the initial one. The gradients of weights and bias are left to the caller.
 */
export function gruResetAfterBackward(
  weights: usize, mask: usize, gates: usize, hiddens: usize, dOutputs: usize, dH: usize,
  dProjected: usize, dSums: usize, batch: i32, time: i32, units: i32, workspace: usize,
): void {
  const width = 3 * units;
  packWeights(weights, width, true, batch, units, width, workspace);
  for (let t = time - 1; t >= 0; t--) {
    for (let b = 0; b < batch; b++) {
      const step = b * time + t;
      const errors = at(dProjected, step * width);
      const sums = at(dSums, step * width);
      if (isReal(mask, b, t, time)) {
        const from = step * units;
        gateRowGradient(at(gates, 4 * from), at(hiddens, from), at(dOutputs, from), at(dH, b * units), errors, sums, units);
      } else {
        zero(errors, width);
        zero(sums, width);
      }
    }
    stepProduct(at(dSums, t * width), time * width, weights, width, true, dH, units, batch, units, width, workspace);
  }
}

/** One row: leaves in dH the share of the state that was carried over, to which the product will add the rest. */
function gateRowGradient(
  gates: usize, before: usize, dOutput: usize, dH: usize, dProjected: usize, dSums: usize, units: i32,
): void {
  const gate = <usize>units << 2;
  for (let u = 0; u < units; u += 4, gates += 16, before += 16, dOutput += 16, dH += 16, dProjected += 16, dSums += 16) {
    const lanes = units - u;
    const reset = loadLanes(gates, lanes), update = loadLanes(gates + gate, lanes);
    const candidate = loadLanes(gates + 2 * gate, lanes), hidden = loadLanes(gates + 3 * gate, lanes);
    const dy = f32x4.add(loadLanes(dH, lanes), loadLanes(dOutput, lanes));
    const dCandidate = f32x4.mul(f32x4.mul(dy, complement4(update)), tanhSlope4(candidate));
    const dReset = f32x4.mul(f32x4.mul(dCandidate, hidden), sigmoidSlope4(reset));
    const dUpdate = f32x4.mul(f32x4.mul(dy, f32x4.sub(loadLanes(before, lanes), candidate)), sigmoidSlope4(update));
    storeLanes(dProjected, dReset, lanes);
    storeLanes(dProjected + gate, dUpdate, lanes);
    storeLanes(dProjected + 2 * gate, dCandidate, lanes);
    storeLanes(dSums, dReset, lanes);
    storeLanes(dSums + gate, dUpdate, lanes);
    storeLanes(dSums + 2 * gate, f32x4.mul(dCandidate, reset), lanes);
    storeLanes(dH, f32x4.mul(dy, update), lanes);
  }
}
