/**
 * The log partition function of linear chains and its gradient, by forward–backward. One step is a product of a row vector with
 * exp(transition), scaled so that nothing overflows; where so much underflows that the sum would be wrong, and where transitions
 * differ from step to step, the step is done in the log domain instead. Messages are kept relative to their largest entry, and what they
 * are relative to is added up in float64, so that long chains lose no precision.
 *
 * Rows are padded to P = K rounded up to a multiple of 4, so that loops have no ends: padding holds `IMPOSSIBLE`, or 0 after exp.
 */
import { exp1, exp4, loadLanes, log1, log4, maxLanes, storeLanes, sumLanes } from './math';

/** Stands for −∞, whose differences would be NaN. */
const IMPOSSIBLE: f32 = -1e30;
/** A scaled sum below this may have lost what it should contain. */
const TRUSTED: f32 = 1e-25;
@inline
function padded(K: i32): i32 {
  return (K + 3) & ~3;
}

/** Bytes of workspace of both kernels: two matrices [P,P], and eight rows. */
export function chainWorkspace(K: i32): usize {
  const P = padded(K);
  return <usize>(3 * P * P + 8 * P) << 2;
}

/**
 * logZ [B] and the forward messages alphas [B,T,P] (untouched at masked steps, the largest entry 0) of initial [K], final [K], transition [K,K], or
 * [B,T−1,K,K] with `perStep`, emission [B,T,K], mask [B,T] bytes.
 */
export function chainForward(
  initial: usize, final: usize, transition: usize, perStep: bool, emission: usize, mask: usize,
  logZ: usize, alphas: usize, workspace: usize, B: i32, T: i32, K: i32,
): void {
  const P = padded(K);
  const row = <usize>P << 2;
  const weights = workspace;
  const scale = weights + <usize>P * row;
  const sums = scale + row;
  if (!perStep) scaledExponentials(transition, weights, scale, K, P);
  const matrix = <usize>(K * K) << 2;
  for (let b = 0; b < B; b++) {
    let previous: usize = 0;
    let offset: f64 = 0;
    for (let t = 0; t < T; t++, emission += <usize>K << 2, alphas += row) {
      if (t > 0 && perStep) transition += matrix;
      if (!load<u8>(mask + t)) continue;
      if (previous == 0) copyRow(initial, alphas, K, P);
      else if (perStep) logStep(previous, transition - matrix, alphas, K, P);
      else forwardStep(previous, transition, weights, scale, sums, alphas, K, P);
      addPotential(alphas, emission, K, P);
      offset += normalize(alphas, P);
      previous = alphas;
    }
    mask += T;
    store<f32>(logZ, previous == 0 ? 0 : totalOf(previous, offset, final, sums, K, P));
    logZ += 4;
  }
}

/** offset + log Σ exp(alpha + final), −∞ where nothing is possible. */
function totalOf(alpha: usize, offset: f64, final: usize, sums: usize, K: i32, P: i32): f32 {
  memory.copy(sums, alpha, <usize>P << 2);
  addPotential(sums, final, K, P);
  offset += normalize(sums, P);
  const value = <f32>(offset + <f64>log1(sumOfExponentials(sums, P)));
  return value <= IMPOSSIBLE * 0.5 ? -Infinity : value;
}

/** Subtracts the largest entry from all and returns it. */
function normalize(row: usize, P: i32): f64 {
  const top = maxOf(row, P);
  for (let j = 0; j < P; j += 4, row += 16) v128.store(row, f32x4.sub(v128.load(row), f32x4.splat(top)));
  return top;
}

function sumOfExponentials(row: usize, P: i32): f32 {
  let sum = f32x4.splat(0);
  for (let j = 0; j < P; j += 4) sum = f32x4.add(sum, exp4(v128.load(row + (<usize>j << 2))));
  return sumLanes(sum);
}

/** weights [P,P] = exp(transition − its column's largest), scale [P] = the largest of each column. */
function scaledExponentials(transition: usize, weights: usize, scale: usize, K: i32, P: i32): void {
  fillRow(scale, IMPOSSIBLE, P);
  memory.fill(weights, 0, <usize>(P * P) << 2);
  for (let i = 0; i < K; i++) {
    copyRow(transition + (<usize>(i * K) << 2), weights + (<usize>(i * P) << 2), K, P);
    for (let j = 0; j < P; j += 4) {
      const at = scale + (<usize>j << 2);
      v128.store(at, f32x4.max(v128.load(at), v128.load(weights + (<usize>(i * P + j) << 2))));
    }
  }
  for (let i = 0; i < K; i++) {
    for (let j = 0; j < P; j += 4) {
      const at = weights + (<usize>(i * P + j) << 2);
      v128.store(at, exp4(f32x4.sub(v128.load(at), v128.load(scale + (<usize>j << 2)))));
    }
    for (let j = K; j < P; j++) store<f32>(weights + (<usize>(i * P + j) << 2), 0);
  }
}

