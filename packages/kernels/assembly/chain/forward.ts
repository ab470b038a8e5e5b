/**
 * The log partition function of linear chains. Messages are kept relative to their largest entry, and what they are relative to
 * is added up in float64, so that long chains lose no precision. Transitions that differ from step to step are worked on in the log domain.
 */
import {
  addPotential, bytes, closeRow, copyRow, exponentials, expOf, impossible, lanes, logOf, logOne, normalize, padded, potentials, sumOfExponentials,
} from './rows';
import { scaledExponentials, weightedSums } from './scaled';

/** Bytes of workspace of `chainForward` and `chainBackward`: three matrices [P,P], and eight rows. */
export function workspaceOf<T>(K: i32): usize {
  const P = padded<T>(K);
  return bytes<T>(3 * P * P + 8 * P);
}

/**
 * logZ [B] and the forward messages [B,T,2,P] of initial [K], final [K], transition [K,K], or [B,T−1,K,K] with `perStep`, emission [B,T,K], mask
 * [B,T] bytes. A message is a row in the log domain, its largest entry 0, and, unless `perStep`, its exponentials; nothing at masked steps.
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
    for (let t = 0; t < steps; t++, emission += bytes<T>(K), alphas += 2 * row) {
      if (t > 0 && perStep) transition += matrix;
      if (!load<u8>(mask + t)) continue;
      if (previous == 0) copyRow<T>(initial, alphas, K, P);
      else if (perStep) logStep<T>(previous, transition - matrix, alphas, K, P);
      else forwardStep<T>(previous, transition, weights, scale, alphas, K, P);
      addPotential<T>(alphas, emission, K, P);
      offset += normalize<T>(alphas, P);
      if (!perStep) exponentials<T>(alphas, alphas + row, P);
      previous = alphas;
    }
    mask += steps;
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

/** next [P] = log Σ_i exp(alpha_i + transition_ij), before the emission. */
function forwardStep<T>(alpha: usize, transition: usize, weights: usize, scale: usize, next: usize, K: i32, P: i32): void {
  if (!weightedSums<T>(alpha + bytes<T>(P), weights, next, K, P)) return logStep<T>(alpha, transition, next, K, P);
  for (let j = 0; j < P; j += lanes<T>()) {
    const at = bytes<T>(j);
    v128.store(next + at, v128.add<T>(logOf<T>(v128.load(next + at)), v128.load(scale + at)));
  }
}

/** The same in the log domain, with any matrix [K,K]. */
function logStep<T>(alpha: usize, transition: usize, next: usize, K: i32, P: i32): void {
  for (let j = 0; j < P; j += lanes<T>()) {
    let top = v128.splat<T>(<T>(100 * impossible<T>()));
    for (let i = 0; i < K; i++) top = v128.max<T>(top, pair<T>(alpha, transition, i, j, K));
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
