/** The matrix products of one step, with recurrent weights that are packed once for all steps. */
import { packedFactorProduct } from '../matrix';
import { at, copy, Scan } from './scan';
import { indexOf } from './steps';

/** target [last − first, n] = or += the states before rows [first, last), times a packed factor [U,n]. */
export function stepProduct(scan: Scan, factor: usize, target: usize, n: i32, accumulate: bool, first: i32, last: i32): void {
  const units = scan.units;
  const rows = last - first;
  let states = scan.h;
  if (rows < scan.batch) {
    states = scan.states;
    for (let i = 0; i < rows; i++) copy(at(states, i * units), at(scan.h, indexOf(scan, first + i) / scan.time * units), units);
  }
  packedFactorProduct(states, units, false, factor, target, n, accumulate, rows, n, units, scan.panels);
}

/** sums [rows,U] = or += `k` columns of errors, rows `stride` floats apart, times a packed transposed factor [k,U]. */
export function backThrough(scan: Scan, factor: usize, errors: usize, stride: i32, k: i32, accumulate: bool, rows: i32): void {
  packedFactorProduct(errors, stride, false, factor, scan.sums, scan.units, accumulate, rows, scan.units, k, scan.panels);
}

/** dH [B,U] += the sums of rows [first, last). */
export function addToStates(scan: Scan, first: i32, last: i32): void {
  const units = scan.units;
  let sums = scan.sums;
  for (let row = first; row < last; row++) {
    let target = at(scan.dH, indexOf(scan, row) / scan.time * units), u = 0;
    for (; u + 4 <= units; u += 4, sums += 16, target += 16) v128.store(target, f32x4.add(v128.load(target), v128.load(sums)));
    for (; u < units; u++, sums += 4, target += 4) store<f32>(target, load<f32>(target) + load<f32>(sums));
  }
}
