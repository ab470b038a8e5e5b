/**
 * Forward messages in the scaling form (Rabiner 1989). A message stays as it comes, and the step after it is divided by its sum, so that no step
 * waits for the sum; logarithms are taken of products of many sums.
 */
import { logOne } from '../chain/rows';
import { weightedSums } from '../chain/scaled';
import { log64x2 } from '../math64';
import { faded, products, storeBlock, storePanel, totals } from './products';
import { inverseAt, Lane, laneAt, messageAt, numbersAt, Work } from './workspace';

const FAINT: f64 = 1e-200; // a product of sums below this is taken the logarithm of
const TRUSTED: f64 = 1e-50; // a smaller sum says that likelihoods that are 0 here might have mattered

/**
 * The messages of the first `steps` steps of four lanes. found [4] = the logarithms of what they were divided by, NaN where a
 * sum is so small that something may be lost.
 */
export function forwardFour(work: Work, lanes: usize, steps: i32): void {
  const K = work.K, P = work.P, row = work.row;
  const lane0 = laneAt(lanes, 0), lane1 = laneAt(lanes, 1), lane2 = laneAt(lanes, 2), lane3 = laneAt(lanes, 3);
  let m0 = messageAt(work, lane0, 0), m1 = messageAt(work, lane1, 0), m2 = messageAt(work, lane2, 0), m3 = messageAt(work, lane3, 0);
  let inverse0 = inverseAt(work, lane0, 0), inverse1 = inverseAt(work, lane1, 0);
  let inverse2 = inverseAt(work, lane2, 0), inverse3 = inverseAt(work, lane3, 0);
  const one = f64x2.splat(1);
  let factors = one, factorsAfter = one; // of lanes 0 and 1, of lanes 2 and 3
  let mass = one, massAfter = one, least = one, leastAfter = one;
  let offset = f64x2.splat(0), offsetAfter = offset;
  startFour(work);
  for (let t = 0; t < steps; t++) {
    if (t > 0) products(work.panel, work.weights, work.sums, K, P);
    const n0 = numbersAt(work, lane0, t), n1 = numbersAt(work, lane1, t), n2 = numbersAt(work, lane2, t), n3 = numbersAt(work, lane3, t);
    const f0 = v128.shuffle<f64>(factors, factors, 0, 0), f1 = v128.shuffle<f64>(factors, factors, 1, 1);
    const f2 = v128.shuffle<f64>(factorsAfter, factorsAfter, 0, 0), f3 = v128.shuffle<f64>(factorsAfter, factorsAfter, 1, 1);
    let t0 = f64x2.splat(0), t1 = t0, t2 = t0, t3 = t0;
    let block = work.sums, panel = work.panel;
    for (let at: usize = 0; at < row; at += 16, block += 64, panel += 64) {
      const u0 = faded(f64x2.mul(f64x2.mul(v128.load(block), f0), v128.load(n0 + at)));
      const u1 = faded(f64x2.mul(f64x2.mul(v128.load(block, 16), f1), v128.load(n1 + at)));
      const u2 = faded(f64x2.mul(f64x2.mul(v128.load(block, 32), f2), v128.load(n2 + at)));
      const u3 = faded(f64x2.mul(f64x2.mul(v128.load(block, 48), f3), v128.load(n3 + at)));
      v128.store(m0 + at, u0), v128.store(m1 + at, u1), v128.store(m2 + at, u2), v128.store(m3 + at, u3);
      t0 = f64x2.add(t0, u0), t1 = f64x2.add(t1, u1), t2 = f64x2.add(t2, u2), t3 = f64x2.add(t3, u3);
      storePanel(panel, u0, u1, u2, u3);
    }
    const sum = totals(t0, t1), sumAfter = totals(t2, t3);
    factors = f64x2.div(one, sum), factorsAfter = f64x2.div(one, sumAfter);
    v128.store64_lane(inverse0, factors, 0), v128.store64_lane(inverse1, factors, 1);
    v128.store64_lane(inverse2, factorsAfter, 0), v128.store64_lane(inverse3, factorsAfter, 1);
    mass = f64x2.mul(mass, sum), massAfter = f64x2.mul(massAfter, sumAfter);
    least = f64x2.pmin(least, sum), leastAfter = f64x2.pmin(leastAfter, sumAfter);
    if (v128.any_true(f64x2.lt(f64x2.pmin(mass, massAfter), f64x2.splat(FAINT)))) {
      offset = f64x2.add(offset, log64x2(mass)), offsetAfter = f64x2.add(offsetAfter, log64x2(massAfter));
      mass = one, massAfter = one;
    }
    m0 += row, m1 += row, m2 += row, m3 += row;
    inverse0 += 8, inverse1 += 8, inverse2 += 8, inverse3 += 8;
  }
  v128.store(work.found, trusted(f64x2.add(offset, log64x2(mass)), least));
  v128.store(work.found, trusted(f64x2.add(offsetAfter, log64x2(massAfter)), leastAfter), 16);
}

/** The same for the steps of one lane from `from` on; returns what would be found. */
export function forwardOne(work: Work, lane: Lane, from: i32): f64 {
  const K = work.K, P = work.P, row = work.row, sums = work.sums;
  let message = messageAt(work, lane, from);
  let inverse = inverseAt(work, lane, from);
  let factor = from > 0 ? load<f64>(inverse - 8) : 1;
  let mass: f64 = 1, least: f64 = 1, offset: f64 = 0;
  for (let t = from; t < lane.length; t++, message += row, inverse += 8) {
    if (t > 0) weightedSums<f64>(message - row, work.weights, sums, K, P);
    const come = t > 0 ? sums : work.start;
    const numbers = numbersAt(work, lane, t);
    const f = f64x2.splat(factor);
    let total = f64x2.splat(0);
    for (let at: usize = 0; at < row; at += 16) {
      const u = faded(f64x2.mul(f64x2.mul(v128.load(come + at), f), v128.load(numbers + at)));
      v128.store(message + at, u);
      total = f64x2.add(total, u);
    }
    const sum = f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
    factor = 1 / sum;
    store<f64>(inverse, factor);
    mass *= sum;
    if (sum < least) least = sum;
    if (mass < FAINT) offset += logOne<f64>(mass), mass = 1;
  }
  return least < TRUSTED ? NaN : offset + logOne<f64>(mass);
}

/** The sums before the first step: the start probabilities. */
function startFour(work: Work): void {
  let block = work.sums;
  for (let at: usize = 0; at < work.row; at += 16, block += 64) {
    const pair = v128.load(work.start + at);
    storeBlock(block, pair, pair, pair, pair);
  }
}

/** `logs`, NaN where the smallest sum cannot be trusted. */
@inline
function trusted(logs: v128, least: v128): v128 {
  return v128.bitselect(f64x2.splat(NaN), logs, f64x2.lt(least, f64x2.splat(TRUSTED)));
}