/** next [P] = log Σ_i exp(alpha_i + transition_ij), before the emission. */
function forwardStep(
  alpha: usize, transition: usize, weights: usize, scale: usize, sums: usize, next: usize, K: i32, P: i32,
): void {
  exponentials(alpha, sums, P);
  if (!weightedSums(sums, weights, next, K, P)) return logStep(alpha, transition, next, K, P);
  for (let j = 0; j < P; j += 4) {
    const at = <usize>j << 2;
    v128.store(next + at, f32x4.add(log4(v128.load(next + at)), v128.load(scale + at)));
  }
  for (let j = K; j < P; j++) store<f32>(next + (<usize>j << 2), IMPOSSIBLE);
}

function exponentials(source: usize, target: usize, P: i32): void {
  for (let j = 0; j < P; j += 4) v128.store(target + (<usize>j << 2), exp4(v128.load(source + (<usize>j << 2))));
}

/** out_j = Σ_i x_i·weights_ij; false where a sum is too small to be trusted. */
function weightedSums(x: usize, weights: usize, out: usize, K: i32, P: i32): bool {
  const line = <usize>P << 2;
  let trusted = true;
  for (let j = 0; j < P; j += 4) {
    let sum = f32x4.splat(0);
    let at = weights + (<usize>j << 2);
    for (let i = 0; i < K; i++, at += line) {
      sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(x + (<usize>i << 2)), v128.load(at)));
    }
    v128.store(out + (<usize>j << 2), sum);
    const low = i32x4.bitmask(f32x4.lt(sum, f32x4.splat(TRUSTED)));
    if (j + 4 <= K ? low != 0 : (low & ((1 << (K - j)) - 1)) != 0) trusted = false;
  }
  return trusted;
}

/** The same in the log domain, with any matrix [K,K]. */
function logStep(alpha: usize, transition: usize, next: usize, K: i32, P: i32): void {
  for (let j = 0; j < P; j += 4) {
    const count = min(4, K - j);
    let top = f32x4.splat(IMPOSSIBLE * 100);
    for (let i = 0; i < K; i++) top = f32x4.max(top, pair(alpha, transition, i, j, K, count));
    let sum = f32x4.splat(0);
    for (let i = 0; i < K; i++) sum = f32x4.add(sum, exp4(f32x4.sub(pair(alpha, transition, i, j, K, count), top)));
    v128.store(next + (<usize>j << 2), f32x4.add(top, log4(sum)));
  }
  for (let j = K; j < P; j++) store<f32>(next + (<usize>j << 2), IMPOSSIBLE);
}

/** alpha_i + transition_ij for four j. */
@inline
function pair(alpha: usize, transition: usize, i: i32, j: i32, K: i32, count: i32): v128 {
  return f32x4.add(v128.load_splat<f32>(alpha + (<usize>i << 2)), potentials(transition + (<usize>(i * K + j) << 2), count));
}

/** Up to four potentials, at least IMPOSSIBLE. */
@inline
function potentials(pointer: usize, count: i32): v128 {
  return f32x4.max(loadLanes(pointer, count), f32x4.splat(IMPOSSIBLE));
}

/** target [P] = source [K], at least IMPOSSIBLE, which fills the padding too. */
function copyRow(source: usize, target: usize, K: i32, P: i32): void {
  for (let j = 0; j < P; j += 4) v128.store(target + (<usize>j << 2), potentials(source + (<usize>j << 2), min(4, K - j)));
  for (let j = K; j < P; j++) store<f32>(target + (<usize>j << 2), IMPOSSIBLE);
}

/** row [P] += potential [K]; the padding stays. */
function addPotential(row: usize, potential: usize, K: i32, P: i32): void {
  for (let j = 0; j < P; j += 4, row += 16, potential += 16) {
    v128.store(row, f32x4.add(v128.load(row), potentials(potential, min(4, K - j))));
  }
}

function maxOf(row: usize, P: i32): f32 {
  let top = v128.load(row);
  for (let j = 4; j < P; j += 4) top = f32x4.max(top, v128.load(row + (<usize>j << 2)));
  return maxLanes(top);
}

function fillRow(row: usize, value: f32, P: i32): void {
  for (let j = 0; j < P; j += 4) v128.store(row + (<usize>j << 2), f32x4.splat(value));
}

