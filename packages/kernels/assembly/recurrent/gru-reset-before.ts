/**
 * Gated recurrent unit over whole sequences (arXiv:1406.1078v1), reset gate before the matrix product, gates in the order
 * reset, update, candidate: h' = z⊙h + (1−z)⊙tanh(x + (r⊙h)·R).
 */
import { complement4, fma4, loadLanes, sigmoid4, sigmoidSlope4, storeLanes, tanh4, tanhSlope4 } from '../math';
import { at, copy, isReal, packWeights, start, stateAt, stepProduct, stepWorkspace, zero } from './recurrence';

/** Bytes of workspace, either way: the packed weights of the gates, those of the candidate, and one state [B,U]. */
export function gruResetBeforeWorkspace(batch: i32, units: i32): usize {
  const gates = max(stepWorkspace(batch, 2 * units, units), stepWorkspace(batch, units, 2 * units));
  return gates + stepWorkspace(batch, units, units) + <usize>(batch * units * 4);
}

/**
 * projected [B,T,3U], weights [U,3U], mask [B,T] bytes or 0, initial h0 [B,U] → outputs [B,T,U], final h [B,U], and for the way
 * back gates [B,T,3U] and hiddens [B,T,U], the states before each step.
 */
export function gruResetBeforeForward(
  projected: usize, weights: usize, mask: usize, h0: usize, outputs: usize, h: usize,
  gates: usize, hiddens: usize, batch: i32, time: i32, units: i32, workspace: usize,
): void {
  const width = 3 * units;
  const forCandidate = workspace + stepWorkspace(batch, 2 * units, units);
  const kept = forCandidate + stepWorkspace(batch, units, units); // r⊙h
  const candidates = at(weights, 2 * units);
  copy(gates, projected, batch * time * width);
  packWeights(weights, width, false, batch, 2 * units, units, workspace);
  packWeights(candidates, width, false, batch, units, units, forCandidate);
  start(h0, hiddens, h, batch, time, units);
  for (let t = 0; t < time; t++) {
    const sums = at(gates, t * width);
    stepProduct(at(hiddens, t * units), time * units, weights, width, false, sums, time * width, batch, 2 * units, units, workspace);
    for (let b = 0; b < batch; b++) {
      const step = b * time + t;
      if (isReal(mask, b, t, time)) gateRow(at(gates, step * width), at(hiddens, step * units), at(kept, b * units), units);
      else zero(at(kept, b * units), units);
    }
    const target = at(sums, 2 * units);
    stepProduct(kept, units, candidates, width, false, target, time * width, batch, units, units, forCandidate);
    for (let b = 0; b < batch; b++) {
      const step = b * time + t;
      const output = at(outputs, step * units);
      const before = at(hiddens, step * units);
      const after = stateAt(hiddens, h, b, t + 1, time, units);
      if (isReal(mask, b, t, time)) {
        candidateRow(at(gates, step * width), before, output, units);
        copy(after, output, units);
      } else {
        zero(output, units);
        copy(after, before, units);
      }
    }
  }
}

function gateRow(gates: usize, before: usize, kept: usize, units: i32): void {
  const gate = <usize>units << 2;
  for (let u = 0; u < units; u += 4, gates += 16, before += 16, kept += 16) {
    const lanes = units - u;
    const reset = sigmoid4(loadLanes(gates, lanes));
    storeLanes(gates, reset, lanes);
    storeLanes(gates + gate, sigmoid4(loadLanes(gates + gate, lanes)), lanes);
    storeLanes(kept, f32x4.mul(reset, loadLanes(before, lanes)), lanes);
  }
}

function candidateRow(gates: usize, before: usize, output: usize, units: i32): void {
  const gate = <usize>units << 2;
  for (let u = 0; u < units; u += 4, gates += 16, before += 16, output += 16) {
    const lanes = units - u;
    const candidate = tanh4(loadLanes(gates + 2 * gate, lanes));
    storeLanes(gates + 2 * gate, candidate, lanes);
    const kept = f32x4.sub(loadLanes(before, lanes), candidate);
    storeLanes(output, fma4(loadLanes(gates + gate, lanes), kept, candidate), lanes);
  }
}

