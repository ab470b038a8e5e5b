/** Single paths through linear chains: the score of given ones with its gradient, and the best one (Viterbi). */
import { addPotential, bytes, copyRow, impossible, lanes, normalize, padded } from './rows';

/**
 * scores [B] = the sum of the potentials along each path of labels [B,T]; 0 without a real step. Returns the first real place (b·T + t) whose
 * label is no state, its row's score being NaN, else −1.
 */
export function pathScore<T>(
  initial: usize, final: usize, transition: usize, perStep: bool, emission: usize, mask: usize, labels: usize,
  scores: usize, B: i32, steps: i32, K: i32,
): i32 {
  let bad = -1;
  const matrix = bytes<T>(K * K);
  for (let b = 0, place = 0; b < B; b++) {
    let sum: f64 = 0;
    let previous = -1;
    for (let t = 0; t < steps; t++, place++, emission += bytes<T>(K)) {
      if (t > 0 && perStep) transition += matrix;
      if (!load<u8>(mask + place)) continue;
      const label = load<i32>(labels + (<usize>place << 2));
      if (<u32>label >= <u32>K) {
        if (bad < 0) bad = place;
        sum = NaN;
        continue;
      }
      const move = perStep ? transition - matrix : transition;
      sum += <f64>load<T>(previous < 0 ? initial + bytes<T>(label) : move + bytes<T>(previous * K + label));
      sum += <f64>load<T>(emission + bytes<T>(label));
      previous = label;
    }
    if (previous >= 0) sum += <f64>load<T>(final + bytes<T>(previous));
    store<T>(scores + bytes<T>(b), <T>sum);
  }
  return bad;
}

/** Adds the gradients of the scores to those of all potentials, of their shapes: dScores [B] at every potential on the path; rows with dScores 0 are skipped. */
export function pathScoreGradient<T>(
  perStep: bool, mask: usize, labels: usize, dScores: usize,
  dInitial: usize, dFinal: usize, dTransition: usize, dEmission: usize, B: i32, steps: i32, K: i32,
): void {
  const matrix = bytes<T>(K * K);
  for (let b = 0, place = 0; b < B; b++) {
    const dy = load<T>(dScores + bytes<T>(b));
    let previous = -1;
    for (let t = 0; t < steps; t++, place++, dEmission += bytes<T>(K)) {
      if (t > 0 && perStep) dTransition += matrix;
      if (dy == 0 || !load<u8>(mask + place)) continue;
      const label = load<i32>(labels + (<usize>place << 2));
      if (<u32>label >= <u32>K) continue;
      const move = perStep ? dTransition - matrix : dTransition;
      addTo<T>(previous < 0 ? dInitial + bytes<T>(label) : move + bytes<T>(previous * K + label), dy);
      addTo<T>(dEmission + bytes<T>(label), dy);
      previous = label;
    }
    if (dy != 0 && previous >= 0) addTo<T>(dFinal + bytes<T>(previous), dy);
  }
}

@inline
function addTo<T>(pointer: usize, value: T): void {
  store<T>(pointer, load<T>(pointer) + value);
}

/** Bytes of workspace of `bestPath`: a matrix [K,P] and a message [P] for every step. */
export function bestPathWorkspace<T>(steps: i32, K: i32): usize {
  return bytes<T>((K + steps) * padded<T>(K));
}

/** path [B,T] int32: the best one through each chain, −1 at masked steps; of equally good ones the lowest state wins, from the end on. */
export function bestPath<T>(
  initial: usize, final: usize, transition: usize, perStep: bool, emission: usize, mask: usize,
  path: usize, workspace: usize, B: i32, steps: i32, K: i32,
): void {
  const P = padded<T>(K);
  const matrix = bytes<T>(K * K);
  const messages = workspace + bytes<T>(K * P);
  if (!perStep) padMatrix<T>(transition, workspace, K, P);
  for (let b = 0; b < B; b++) {
    let last = -1;
    let moved = 0;
    for (let t = 0; t < steps; t++) {
      if (!load<u8>(mask + t)) continue;
      const message = messages + bytes<T>(t * P);
      if (last < 0) copyRow<T>(initial, message, K, P);
      else {
        if (perStep) padMatrix<T>(transition + <usize>(t - 1) * matrix, workspace, K, P);
        bestSums<T>(messages + bytes<T>(last * P), workspace, message, K, P);
      }
      addPotential<T>(message, emission + bytes<T>(t * K), K, P);
      if ((++moved & 63) == 0) normalize<T>(message, P); // scores of long paths would lose their last digits
      last = t;
    }
    traceBack<T>(final, transition, perStep, mask, messages, path, last, steps, K);
    emission += bytes<T>(steps * K);
    mask += steps;
    path += <usize>steps << 2;
    if (perStep) transition += <usize>(steps - 1) * matrix;
  }
}

