/**
 * The gradient of the log partition function: the backward messages, from the last real step to the first, joined with the forward ones. A
 * backward message is linear as long as scaled steps can be trusted, and a logarithm after a step that had to be done in the log domain.
 */
import {
  addPotential, addRow, bytes, closeRow, copyRow, exponentials, expOf, impossible, lanes, largestIn, largestOf, loadSome, logarithms, logOne, normalize,
  padded, potentials, scaledPotential, storeSome, sumOfExponentials, takeLogarithms, totalOf,
} from './rows';
import { scaledExponentials, weightedSums } from './scaled';

/** From dLogZ [B] and what `forward` made: the gradients of all potentials, of their shapes; whatever stands there is overwritten. */
export function backward<T>(
  final: usize, transition: usize, perStep: bool, emission: usize, mask: usize, logZ: usize, alphas: usize, dLogZ: usize,
  dInitial: usize, dFinal: usize, dTransition: usize, dEmission: usize, workspace: usize, B: i32, steps: i32, K: i32,
): void {
  const P = padded<T>(K);
  const row = bytes<T>(P);
  const matrix = bytes<T>(K * K);
  memory.fill(dInitial, 0, bytes<T>(K));
  memory.fill(dFinal, 0, bytes<T>(K));
  memory.fill(dEmission, 0, bytes<T>(B * steps * K));
  memory.fill(dTransition, 0, perStep ? <usize>(B * (steps - 1)) * matrix : matrix);
  const weights = workspace;
  const turned = weights + <usize>P * row;
  const outer = turned + <usize>P * row;
  const scale = outer + <usize>P * row;
  memory.fill(outer, 0, <usize>P * row);
  if (!perStep) {
    scaledExponentials<T>(transition, weights, scale, K, P);
    transpose<T>(weights, turned, P);
  }
  for (let b = 0; b < B; b++) {
    const dy = load<T>(dLogZ + bytes<T>(b));
    if (dy != 0 && load<T>(logZ + bytes<T>(b)) != -Infinity) {
      const moves = perStep ? <usize>(b * (steps - 1)) * matrix : 0;
      backwardOver<T>(
        final, transition + moves, perStep, emission, mask, alphas, dy, dInitial, dFinal, dTransition + moves, dEmission,
        turned, outer, scale, steps, K,
      );
    }
    emission += bytes<T>(steps * K);
    dEmission += bytes<T>(steps * K);
    alphas += 2 * <usize>steps * row;
    mask += steps;
  }
  if (!perStep) addWeighted<T>(dTransition, outer, weights, K, P);
}

/** One sequence, from its last real step to its first; `scale` is followed by seven rows of scratch. */
function backwardOver<T>(
  final: usize, transition: usize, perStep: bool, emission: usize, mask: usize, alphas: usize, dy: T,
  dInitial: usize, dFinal: usize, dTransition: usize, dEmission: usize, turned: usize, outer: usize, scale: usize, steps: i32, K: i32,
): void {
  const P = padded<T>(K);
  const row = bytes<T>(P);
  const matrix = bytes<T>(K * K);
  let beta = scale + row, before = beta + row;
  const ahead = before + row, right = ahead + row, sums = right + row;
  let inLogs = true; // whether beta holds logarithms
  let next = -1; // the real step after this one
  for (let t = steps - 1; t >= 0; t--) {
    if (!load<u8>(mask + t)) continue;
    const alpha = alphas + 2 * <usize>t * row;
    const marginals = dEmission + bytes<T>(t * K);
    if (next < 0) copyRow<T>(final, beta, K, P);
    else {
      const potential = emission + bytes<T>(next * K);
      if (!perStep && scaledMove<T>(beta, inLogs, potential, scale, right, turned, before, K, P)) {
        inLogs = false;
        const swap = beta;
        beta = before, before = swap;
      } else {
        if (!inLogs) logarithms<T>(beta, beta, K, P);
        takeLogarithms<T>(alpha, K, P);
        memory.copy(ahead, beta, row);
        addPotential<T>(ahead, potential, K, P);
        const move = perStep ? <usize>(next - 1) * matrix : 0;
        logMove<T>(alpha, ahead, transition + move, dTransition + move, beta, sums, dy, K, P);
        inLogs = true;
      }
    }
    if (inLogs) {
      normalize<T>(beta, P);
      takeLogarithms<T>(alpha, K, P);
      marginalsOf<T>(alpha, beta, marginals, sums, dy, K, P);
    } else {
      const factor = <T>(dy / dot<T>(alpha + row, beta, P)); // the pairs of a move sum to 1, and the product is at least `trusted`
      shareOut<T>(alpha + row, beta, marginals, factor, K);
      addOuter<T>(alpha + row, right, outer, factor, K, P);
    }
    if (next < 0) addRow<T>(dFinal, marginals, K);
    next = t;
  }
  if (next >= 0) addRow<T>(dInitial, dEmission + bytes<T>(next * K), K);
}

