/** The simple (Elman) recurrent network over whole sequences (doi:10.1207/s15516709cog1402_1): h' = tanh or relu of x + h·R. */
import { loadLanes, storeLanes, tanh4, tanhSlope4 } from '../math';
import { at, copy, isReal, packWeights, start, stateAt, stepProduct, stepWorkspace, zero } from './recurrence';

/** Bytes of workspace for the way there: a packed product and the sums [B,U] of a step. */
export function simpleRNNWorkspace(batch: i32, units: i32): usize {
  return stepWorkspace(batch, units, units) + <usize>(batch * units * 4);
}

/**
 * projected [B,T,U], weights [U,U], mask [B,T] bytes or 0, initial h0 [B,U] → outputs [B,T,U], final h [B,U], and for the way
 * back hiddens [B,T,U], the states before each step.
 */
export function simpleRNNForward(
  projected: usize, weights: usize, mask: usize, h0: usize, outputs: usize, h: usize, hiddens: usize,
  relu: bool, batch: i32, time: i32, units: i32, workspace: usize,
): void {
  const sums = workspace + stepWorkspace(batch, units, units);
  packWeights(weights, units, false, batch, units, units, workspace);
  start(h0, hiddens, h, batch, time, units);
  for (let t = 0; t < time; t++) {
    for (let b = 0; b < batch; b++) copy(at(sums, b * units), at(projected, (b * time + t) * units), units);
    stepProduct(at(hiddens, t * units), time * units, weights, units, false, sums, units, batch, units, units, workspace);
    for (let b = 0; b < batch; b++) {
      const step = b * time + t;
      const output = at(outputs, step * units);
      const after = stateAt(hiddens, h, b, t + 1, time, units);
      if (isReal(mask, b, t, time)) {
        activateRow(at(sums, b * units), output, relu, units);
        copy(after, output, units);
      } else {
        zero(output, units);
        copy(after, at(hiddens, step * units), units);
      }
    }
  }
}

function activateRow(sums: usize, output: usize, relu: bool, units: i32): void {
  for (let u = 0; u < units; u += 4, sums += 16, output += 16) {
    const sum = loadLanes(sums, units - u);
    storeLanes(output, relu ? f32x4.max(sum, f32x4.splat(0)) : tanh4(sum), units - u);
  }
}

/**
 * The way back: dOutputs [B,T,U] and the outputs → dProjected [B,T,U]; dH [B,U] holds the gradient of the final state and ends as
 * that of the initial one. The weights' gradient is one product over all steps, left to the caller.
 */
export function simpleRNNBackward(
  weights: usize, mask: usize, outputs: usize, dOutputs: usize, dH: usize,
  dProjected: usize, relu: bool, batch: i32, time: i32, units: i32, workspace: usize,
): void {
  packWeights(weights, units, true, batch, units, units, workspace);
  for (let t = time - 1; t >= 0; t--) {
    for (let b = 0; b < batch; b++) {
      const from = (b * time + t) * units;
      const errors = at(dProjected, from);
      if (isReal(mask, b, t, time)) rowGradient(at(outputs, from), at(dOutputs, from), at(dH, b * units), errors, relu, units);
      else zero(errors, units);
    }
    stepProduct(at(dProjected, t * units), time * units, weights, units, true, dH, units, batch, units, units, workspace);
  }
}

/** One row: leaves 0 in dH, to which the product will add. */
function rowGradient(output: usize, dOutput: usize, dH: usize, dProjected: usize, relu: bool, units: i32): void {
  for (let u = 0; u < units; u += 4, output += 16, dOutput += 16, dH += 16, dProjected += 16) {
    const lanes = units - u;
    const y = loadLanes(output, lanes);
    const dy = f32x4.add(loadLanes(dH, lanes), loadLanes(dOutput, lanes));
    const error = relu ? v128.and(dy, f32x4.gt(y, f32x4.splat(0))) : f32x4.mul(dy, tanhSlope4(y));
    storeLanes(dProjected, error, lanes);
    storeLanes(dH, f32x4.splat(0), lanes);
  }
}
