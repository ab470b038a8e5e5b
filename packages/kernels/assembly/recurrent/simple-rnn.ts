/** The simple (Elman) recurrent network (doi:10.1207/s15516709cog1402_1): h' = tanh or relu of x + h·R. A saved row is h'. */
import { faded4, loadLanes, storeLanes, tanh4, tanhSlope4 } from '../math';
import { at, Scan, SIMPLE_RELU } from './scan';
import { indexOf } from './steps';
import { addToStates, backThrough, stepProduct } from './step-product';

/** One step: from projected [last − first,U] to the outputs of rows [first, last). */
export function simpleRNNStep(scan: Scan, first: i32, last: i32, projected: usize): void {
  const units = scan.units, relu = scan.cell == SIMPLE_RELU;
  stepProduct(scan, scan.recurrents, projected, units, true, first, last);
  for (let row = first; row < last; row++, projected = at(projected, units)) {
    const index = indexOf(scan, row);
    activate(projected, at(scan.h, index / scan.time * units), at(scan.outputs, index * units), relu, units);
  }
}

function activate(sums: usize, h: usize, output: usize, relu: bool, units: i32): void {
  for (let lanes = units; lanes > 0; lanes -= 4, sums += 16, h += 16, output += 16) {
    const sum = loadLanes(sums, lanes);
    const y = relu ? f32x4.max(sum, f32x4.splat(0)) : tanh4(sum);
    storeLanes(h, y, lanes);
    storeLanes(output, y, lanes);
  }
}

/** The way back through one step: errors [last − first,U] are those of the sums. */
export function simpleRNNStepGradient(scan: Scan, first: i32, last: i32, errors: usize): void {
  const units = scan.units, relu = scan.cell == SIMPLE_RELU;
  for (let row = first, error = errors; row < last; row++, error = at(error, units)) {
    const index = indexOf(scan, row), step = index * units;
    const dH = at(scan.dH, index / scan.time * units);
    activateGradient(at(scan.outputs, step), at(scan.dOutputs, step), dH, error, relu, units);
  }
  backThrough(scan, scan.recurrents, errors, units, units, false, last - first);
  addToStates(scan, first, last);
}

/** One row: leaves 0 in dH, to which the product will be added. */
function activateGradient(output: usize, dOutput: usize, dH: usize, errors: usize, relu: bool, units: i32): void {
  for (let lanes = units; lanes > 0; lanes -= 4, output += 16, dOutput += 16, dH += 16, errors += 16) {
    const y = loadLanes(output, lanes);
    const dy = faded4(f32x4.add(loadLanes(dH, lanes), loadLanes(dOutput, lanes)));
    storeLanes(errors, relu ? v128.and(dy, f32x4.gt(y, f32x4.splat(0))) : f32x4.mul(dy, tanhSlope4(y)), lanes);
    storeLanes(dH, f32x4.splat(0), lanes);
  }
}
