/**
 * Backward messages, scaled by the sums of the forward ones, and what they make with them: posteriors, and the right sides of expected transitions.
 * A backward message here is divided by the sum of the forward message at its step, so message × backward sums to 1.
 */
import { bytes, storeSome } from '../chain/rows';
import { weightedSums } from '../chain/scaled';
import { faded, products, storeBlock, storePanel } from './products';
import { inverseAt, Lane, laneAt, messageAt, numbersAt, Work } from './workspace';

const TRUSTED: f64 = 1e80; // what is lost of a forward message is below 1e-150 / 1e-50: where no backward one is greater than this, it is below 1e-20 of all

/** The last `steps` steps of four lanes. found [4] = the largest number in the backward messages of each. */
export function backwardFour(work: Work, lanes: usize, steps: i32): void {
  const K = work.K, P = work.P, row = work.row, rightsFrom = work.rights - work.messages;
  const lane0 = laneAt(lanes, 0), lane1 = laneAt(lanes, 1), lane2 = laneAt(lanes, 2), lane3 = laneAt(lanes, 3);
  let top0 = f64x2.splat(0), top1 = top0, top2 = top0, top3 = top0;
  endFour(work, lanes);
  for (let back = 1; back <= steps; back++) {
    if (back > 1) products(work.panel, work.turned, work.sums, K, P);
    const at0 = lane0.length - back, at1 = lane1.length - back, at2 = lane2.length - back, at3 = lane3.length - back;
    const m0 = messageAt(work, lane0, at0), m1 = messageAt(work, lane1, at1);
    const m2 = messageAt(work, lane2, at2), m3 = messageAt(work, lane3, at3);
    const p0 = posteriorsAt(work, lane0, at0), p1 = posteriorsAt(work, lane1, at1);
    const p2 = posteriorsAt(work, lane2, at2), p3 = posteriorsAt(work, lane3, at3);
    const n0 = numbersAt(work, lane0, at0), n1 = numbersAt(work, lane1, at1);
    const n2 = numbersAt(work, lane2, at2), n3 = numbersAt(work, lane3, at3);
    const f0 = factorBefore(work, lane0, at0), f1 = factorBefore(work, lane1, at1);
    const f2 = factorBefore(work, lane2, at2), f3 = factorBefore(work, lane3, at3);
    let block = work.sums, panel = work.panel;
    for (let at: usize = 0, j = 0; j < K; j += 2, at += 16, block += 64, panel += 64) {
      const b0 = v128.load(block), b1 = v128.load(block, 16), b2 = v128.load(block, 32), b3 = v128.load(block, 48);
      storeSome<f64>(p0 + at, f64x2.mul(v128.load(m0 + at), b0), K - j);
      storeSome<f64>(p1 + at, f64x2.mul(v128.load(m1 + at), b1), K - j);
      storeSome<f64>(p2 + at, f64x2.mul(v128.load(m2 + at), b2), K - j);
      storeSome<f64>(p3 + at, f64x2.mul(v128.load(m3 + at), b3), K - j);
      const r0 = faded(f64x2.mul(f64x2.mul(b0, f0), v128.load(n0 + at))), r1 = faded(f64x2.mul(f64x2.mul(b1, f1), v128.load(n1 + at)));
      const r2 = faded(f64x2.mul(f64x2.mul(b2, f2), v128.load(n2 + at))), r3 = faded(f64x2.mul(f64x2.mul(b3, f3), v128.load(n3 + at)));
      v128.store(m0 + rightsFrom + at, r0), v128.store(m1 + rightsFrom + at, r1);
      v128.store(m2 + rightsFrom + at, r2), v128.store(m3 + rightsFrom + at, r3);
      storePanel(panel, r0, r1, r2, r3);
      top0 = f64x2.pmax(top0, b0), top1 = f64x2.pmax(top1, b1), top2 = f64x2.pmax(top2, b2), top3 = f64x2.pmax(top3, b3);
    }
  }
  v128.store(work.found, f64x2.max(v128.shuffle<f64>(top0, top1, 0, 2), v128.shuffle<f64>(top0, top1, 1, 3)));
  v128.store(work.found, f64x2.max(v128.shuffle<f64>(top2, top3, 0, 2), v128.shuffle<f64>(top2, top3, 1, 3)), 16);
}

/** The same for one lane, after its last `done` steps; returns what would be found. */
export function backwardOne(work: Work, lane: Lane, done: i32): f64 {
  const K = work.K, P = work.P, row = work.row, rightsFrom = work.rights - work.messages, sums = work.sums;
  let tops = f64x2.splat(0);
  for (let t = lane.length - done - 1; t >= 0; t--) {
    const message = messageAt(work, lane, t), right = message + rightsFrom;
    if (t < lane.length - 1) weightedSums<f64>(right + row, work.turned, sums, K, P);
    else for (let at: usize = 0; at < row; at += 16) v128.store(sums + at, lastInverse(work, lane));
    const posteriors = posteriorsAt(work, lane, t), numbers = numbersAt(work, lane, t);
    const factor = factorBefore(work, lane, t);
    for (let at: usize = 0, j = 0; j < K; j += 2, at += 16) {
      const b = v128.load(sums + at);
      storeSome<f64>(posteriors + at, f64x2.mul(v128.load(message + at), b), K - j);
      v128.store(right + at, faded(f64x2.mul(f64x2.mul(b, factor), v128.load(numbers + at))));
      tops = f64x2.pmax(tops, b);
    }
  }
  return Math.max(f64x2.extract_lane(tops, 0), f64x2.extract_lane(tops, 1));
}

/** Whether posteriors are right that came from backward messages with this largest number. */
@inline
export function isTrusted(top: f64): bool {
  return top <= TRUSTED;
}

/** The sums after the last step of each lane: nothing follows. */
function endFour(work: Work, lanes: usize): void {
  const end0 = lastInverse(work, laneAt(lanes, 0)), end1 = lastInverse(work, laneAt(lanes, 1));
  const end2 = lastInverse(work, laneAt(lanes, 2)), end3 = lastInverse(work, laneAt(lanes, 3));
  for (let at: usize = 0; at < 4 * work.row; at += 64) storeBlock(work.sums + at, end0, end1, end2, end3);
}

@inline
function lastInverse(work: Work, lane: Lane): v128 {
  return v128.load_splat<f64>(inverseAt(work, lane, lane.length - 1));
}

@inline
function posteriorsAt(work: Work, lane: Lane, t: i32): usize {
  return work.posteriors + bytes<f64>((lane.first + t) * work.K);
}

/** 1 / the sum of the message before step t; not used at the first one. */
@inline
function factorBefore(work: Work, lane: Lane, t: i32): v128 {
  return v128.load_splat<f64>(inverseAt(work, lane, t) - 8);
}