/** before [P], linear: the message before the move into a step of emission `potential`; right [P]: its side of the move. False where scaling is not safe. */
function scaledMove<T>(
  beta: usize, inLogs: bool, potential: usize, scale: usize, right: usize, turned: usize, before: usize, K: i32, P: i32,
): bool {
  scaledPotential<T>(scale, potential, right, K, P);
  if (inLogs || !timesLinear<T>(right, beta, P)) {
    if (!inLogs) {
      scaledPotential<T>(scale, potential, right, K, P);
      logarithms<T>(beta, before, K, P);
      beta = before;
    }
    for (let j = 0; j < P; j += lanes<T>()) {
      const at = bytes<T>(j);
      v128.store(right + at, v128.add<T>(v128.load(right + at), v128.load(beta + at)));
    }
    normalize<T>(right, P);
    exponentials<T>(right, right, P);
  }
  return weightedSums<T>(right, turned, before, K, P);
}

/** right [P] = exp(right, whose largest is 0)·beta, the largest entry 1; false where the two disagree so much that smaller ones are lost. */
function timesLinear<T>(right: usize, beta: usize, P: i32): bool {
  for (let j = 0; j < P; j += lanes<T>()) {
    const at = bytes<T>(j);
    v128.store(right + at, v128.mul<T>(expOf<T>(v128.load(right + at)), v128.load(beta + at)));
  }
  const top = largestIn<T>(right, P);
  if (!(top >= <T>1e-6)) return false;
  const scale = v128.splat<T>(<T>(1 / top));
  for (let j = 0; j < P; j += lanes<T>()) {
    const at = bytes<T>(j);
    v128.store(right + at, v128.mul<T>(v128.load(right + at), scale));
  }
  return true;
}

function dot<T>(x: usize, y: usize, P: i32): T {
  let sum = v128.splat<T>(0);
  for (let j = 0; j < P; j += lanes<T>()) sum = v128.add<T>(sum, v128.mul<T>(v128.load(x + bytes<T>(j)), v128.load(y + bytes<T>(j))));
  return totalOf<T>(sum);
}

/** out [K] = factor·x·y. */
function shareOut<T>(x: usize, y: usize, out: usize, factor: T, K: i32): void {
  for (let j = 0; j < K; j += lanes<T>()) {
    const at = bytes<T>(j);
    const share = v128.mul<T>(v128.mul<T>(v128.load(x + at), v128.load(y + at)), v128.splat<T>(factor));
    storeSome<T>(out + at, share, K - j);
  }
}

/** outer [P,P] += factor·left·rightᵀ: the pairs of a move, but for the weights. */
function addOuter<T>(left: usize, right: usize, outer: usize, factor: T, K: i32, P: i32): void {
  for (let i = 0; i < K; i++) {
    const share = v128.splat<T>(<T>(load<T>(left + bytes<T>(i)) * factor));
    for (let j = 0; j < P; j += lanes<T>(), outer += 16) {
      v128.store(outer, v128.add<T>(v128.load(outer), v128.mul<T>(share, v128.load(right + bytes<T>(j)))));
    }
  }
}

