/** The log partition function over all ways to cut the real steps of a sequence into labelled segments (Sarawagi and Cohen 2004). */
import { logStep } from '../chain/forward';
import {
  bytes, closeRow, expOf, impossible, lanes, largestIn, logOf, logOne, sumOfExponentials,
} from '../chain/rows';
import { weightedSums } from '../chain/scaled';
import { layOut, realSteps, segmentsAt, widen, Work, workspaceFor } from './workspace';

/** Bytes of workspace of both passes. */
export function segmentChainWorkspace(T: i32, L: i32, K: i32): usize {
  return workspaceFor(T, L, K);
}

/**
 * logZ [B] and messages [B,2,T,P], float64, of initial [K], final [K], transition [K,K], segments [B,T,L,K] (by last step and length − 1, counted in
 * real steps) and mask [B,T] bytes. The messages, by real step: of all that comes before a segment that begins there, and that ends there.
 */
export function segmentChainForward(
  initial: usize, final: usize, transition: usize, segments: usize, mask: usize, logZ: usize, messages: usize,
  workspace: usize, B: i32, T: i32, L: i32, K: i32,
): void {
  const work = layOut(workspace, initial, final, transition, T, L, K);
  for (let b = 0; b < B; b++) {
    const count = realSteps(work, mask);
    if (count > 0) forwardOver(work, segments, messages, count);
    const last = messages + <usize>(T + count - 1) * work.row;
    const value = count > 0 ? logJoined(last, work.final, work) : 0;
    store<f32>(logZ, <f32>(value <= impossible<f64>() * 0.5 ? -Infinity : value));
    segments += bytes<f32>(T * L * K);
    messages += 2 * <usize>T * work.row;
    mask += T;
    logZ += 4;
  }
}

function forwardOver(work: Work, segments: usize, begins: usize, count: i32): void {
  const row = work.row, K = work.K, P = work.P;
  const ends = begins + <usize>work.T * row;
  memory.copy(begins, work.initial, row);
  for (let r = 0; r < count; r++) {
    if (r > 0) move(work, ends + <usize>(r - 1) * row, begins + <usize>r * row);
    const longest = min(work.L, r + 1);
    for (let length = 0; length < longest; length++) {
      const scores = work.scores + <usize>length * row;
      widen(segmentsAt(work, segments, r, length), scores, K, P);
      add(scores, begins + <usize>(r - length) * row, P);
    }
    logSumOver(work.scores, longest, ends + <usize>r * row, P);
  }
}

/** next [P]: log Σ exp of ended_i + transition_ij over i. */
function move(work: Work, ended: usize, next: usize): void {
  const K = work.K, P = work.P;
  const top = v128.splat<f64>(largestIn<f64>(ended, P));
  for (let j = 0; j < P; j += lanes<f64>()) {
    v128.store(work.sums + bytes<f64>(j), expOf<f64>(v128.sub<f64>(v128.load(ended + bytes<f64>(j)), top)));
  }
  if (weightedSums<f64>(work.sums, work.weights, next, K, P)) {
    for (let j = 0; j < P; j += lanes<f64>()) {
      const at = next + bytes<f64>(j);
      const offset = v128.add<f64>(top, v128.load(work.scale + bytes<f64>(j)));
      v128.store(at, v128.add<f64>(offset, logOf<f64>(v128.load(at))));
    }
    closeRow<f64>(next, K, P);
  } else logStep<f64>(ended, work.transition, next, K, P);
}

/** target [P] += source. */
@inline
export function add(target: usize, source: usize, P: i32): void {
  for (let j = 0; j < P; j += lanes<f64>()) {
    const at = target + bytes<f64>(j);
    v128.store(at, v128.add<f64>(v128.load(at), v128.load(source + bytes<f64>(j))));
  }
}

/** out [P] = log Σ exp over `count` rows [P]. */
export function logSumOver(rows: usize, count: i32, out: usize, P: i32): void {
  for (let j = 0; j < P; j += lanes<f64>()) {
    let top = v128.load(rows + bytes<f64>(j));
    for (let l = 1; l < count; l++) top = v128.max<f64>(top, v128.load(rows + bytes<f64>(l * P + j)));
    let sum = v128.splat<f64>(0);
    for (let l = 0; l < count; l++) {
      sum = v128.add<f64>(sum, expOf<f64>(v128.sub<f64>(v128.load(rows + bytes<f64>(l * P + j)), top)));
    }
    v128.store(out + bytes<f64>(j), v128.add<f64>(top, logOf<f64>(sum)));
  }
}

/** log Σ exp(x + y) of rows [P]. */
export function logJoined(x: usize, y: usize, work: Work): f64 {
  memory.copy(work.sums, x, work.row);
  add(work.sums, y, work.P);
  const top = largestIn<f64>(work.sums, work.P);
  for (let j = 0; j < work.P; j++) {
    const at = work.sums + bytes<f64>(j);
    store<f64>(at, load<f64>(at) - top);
  }
  return top + logOne<f64>(sumOfExponentials<f64>(work.sums, work.P));
}
