/** Layer normalisation and root-mean-square normalisation of rows, forward and backward. */
import { fma4, loadLanes, storeLanes, sumLanes } from './math';

/**
 * out [rows,columns] = (x − mean)/√(variance + epsilon)·weight + bias along each row; scales [rows,2] keeps the mean and the factor of each. Without
 * `centred` the mean is taken as 0, and `bias` 0 is none.
 */
export function normalizeRows(
  x: usize, weight: usize, bias: usize, out: usize, scales: usize, rows: i32, columns: i32, epsilon: f32, centred: bool,
): void {
  const line = <usize>columns << 2;
  for (let row = 0; row < rows; row++, x += line, out += line, scales += 8) {
    const mean = centred ? meanOf(x, columns) : 0;
    const factor = <f32>1 / sqrt<f32>(squaresAround(x, mean, columns) / <f32>columns + epsilon);
    store<f32>(scales, mean);
    store<f32>(scales, factor, 4);
    const shift = f32x4.splat(mean), scale = f32x4.splat(factor);
    for (let at: usize = 0, rest = columns; rest > 0; at += 16, rest -= 4) {
      const straight = f32x4.mul(f32x4.sub(loadLanes(x + at, rest), shift), scale);
      const offset = bias != 0 ? loadLanes(bias + at, rest) : f32x4.splat(0);
      storeLanes(out + at, fma4(straight, loadLanes(weight + at, rest), offset), rest);
    }
  }
}

function meanOf(x: usize, columns: i32): f32 {
  let sums = f32x4.splat(0);
  for (let rest = columns; rest > 0; rest -= 4, x += 16) sums = f32x4.add(sums, loadLanes(x, rest));
  return sumLanes(sums) / <f32>columns;
}

function squaresAround(x: usize, mean: f32, columns: i32): f32 {
  const shift = f32x4.splat(mean);
  let sums = f32x4.splat(0), rest = columns;
  for (; rest >= 4; rest -= 4, x += 16) {
    const away = f32x4.sub(v128.load(x), shift);
    sums = fma4(away, away, sums);
  }
  let sum = sumLanes(sums);
  for (; rest > 0; rest--, x += 4) sum += (load<f32>(x) - mean) * (load<f32>(x) - mean);
  return sum;
}

/** dX [rows,columns], dWeight and dBias (unless 0) [columns] of `normalizeRows`, from what it kept in `scales`. */
export function normalizeRowsGradient(
  x: usize, weight: usize, scales: usize, dY: usize, dX: usize, dWeight: usize, dBias: usize, rows: i32, columns: i32, centred: bool,
): void {
  const line = <usize>columns << 2;
  memory.fill(dWeight, 0, line);
  if (dBias != 0) memory.fill(dBias, 0, line);
  for (let row = 0; row < rows; row++, x += line, dY += line, dX += line, scales += 8) {
    const shift = f32x4.splat(load<f32>(scales)), scale = f32x4.splat(load<f32>(scales, 4));
    let sums = f32x4.splat(0), products = sums;
    for (let at: usize = 0, rest = columns; rest > 0; at += 16, rest -= 4) {
      const straight = f32x4.mul(f32x4.sub(loadLanes(x + at, rest), shift), scale);
      const given = loadLanes(dY + at, rest);
      const slope = f32x4.mul(given, loadLanes(weight + at, rest));
      sums = f32x4.add(sums, slope);
      products = fma4(slope, straight, products);
      storeLanes(dWeight + at, fma4(given, straight, loadLanes(dWeight + at, rest)), rest);
      if (dBias != 0) storeLanes(dBias + at, f32x4.add(given, loadLanes(dBias + at, rest)), rest);
    }
    const mean = f32x4.splat(centred ? sumLanes(sums) / <f32>columns : 0);
    const along = f32x4.splat(sumLanes(products) / <f32>columns);
    for (let at: usize = 0, rest = columns; rest > 0; at += 16, rest -= 4) {
      const straight = f32x4.mul(f32x4.sub(loadLanes(x + at, rest), shift), scale);
      const slope = f32x4.sub(f32x4.mul(loadLanes(dY + at, rest), loadLanes(weight + at, rest)), mean);
      storeLanes(dX + at, f32x4.mul(scale, f32x4.sub(slope, f32x4.mul(straight, along))), rest);
    }
  }
}
