/**
 * The log partition function of linear chains. Messages are kept relative to their largest entry, and what they are relative to
 * is added up in float64, so that long chains lose no precision. A step is done on numbers, not logarithms, as long as none of them becomes
 * so small that it might be lost; transitions that differ from step to step are worked on in the log domain.
 */
import {
  addPotential, bytes, closeRow, copyRow, exponentials, expOf, impossible, lanes, largestOf, logOf, logOne, normalize, padded, potentials,
  scaledPotential, sumOfExponentials, takeLogarithms,
} from './rows';
import { scaledExponentials, weightedSums } from './scaled';

/** Bytes of workspace of `chainForward` and `chainBackward`: three matrices [P,P], and eight rows. */
export function workspaceOf<T>(K: i32): usize {
  const P = padded<T>(K);
  return bytes<T>(3 * P * P + 8 * P);
}

/**
 * logZ [B] and the forward messages [B,T,2,P] of initial [K], final [K], transition [K,K], or [B,T−1,K,K] with `perStep`, emission [B,T,K], mask
 * [B,T] bytes. A message is a row of logarithms (see `takeLogarithms`), the largest 0, and, unless `perStep`, one of numbers; nothing at masked steps.
 */
export function forward<T>(
  initial: usize, final: usize, transition: usize, perStep: bool, emission: usize, mask: usize,
  logZ: usize, alphas: usize, workspace: usize, B: i32, steps: i32, K: i32,
): void {
  const P = padded<T>(K);
  const row = bytes<T>(P);
  const weights = workspace;
  const scale = weights + <usize>P * row;
  const sums = scale + row;
  if (!perStep) scaledExponentials<T>(transition, weights, scale, K, P);
  const matrix = bytes<T>(K * K);
  for (let b = 0; b < B; b++) {
    let previous: usize = 0;
    let offset: f64 = 0;
    let mass: f64 = 1; // what goes with the offset, not yet as a logarithm; one step may make it 1e-280 times smaller
    for (let t = 0; t < steps; t++, emission += bytes<T>(K), alphas += 2 * row) {
      if (t > 0 && perStep) transition += matrix;
      if (!load<u8>(mask + t)) continue;
      let top: T = 0;
      if (previous != 0 && !perStep) {
        if (weightedSums<T>(previous + row, weights, sums, K, P)) {
          offset += <f64>scaledPotential<T>(scale, emission, alphas, K, P);
          top = linearStep<T>(sums, alphas, P);
          if (top == 0) addLogarithms<T>(sums, alphas, P);
        } else {
          takeLogarithms<T>(previous, K, P);
          logStep<T>(previous, transition, alphas, K, P);
          addPotential<T>(alphas, emission, K, P);
        }
      } else {
        if (previous == 0) copyRow<T>(initial, alphas, K, P);
        else logStep<T>(previous, transition - matrix, alphas, K, P);
        addPotential<T>(alphas, emission, K, P);
      }
      if (top != 0) {
        mass *= <f64>top;
        if (mass < 1e-20 || mass > 1e200) offset += logOne<f64>(mass), mass = 1;
      } else {
        offset += normalize<T>(alphas, P);
        if (!perStep) exponentials<T>(alphas, alphas + row, P);
      }
      previous = alphas;
    }
    mask += steps;
    if (previous != 0) takeLogarithms<T>(previous, K, P);
    offset += logOne<f64>(mass);
    store<T>(logZ, <T>(previous == 0 ? 0 : endOf<T>(previous, offset, final, sums, K, P)));
    logZ += sizeof<T>();
  }
}

/** offset + log Σ exp(alpha + final), −∞ where nothing is possible. */
function endOf<T>(alpha: usize, offset: f64, final: usize, sums: usize, K: i32, P: i32): f64 {
  memory.copy(sums, alpha, bytes<T>(P));
  addPotential<T>(sums, final, K, P);
  offset += normalize<T>(sums, P);
  const value = offset + <f64>logOne<T>(sumOfExponentials<T>(sums, P));
  return value <= <f64>impossible<T>() * 0.5 ? -Infinity : value;
}

/** A message smaller than this, where it is not 0 by −∞, may have lost its precision. */
@inline
function faint<T>(): T {
  return sizeof<T>() == 4 ? <T>1e-30 : <T>1e-290;
}

/**
 * The message that `sums` [P] and the potentials at `next` [P] (the largest 0) make: its numbers behind `next`, the largest 1, and no logarithms yet.
 * Returns what it was divided by, or 0, and nothing is done, where some number is too small.
 */
function linearStep<T>(sums: usize, next: usize, P: i32): T {
  const never = v128.splat<T>(<T>(0.5 * impossible<T>()));
  const low = v128.splat<T>(faint<T>());
  const numbers = next + bytes<T>(P);
  let lost = v128.splat<T>(0), tops = lost;
  for (let j = 0; j < P; j += lanes<T>()) {
    const at = bytes<T>(j);
    const potential = v128.load(next + at);
    const number = v128.mul<T>(expOf<T>(potential), v128.load(sums + at));
    v128.store(numbers + at, number);
    tops = v128.pmax<T>(tops, number);
    lost = v128.or(lost, v128.and(v128.lt<T>(number, low), v128.gt<T>(potential, never)));
  }
  const top = largestOf<T>(tops);
  if (v128.any_true(lost) || !(top > 0)) return 0;
  const factor = v128.splat<T>(<T>(1 / top));
  for (let j = 0; j < P; j += lanes<T>()) {
    const at = numbers + bytes<T>(j);
    v128.store(at, v128.mul<T>(v128.load(at), factor));
  }
  store<T>(next, <T>NaN);
  return top;
}

/** next [P] += log(sums). */
function addLogarithms<T>(sums: usize, next: usize, P: i32): void {
  for (let j = 0; j < P; j += lanes<T>()) {
    const at = bytes<T>(j);
    v128.store(next + at, v128.add<T>(v128.load(next + at), logOf<T>(v128.load(sums + at))));
  }
}

/** The same in the log domain, with any matrix [K,K]. */
export function logStep<T>(alpha: usize, transition: usize, next: usize, K: i32, P: i32): void {
  for (let j = 0; j < P; j += lanes<T>()) {
    let top = v128.splat<T>(<T>(100 * impossible<T>()));
    for (let i = 0; i < K; i++) top = v128.pmax<T>(top, pair<T>(alpha, transition, i, j, K));
    let sum = v128.splat<T>(0);
    for (let i = 0; i < K; i++) sum = v128.add<T>(sum, expOf<T>(v128.sub<T>(pair<T>(alpha, transition, i, j, K), top)));
    v128.store(next + bytes<T>(j), v128.add<T>(top, logOf<T>(sum)));
  }
  closeRow<T>(next, K, P);
}

/** alpha_i + transition_ij for a vector of j. */
@inline
function pair<T>(alpha: usize, transition: usize, i: i32, j: i32, K: i32): v128 {
  return v128.add<T>(v128.splat<T>(load<T>(alpha + bytes<T>(i))), potentials<T>(transition + bytes<T>(i * K + j), K - j));
}
