/** The gradient of the log partition function over segments: what follows each step, joined with the forward messages of what comes before. */
import { bytes, closeRow, expOf, impossible, lanes, largestOf, logOne, potentials, totalOf } from '../chain/rows';
import { add, logJoined, logSumOver } from './forward';
import { layOut, realSteps, segmentsAt, widen, Work } from './workspace';

/** From dLogZ [B] and the messages of `segmentChainForward`: the gradients of all potentials, of their shapes; whatever stands there is overwritten. */
export function segmentChainBackward(
  initial: usize, final: usize, transition: usize, segments: usize, mask: usize, messages: usize, dLogZ: usize,
  dInitial: usize, dFinal: usize, dTransition: usize, dSegments: usize, workspace: usize, B: i32, T: i32, L: i32, K: i32,
): void {
  const work = layOut(workspace, initial, final, transition, T, L, K);
  memory.fill(work.dInitial, 0, <usize>(K + 2) * work.row); // the three stand together
  memory.fill(dSegments, 0, bytes<f32>(B * T * L * K));
  for (let b = 0; b < B; b++) {
    const dy = load<f32>(dLogZ + bytes<f32>(b));
    const count = realSteps(work, mask);
    if (dy != 0 && count > 0) backwardOver(work, segments, messages, <f64>dy, dSegments, count);
    segments += bytes<f32>(T * L * K);
    dSegments += bytes<f32>(T * L * K);
    messages += 2 * <usize>T * work.row;
    mask += T;
  }
  narrow(work.dInitial, dInitial, K);
  narrow(work.dFinal, dFinal, K);
  for (let i = 0; i < K; i++) narrow(work.dTransition + <usize>i * work.row, dTransition + bytes<f32>(i * K), K);
}

function backwardOver(work: Work, segments: usize, begins: usize, dy: f64, dSegments: usize, count: i32): void {
  const row = work.row, K = work.K, P = work.P;
  const ends = begins + <usize>work.T * row;
  const logZ = logJoined(ends + <usize>(count - 1) * row, work.final, work);
  if (logZ <= impossible<f64>() * 0.5) return;
  for (let r = count - 1; r >= 0; r--) {
    const after = work.afters + <usize>r * row, ended = ends + <usize>r * row, begun = begins + <usize>r * row;
    if (r == count - 1) {
      memory.copy(after, work.final, row);
      share(ended, after, logZ, dy, work.dFinal, P);
    } else moveBack(work, ended, after, logZ, dy);
    const longest = min(work.L, count - r);
    for (let length = 0; length < longest; length++) {
      const scores = work.scores + <usize>length * row;
      widen(segmentsAt(work, segments, r + length, length), scores, K, P);
      add(scores, work.afters + <usize>(r + length) * row, P);
    }
    logSumOver(work.scores, longest, work.ahead, P);
    for (let length = 0; length < longest; length++) {
      memory.fill(work.sums, 0, row);
      share(begun, work.scores + <usize>length * row, logZ, dy, work.sums, P);
      narrow(work.sums, segmentsAt(work, dSegments, r + length, length), K);
    }
  }
  share(begins, work.ahead, logZ, dy, work.dInitial, P);
}

/** after [P], of a segment that ends here, from `ahead`; and the probabilities of the moves, times dy, added to dTransition. */
function moveBack(work: Work, ended: usize, after: usize, logZ: f64, dy: f64): void {
  const K = work.K, sums = work.sums;
  for (let i = 0; i < K; i++) {
    const line = work.transition + bytes<f64>(i * K);
    let top = v128.splat<f64>(100 * impossible<f64>());
    for (let j = 0; j < K; j += lanes<f64>()) {
      const come = v128.add<f64>(potentials<f64>(line + bytes<f64>(j), K - j), v128.load(work.ahead + bytes<f64>(j)));
      v128.store(sums + bytes<f64>(j), come);
      top = v128.max<f64>(top, come);
    }
    const largest = largestOf<f64>(top);
    let sum = v128.splat<f64>(0);
    for (let j = 0; j < K; j += lanes<f64>()) {
      const at = sums + bytes<f64>(j);
      const number = expOf<f64>(v128.sub<f64>(v128.load(at), v128.splat<f64>(largest)));
      v128.store(at, number);
      sum = v128.add<f64>(sum, number);
    }
    const total = totalOf<f64>(sum);
    store<f64>(after + bytes<f64>(i), largest + logOne<f64>(total));
    const log = v128.splat<f64>(load<f64>(ended + bytes<f64>(i)) + largest - logZ);
    const weight = v128.mul<f64>(v128.splat<f64>(dy), expOf<f64>(log));
    const target = work.dTransition + <usize>i * work.row;
    for (let j = 0; j < K; j += lanes<f64>()) {
      const at = target + bytes<f64>(j);
      v128.store(at, v128.add<f64>(v128.load(at), v128.mul<f64>(weight, v128.load(sums + bytes<f64>(j)))));
    }
  }
  closeRow<f64>(after, K, work.P);
}

/** out [P] += dy·exp(x + y − logZ). */
function share(x: usize, y: usize, logZ: f64, dy: f64, out: usize, P: i32): void {
  for (let j = 0; j < P; j += lanes<f64>()) {
    const at = bytes<f64>(j);
    const log = v128.sub<f64>(v128.add<f64>(v128.load(x + at), v128.load(y + at)), v128.splat<f64>(logZ));
    v128.store(out + at, v128.add<f64>(v128.load(out + at), v128.mul<f64>(v128.splat<f64>(dy), expOf<f64>(log))));
  }
}

/** target float32 [K] = source float64. */
function narrow(source: usize, target: usize, K: i32): void {
  for (let j = 0; j < K; j++) store<f32>(target + bytes<f32>(j), <f32>load<f64>(source + bytes<f64>(j)));
}