/**
 * The way back: dOutputs [B,T,U] → dProjected [B,T,3U] and kept [B,T,U], the states that were reset; dH [B,U] holds the gradient
 * of the final state and ends as that of the initial one. The weights' gradient is two products over all steps, left to the caller.
 */
export function gruResetBeforeBackward(
  weights: usize, mask: usize, gates: usize, hiddens: usize, dOutputs: usize, dH: usize,
  dProjected: usize, kept: usize, batch: i32, time: i32, units: i32, workspace: usize,
): void {
  const width = 3 * units;
  const forCandidate = workspace + stepWorkspace(batch, units, 2 * units);
  const dKept = forCandidate + stepWorkspace(batch, units, units);
  const candidates = at(weights, 2 * units);
  packWeights(weights, width, true, batch, units, 2 * units, workspace);
  packWeights(candidates, width, true, batch, units, units, forCandidate);
  for (let t = time - 1; t >= 0; t--) {
    for (let b = 0; b < batch; b++) {
      const step = b * time + t;
      const from = step * units;
      const errors = at(dProjected, step * width);
      if (isReal(mask, b, t, time)) {
        candidateRowGradient(at(gates, step * width), at(hiddens, from), at(dOutputs, from), at(dH, b * units), errors, units);
      } else zero(errors, width);
    }
    const errors = at(dProjected, t * width);
    zero(dKept, batch * units);
    stepProduct(at(errors, 2 * units), time * width, candidates, width, true, dKept, units, batch, units, units, forCandidate);
    for (let b = 0; b < batch; b++) {
      const step = b * time + t;
      const from = step * units;
      if (isReal(mask, b, t, time)) {
        const dState = at(dKept, b * units);
        resetRowGradient(at(gates, step * width), at(hiddens, from), dState, at(dH, b * units), at(dProjected, step * width), at(kept, from), units);
      } else zero(at(kept, from), units);
    }
    stepProduct(errors, time * width, weights, width, true, dH, units, batch, units, 2 * units, workspace);
  }
}

/** One row: the gradients of the update gate and the candidate; leaves in dH the share of the state that was carried over. */
function candidateRowGradient(gates: usize, before: usize, dOutput: usize, dH: usize, dProjected: usize, units: i32): void {
  const gate = <usize>units << 2;
  for (let u = 0; u < units; u += 4, gates += 16, before += 16, dOutput += 16, dH += 16, dProjected += 16) {
    const lanes = units - u;
    const update = loadLanes(gates + gate, lanes), candidate = loadLanes(gates + 2 * gate, lanes);
    const dy = f32x4.add(loadLanes(dH, lanes), loadLanes(dOutput, lanes));
    const dUpdate = f32x4.mul(f32x4.mul(dy, f32x4.sub(loadLanes(before, lanes), candidate)), sigmoidSlope4(update));
    storeLanes(dProjected + gate, dUpdate, lanes);
    storeLanes(dProjected + 2 * gate, f32x4.mul(f32x4.mul(dy, complement4(update)), tanhSlope4(candidate)), lanes);
    storeLanes(dH, f32x4.mul(dy, update), lanes);
  }
}

/** One row: the gradient of the reset gate, the share of the state that it let through, and again what it let through. */
function resetRowGradient(
  gates: usize, before: usize, dKept: usize, dH: usize, dProjected: usize, kept: usize, units: i32,
): void {
  for (let u = 0; u < units; u += 4, gates += 16, before += 16, dKept += 16, dH += 16, dProjected += 16, kept += 16) {
    const lanes = units - u;
    const reset = loadLanes(gates, lanes), state = loadLanes(before, lanes), error = loadLanes(dKept, lanes);
    storeLanes(dProjected, f32x4.mul(f32x4.mul(error, state), sigmoidSlope4(reset)), lanes);
    storeLanes(dH, fma4(error, reset, loadLanes(dH, lanes)), lanes);
    storeLanes(kept, f32x4.mul(reset, state), lanes);
  }
}