/** From dLogZ [B] and what `chainForward` made: the gradients of all potentials, of their shapes; whatever stands there is overwritten. */
export function chainBackward(
  final: usize, transition: usize, perStep: bool, emission: usize, mask: usize, logZ: usize, alphas: usize, dLogZ: usize,
  dInitial: usize, dFinal: usize, dTransition: usize, dEmission: usize, workspace: usize, B: i32, T: i32, K: i32,
): void {
  const P = padded(K);
  const row = <usize>P << 2;
  const weights = workspace;
  const turned = weights + <usize>P * row;
  const outer = turned + <usize>P * row;
  const scale = outer + <usize>P * row;
  const rows = scale + row;
  const matrix = <usize>(K * K) << 2;
  memory.fill(dInitial, 0, <usize>K << 2);
  memory.fill(dFinal, 0, <usize>K << 2);
  memory.fill(dEmission, 0, <usize>(B * T * K) << 2);
  memory.fill(dTransition, 0, perStep ? <usize>(B * (T - 1)) * matrix : matrix);
  memory.fill(outer, 0, <usize>P * row);
  if (!perStep) {
    scaledExponentials(transition, weights, scale, K, P);
    transpose(weights, turned, P);
  }
  for (let b = 0; b < B; b++) {
    const dy = load<f32>(dLogZ + (<usize>b << 2));
    const total = load<f32>(logZ + (<usize>b << 2));
    if (dy != 0 && total != -Infinity) {
      const moves = perStep ? <usize>(b * (T - 1)) * matrix : 0;
      backwardOver(
        final, transition + moves, perStep, emission, mask, alphas, dy, dInitial, dFinal, dTransition + moves, dEmission,
        weights, turned, outer, scale, rows, T, K,
      );
    }
    emission += <usize>(T * K) << 2;
    dEmission += <usize>(T * K) << 2;
    alphas += <usize>T * row;
    mask += T;
  }
  if (!perStep) addWeighted(dTransition, outer, weights, K, P);
}

/** One sequence, from its last real step to its first. */
function backwardOver(
  final: usize, transition: usize, perStep: bool, emission: usize, mask: usize, alphas: usize, dy: f32,
  dInitial: usize, dFinal: usize, dTransition: usize, dEmission: usize,
  weights: usize, turned: usize, outer: usize, scale: usize, rows: usize, T: i32, K: i32,
): void {
  const P = padded(K);
  const row = <usize>P << 2;
  const matrix = <usize>(K * K) << 2;
  const beta = rows, ahead = beta + row, left = ahead + row, right = left + row;
  let next = -1; // the real step after this one
  for (let t = T - 1; t >= 0; t--) {
    if (!load<u8>(mask + t)) continue;
    const alpha = alphas + <usize>t * row;
    if (next < 0) copyRow(final, beta, K, P);
    else {
      memory.copy(ahead, beta, row);
      addPotential(ahead, emission + (<usize>(next * K) << 2), K, P);
      const move = perStep ? <usize>(next - 1) * matrix : 0;
      if (perStep || !scaledMove(alpha, ahead, weights, turned, outer, scale, left, right, beta, dy, K, P)) {
        logMove(alpha, ahead, transition + move, dTransition + move, beta, left, dy, K, P);
      }
    }
    normalize(beta, P);
    const marginals = dEmission + (<usize>(t * K) << 2);
    marginalsOf(alpha, beta, marginals, left, dy, K, P);
    if (next < 0) addRow(dFinal, marginals, K);
    next = t;
  }
  if (next >= 0) addRow(dInitial, dEmission + (<usize>(next * K) << 2), K);
}

/** beta [P] before the move and the outer product of both sides added to `outer`; false, and nothing done, where scaling is not safe. */
function scaledMove(
  alpha: usize, ahead: usize, weights: usize, turned: usize, outer: usize, scale: usize, left: usize, right: usize, beta: usize,
  dy: f32, K: i32, P: i32,
): bool {
  for (let j = 0; j < P; j += 4) {
    const at = <usize>j << 2;
    v128.store(right + at, f32x4.add(v128.load(ahead + at), v128.load(scale + at)));
  }
  normalize(right, P);
  exponentials(right, right, P);
  exponentials(alpha, left, P);
  if (!weightedSums(right, turned, beta, K, P)) return false;
  let product = f32x4.splat(0);
  for (let i = 0; i < P; i += 4) {
    const at = <usize>i << 2;
    product = f32x4.add(product, f32x4.mul(v128.load(left + at), v128.load(beta + at)));
    v128.store(beta + at, log4(v128.load(beta + at)));
  }
  for (let i = K; i < P; i++) store<f32>(beta + (<usize>i << 2), IMPOSSIBLE);
  const factor = dy / sumLanes(product); // the pairs of a move sum to 1, and the product is at least TRUSTED
  for (let i = 0; i < K; i++) {
    const a = f32x4.splat(load<f32>(left + (<usize>i << 2)) * factor);
    let at = outer + (<usize>(i * P) << 2);
    for (let j = 0; j < P; j += 4, at += 16) {
      v128.store(at, f32x4.add(v128.load(at), f32x4.mul(a, v128.load(right + (<usize>j << 2)))));
    }
  }
  return true;
}

