/**
 * Rows of log potentials in float32 (T = f32) or float64, K numbers padded to P, a whole count of vectors, so that loops have no ends: padding
 * holds `impossible`, or 0 after exp.
 */
import { exp4, loadLanes, log4, storeLanes, sumLanes } from '../math';
import { exp64x2, log64x2 } from '../math64';

/** How many numbers a vector holds. */
@inline
export function lanes<T>(): i32 {
  return 16 / sizeof<T>();
}

/** The bytes of n numbers. */
@inline
export function bytes<T>(n: i32): usize {
  return <usize>n << alignof<T>();
}

/** K rounded up to whole vectors. */
@inline
export function padded<T>(K: i32): i32 {
  return (K + lanes<T>() - 1) & ~(lanes<T>() - 1);
}

/** Stands for −∞, whose differences would be NaN. */
@inline
export function impossible<T>(): T {
  return <T>-1e30;
}

@inline
export function expOf<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return exp4(x);
  else return exp64x2(x);
}

@inline
export function logOf<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return log4(x);
  else return log64x2(x);
}

@inline
export function logOne<T>(x: T): T {
  return v128.extract_lane<T>(logOf<T>(v128.splat<T>(x)), 0);
}

@inline
export function largestOf<T>(x: v128): T {
  const pairs = v128.pmax<T>(x, v128.shuffle<i64>(x, x, 1, 0)); // one instruction, where f32x4.max takes seven
  if (sizeof<T>() == 8) return v128.extract_lane<T>(pairs, 0);
  return v128.extract_lane<T>(v128.pmax<T>(pairs, v128.shuffle<i32>(pairs, pairs, 1, 0, 3, 2)), 0);
}

@inline
export function totalOf<T>(x: v128): T {
  if (sizeof<T>() == 4) return <T>sumLanes(x);
  else return <T>(v128.extract_lane<T>(x, 0) + v128.extract_lane<T>(x, 1));
}

/** A vector, or the first `count` numbers of one and zeros. */
@inline
export function loadSome<T>(pointer: usize, count: i32): v128 {
  if (sizeof<T>() == 4) return loadLanes(pointer, count);
  else return count >= 2 ? v128.load(pointer) : v128.load64_zero(pointer);
}

/** Stores a vector, or the first `count` numbers of it. */
@inline
export function storeSome<T>(pointer: usize, value: v128, count: i32): void {
  if (sizeof<T>() == 4) storeLanes(pointer, value, count);
  else if (count >= 2) v128.store(pointer, value);
  else v128.store64_lane(pointer, value, 0);
}

/** Some potentials, at least `impossible`. */
@inline
export function potentials<T>(pointer: usize, count: i32): v128 {
  return v128.pmax<T>(loadSome<T>(pointer, count), v128.splat<T>(impossible<T>())); // as written, NaN passes
}

/** target [P] = source [K], at least `impossible`, which fills the padding too. */
export function copyRow<T>(source: usize, target: usize, K: i32, P: i32): void {
  for (let j = 0; j < P; j += lanes<T>()) {
    v128.store(target + bytes<T>(j), potentials<T>(source + bytes<T>(j), K - j));
  }
  closeRow<T>(target, K, P);
}

/** Fills the padding with `impossible`. */
@inline
export function closeRow<T>(row: usize, K: i32, P: i32): void {
  for (let j = K; j < P; j++) store<T>(row + bytes<T>(j), impossible<T>());
}

/** row [P] += potential [K]; the padding stays. */
export function addPotential<T>(row: usize, potential: usize, K: i32, P: i32): void {
  for (let j = 0; j < P; j += lanes<T>(), row += 16, potential += 16) {
    v128.store(row, v128.add<T>(v128.load(row), potentials<T>(potential, K - j)));
  }
}

/** row [P] = scale [P] + potential [K], less the largest of it, which is returned. */
export function scaledPotential<T>(scale: usize, potential: usize, row: usize, K: i32, P: i32): T {
  let top = v128.splat<T>(<T>(100 * impossible<T>()));
  let j = 0;
  for (; j + lanes<T>() <= K; j += lanes<T>()) {
    const at = bytes<T>(j);
    const sum = v128.add<T>(v128.load(scale + at), v128.pmax<T>(v128.load(potential + at), v128.splat<T>(impossible<T>())));
    v128.store(row + at, sum);
    top = v128.pmax<T>(top, sum);
  }
  if (j < P) {
    const at = bytes<T>(j);
    const sum = v128.add<T>(v128.load(scale + at), potentials<T>(potential + at, K - j));
    v128.store(row + at, sum);
    top = v128.pmax<T>(top, sum);
  }
  const largest = largestOf<T>(top);
  const shift = v128.splat<T>(largest);
  for (j = 0; j < P; j += lanes<T>(), row += 16) v128.store(row, v128.sub<T>(v128.load(row), shift));
  return largest;
}

export function largestIn<T>(row: usize, P: i32): T {
  let top = v128.load(row);
  for (let j = lanes<T>(); j < P; j += lanes<T>()) top = v128.pmax<T>(top, v128.load(row + bytes<T>(j)));
  return largestOf<T>(top);
}

/** Subtracts the largest entry from all and returns it. */
export function normalize<T>(row: usize, P: i32): f64 {
  const top = largestIn<T>(row, P);
  for (let j = 0; j < P; j += lanes<T>(), row += 16) v128.store(row, v128.sub<T>(v128.load(row), v128.splat<T>(top)));
  return <f64>top;
}

export function exponentials<T>(source: usize, target: usize, P: i32): void {
  for (let j = 0; j < P; j += lanes<T>()) v128.store(target + bytes<T>(j), expOf<T>(v128.load(source + bytes<T>(j))));
}

/** target [P] = log(source), at least `impossible`. */
export function logarithms<T>(source: usize, target: usize, K: i32, P: i32): void {
  const low = v128.splat<T>(impossible<T>());
  for (let j = 0; j < P; j += lanes<T>()) {
    v128.store(target + bytes<T>(j), v128.pmax<T>(logOf<T>(v128.load(source + bytes<T>(j))), low));
  }
  closeRow<T>(target, K, P);
}

/** Takes the logarithms of a forward message, unless it has them: its first one is NaN as long as nobody needed them. */
@inline
export function takeLogarithms<T>(message: usize, K: i32, P: i32): void {
  if (isNaN<T>(load<T>(message))) logarithms<T>(message + bytes<T>(P), message, K, P);
}

export function sumOfExponentials<T>(row: usize, P: i32): T {
  let sum = v128.splat<T>(0);
  for (let j = 0; j < P; j += lanes<T>()) sum = v128.add<T>(sum, expOf<T>(v128.load(row + bytes<T>(j))));
  return totalOf<T>(sum);
}

export function addRow<T>(target: usize, source: usize, K: i32): void {
  for (let j = 0; j < K; j++) {
    const at = bytes<T>(j);
    store<T>(target + at, load<T>(target + at) + load<T>(source + at));
  }
}