/** From the best last state, at step `last`, back to the first. */
function traceBack<T>(
  final: usize, transition: usize, perStep: bool, mask: usize, messages: usize, path: usize, last: i32, steps: i32, K: i32,
): void {
  const row = bytes<T>(padded<T>(K));
  for (let t = 0; t < steps; t++) store<i32>(path + (<usize>t << 2), -1);
  if (last < 0) return;
  let state = bestSum<T>(messages + <usize>last * row, final, 1, K);
  store<i32>(path + (<usize>last << 2), state);
  for (let t = last - 1, next = last; t >= 0; t--) {
    if (!load<u8>(mask + t)) continue;
    const moves = perStep ? transition + bytes<T>((next - 1) * K * K) : transition;
    state = bestSum<T>(messages + <usize>t * row, moves + bytes<T>(state), K, K);
    store<i32>(path + (<usize>t << 2), state);
    next = t;
  }
}

/** The first state i with the largest message_i + potential_i, potentials `stride` numbers apart. */
function bestSum<T>(message: usize, potential: usize, stride: i32, K: i32): i32 {
  let best = 0;
  let top = <T>-Infinity;
  for (let i = 0; i < K; i++) {
    const sum = <T>(load<T>(message + bytes<T>(i)) + max<T>(load<T>(potential + bytes<T>(i * stride)), impossible<T>()));
    if (sum > top) top = sum, best = i;
  }
  return best;
}

/** weights [K,P] = transition [K,K], at least `impossible`. */
function padMatrix<T>(transition: usize, weights: usize, K: i32, P: i32): void {
  for (let i = 0; i < K; i++) copyRow<T>(transition + bytes<T>(i * K), weights + bytes<T>(i * P), K, P);
}

/** next_j = max_i message_i + weights_ij. */
function bestSums<T>(message: usize, weights: usize, next: usize, K: i32, P: i32): void {
  const line = bytes<T>(P);
  let j = 0;
  for (; j + 4 * lanes<T>() <= P; j += 4 * lanes<T>()) {
    const lowest = v128.splat<T>(<T>-Infinity);
    let m0 = lowest, m1 = lowest, m2 = lowest, m3 = lowest;
    for (let i = 0, at = weights + bytes<T>(j); i < K; i++, at += line) {
      const come = v128.splat<T>(load<T>(message + bytes<T>(i)));
      m0 = v128.pmax<T>(m0, v128.add<T>(come, v128.load(at)));
      m1 = v128.pmax<T>(m1, v128.add<T>(come, v128.load(at, 16)));
      m2 = v128.pmax<T>(m2, v128.add<T>(come, v128.load(at, 32)));
      m3 = v128.pmax<T>(m3, v128.add<T>(come, v128.load(at, 48)));
    }
    const target = next + bytes<T>(j);
    v128.store(target, m0), v128.store(target, m1, 16), v128.store(target, m2, 32), v128.store(target, m3, 48);
  }
  for (; j < P; j += lanes<T>()) {
    let best = v128.splat<T>(<T>-Infinity);
    for (let i = 0, at = weights + bytes<T>(j); i < K; i++, at += line) {
      best = v128.pmax<T>(best, v128.add<T>(v128.splat<T>(load<T>(message + bytes<T>(i))), v128.load(at)));
    }
    v128.store(next + bytes<T>(j), best);
  }
}