/** The same in the log domain, the pair marginals added to dTransition [K,K]; `sums` is scratch. */
function logMove(
  alpha: usize, ahead: usize, transition: usize, dTransition: usize, beta: usize, sums: usize, dy: f32, K: i32, P: i32,
): void {
  for (let i = 0; i < K; i++) {
    const line = transition + (<usize>(i * K) << 2);
    let top = f32x4.splat(IMPOSSIBLE * 100);
    for (let j = 0; j < K; j += 4) top = f32x4.max(top, moveInto(ahead, line, j, K));
    const largest = maxLanes(top);
    let sum = f32x4.splat(0);
    for (let j = 0; j < K; j += 4) {
      sum = f32x4.add(sum, exp4(f32x4.sub(moveInto(ahead, line, j, K), f32x4.splat(largest))));
    }
    store<f32>(beta + (<usize>i << 2), largest + log1(sumLanes(sum)));
  }
  for (let i = K; i < P; i++) store<f32>(beta + (<usize>i << 2), IMPOSSIBLE);
  for (let i = 0; i < P; i += 4) {
    const at = <usize>i << 2;
    v128.store(sums + at, f32x4.add(v128.load(alpha + at), v128.load(beta + at)));
  }
  const top = <f32>normalize(sums, P);
  const total = top + log1(sumOfExponentials(sums, P));
  for (let i = 0; i < K; i++) {
    const line = transition + (<usize>(i * K) << 2);
    const come = f32x4.splat(load<f32>(alpha + (<usize>i << 2)) - total);
    for (let j = 0; j < K; j += 4) {
      const share = f32x4.mul(exp4(f32x4.add(moveInto(ahead, line, j, K), come)), f32x4.splat(dy));
      const target = dTransition + (<usize>(i * K + j) << 2);
      storeLanes(target, f32x4.add(loadLanes(target, K - j), share), K - j);
    }
  }
}

/** transition_ij + ahead_j for four j; far below everything in the padding. */
@inline
function moveInto(ahead: usize, line: usize, j: i32, K: i32): v128 {
  return f32x4.add(potentials(line + (<usize>j << 2), min(4, K - j)), v128.load(ahead + (<usize>j << 2)));
}

/** dy·softmax(alpha + beta) [K]; `sums` is scratch. */
function marginalsOf(alpha: usize, beta: usize, out: usize, sums: usize, dy: f32, K: i32, P: i32): void {
  for (let j = 0; j < P; j += 4) {
    const at = <usize>j << 2;
    v128.store(sums + at, f32x4.add(v128.load(alpha + at), v128.load(beta + at)));
  }
  normalize(sums, P);
  const share = f32x4.splat(dy / sumOfExponentials(sums, P));
  for (let j = 0; j < K; j += 4) {
    const at = <usize>j << 2;
    storeLanes(out + at, f32x4.mul(exp4(v128.load(sums + at)), share), K - j);
  }
}

function addRow(target: usize, source: usize, K: i32): void {
  for (let j = 0; j < K; j++, target += 4, source += 4) store<f32>(target, load<f32>(target) + load<f32>(source));
}

function transpose(source: usize, target: usize, P: i32): void {
  for (let i = 0; i < P; i++) {
    for (let j = 0; j < P; j++) store<f32>(target + (<usize>(j * P + i) << 2), load<f32>(source + (<usize>(i * P + j) << 2)));
  }
}

/** dTransition [K,K] += outer ⊙ weights, both [P,P]. */
function addWeighted(dTransition: usize, outer: usize, weights: usize, K: i32, P: i32): void {
  for (let i = 0; i < K; i++) {
    for (let j = 0; j < K; j++, dTransition += 4) {
      const at = <usize>(i * P + j) << 2;
      const share = load<f32>(outer + at) * load<f32>(weights + at);
      store<f32>(dTransition, load<f32>(dTransition) + share);
    }
  }
}