/** The move in the log domain: beta [P] before it, and the pair marginals added to dTransition [K,K]; `sums` is scratch. */
function logMove<T>(
  alpha: usize, ahead: usize, transition: usize, dTransition: usize, beta: usize, sums: usize, dy: T, K: i32, P: i32,
): void {
  for (let i = 0; i < K; i++) {
    const line = transition + bytes<T>(i * K);
    let top = v128.splat<T>(<T>(100 * impossible<T>()));
    for (let j = 0; j < K; j += lanes<T>()) top = v128.pmax<T>(top, moveInto<T>(ahead, line, j, K));
    const largest = v128.splat<T>(largestOf<T>(top));
    let sum = v128.splat<T>(0);
    for (let j = 0; j < K; j += lanes<T>()) {
      sum = v128.add<T>(sum, expOf<T>(v128.sub<T>(moveInto<T>(ahead, line, j, K), largest)));
    }
    store<T>(beta + bytes<T>(i), v128.extract_lane<T>(largest, 0) + logOne<T>(totalOf<T>(sum)));
  }
  closeRow<T>(beta, K, P);
  const total = joined<T>(alpha, beta, sums, P);
  for (let i = 0; i < K; i++) {
    const line = transition + bytes<T>(i * K);
    const come = v128.splat<T>(<T>(load<T>(alpha + bytes<T>(i)) - total));
    for (let j = 0; j < K; j += lanes<T>()) {
      const share = v128.mul<T>(expOf<T>(v128.add<T>(moveInto<T>(ahead, line, j, K), come)), v128.splat<T>(dy));
      const target = dTransition + bytes<T>(i * K + j);
      storeSome<T>(target, v128.add<T>(loadSome<T>(target, K - j), share), K - j);
    }
  }
}

/** transition_ij + ahead_j for a vector of j; far below everything in the padding. */
@inline
function moveInto<T>(ahead: usize, line: usize, j: i32, K: i32): v128 {
  return v128.add<T>(potentials<T>(line + bytes<T>(j), K - j), v128.load(ahead + bytes<T>(j)));
}

/** log Σ exp(alpha + beta); sums [P] = alpha + beta less their largest. */
function joined<T>(alpha: usize, beta: usize, sums: usize, P: i32): T {
  for (let j = 0; j < P; j += lanes<T>()) {
    const at = bytes<T>(j);
    v128.store(sums + at, v128.add<T>(v128.load(alpha + at), v128.load(beta + at)));
  }
  const top = <T>normalize<T>(sums, P);
  return top + logOne<T>(sumOfExponentials<T>(sums, P));
}

/** out [K] = dy·softmax(alpha + beta), both logarithms; `sums` is scratch. */
function marginalsOf<T>(alpha: usize, beta: usize, out: usize, sums: usize, dy: T, K: i32, P: i32): void {
  joined<T>(alpha, beta, sums, P);
  const share = v128.splat<T>(<T>(dy / sumOfExponentials<T>(sums, P)));
  for (let j = 0; j < K; j += lanes<T>()) {
    const at = bytes<T>(j);
    storeSome<T>(out + at, v128.mul<T>(expOf<T>(v128.load(sums + at)), share), K - j);
  }
}

function transpose<T>(source: usize, target: usize, P: i32): void {
  for (let i = 0; i < P; i++) {
    for (let j = 0; j < P; j++) store<T>(target + bytes<T>(j * P + i), load<T>(source + bytes<T>(i * P + j)));
  }
}

/** dTransition [K,K] += outer ⊙ weights, both [P,P]. */
function addWeighted<T>(dTransition: usize, outer: usize, weights: usize, K: i32, P: i32): void {
  for (let i = 0; i < K; i++) {
    for (let j = 0; j < K; j++, dTransition += sizeof<T>()) {
      const at = bytes<T>(i * P + j);
      store<T>(dTransition, load<T>(dTransition) + load<T>(outer + at) * load<T>(weights + at));
    }
  }
}
