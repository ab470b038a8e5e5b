/** The best paths of hidden Markov models through sequences that lie end to end, four side by side. */
import { bytes, loadSome, padded } from '../chain/rows';
import { maxima, storeBlock, storePanel } from './products';
import { Lane, laneAt, LANES } from './workspace';

/** Lies in the workspace itself; the fields are pointers, if not said otherwise. */
@unmanaged
class Trellis {
  K: i32;
  P: i32;
  logs: usize;
  /** int32 [N] or 0: the row of `logs` that holds for each observation. */
  symbols: usize;
  /** [P]: logarithms of the start probabilities. */
  start: usize;
  /** [K,P]: those of transMat, and of its transpose; −∞ in the padding. */
  weights: usize;
  turned: usize;
  /** [P/2] blocks of four pairs, a pair for each lane. */
  tops: usize;
  /** [P,4] */
  panel: usize;
  /** [rows,P]: the best score of a path that ends in each state. */
  messages: usize;
}

/** Bytes of workspace, where any four sequences that stand together have at most `rows` rows. */
export function hmmViterbiWorkspace(rows: i32, K: i32): usize {
  const P = padded<f64>(K);
  return 128 + LANES * offsetof<Lane>() + bytes<f64>(P * (1 + 2 * K + 2 * LANES)) + <usize>rows * bytes<f64>(P);
}

/**
 * path [N] int32 and scores [B] of B sequences, `sequences` [B,2] int32 (first row, length ≥ 1 each). logStart [K], logTrans [K,K] and logs [N,K] (or
 * [any,K] with `symbols` [N] int32 that name its rows) are logarithms. Of equally good paths the lowest states win, from the end on; −1 everywhere
 * where no path is possible.
 */
export function hmmViterbi(
  logStart: usize, logTrans: usize, logs: usize, symbols: usize, sequences: usize, path: usize, scores: usize, workspace: usize, B: i32, K: i32,
): void {
  const lanes = workspace;
  const trellis = layOut(workspace + LANES * offsetof<Lane>(), logStart, logTrans, K);
  trellis.logs = logs, trellis.symbols = symbols;
  for (let b = 0; b < B; b += LANES) {
    const count = min(LANES, B - b);
    let place = 0, together = i32.MAX_VALUE;
    for (let n = 0; n < count; n++, sequences += 8) {
      const lane = laneAt(lanes, n);
      lane.first = load<i32>(sequences), lane.length = load<i32>(sequences, 4), lane.place = place;
      place += lane.length;
      together = min(together, lane.length);
    }
    if (count < LANES) together = 0;
    else bestFour(trellis, lanes, together);
    for (let n = 0; n < count; n++, scores += 8) {
      const lane = laneAt(lanes, n);
      bestOne(trellis, lane, together);
      endOf(trellis, lane, path, scores);
    }
    if (together > 0) traceFour(trellis, lanes, path, together);
    for (let n = 0; n < count; n++) {
      const lane = laneAt(lanes, n);
      if (load<i32>(lastOf(lane, path)) >= 0) traceOne(trellis, lane, path, max(together, 1));
      else memory.fill(path + (<usize>lane.first << 2), 255, <usize>lane.length << 2); // −1: no path is possible
    }
  }
}

function layOut(workspace: usize, logStart: usize, logTrans: usize, K: i32): Trellis {
  const trellis = changetype<Trellis>(workspace);
  const P = padded<f64>(K), row = bytes<f64>(P);
  trellis.K = K, trellis.P = P;
  trellis.start = workspace + 64;
  trellis.weights = trellis.start + row;
  trellis.turned = trellis.weights + <usize>K * row;
  trellis.tops = trellis.turned + <usize>K * row;
  trellis.panel = trellis.tops + LANES * row;
  trellis.messages = trellis.panel + LANES * row;
  for (let at = trellis.start; at < trellis.tops; at += 8) store<f64>(at, -Infinity);
  memory.copy(trellis.start, logStart, bytes<f64>(K));
  for (let i = 0; i < K; i++) {
    for (let j = 0; j < K; j++, logTrans += 8) {
      store<f64>(trellis.weights + <usize>i * row + bytes<f64>(j), load<f64>(logTrans));
      store<f64>(trellis.turned + <usize>j * row + bytes<f64>(i), load<f64>(logTrans));
    }
  }
  return trellis;
}

/** The messages of the first `steps` steps of four lanes. */
function bestFour(trellis: Trellis, lanes: usize, steps: i32): void {
  const K = trellis.K, P = trellis.P, row = bytes<f64>(P);
  const lane0 = laneAt(lanes, 0), lane1 = laneAt(lanes, 1), lane2 = laneAt(lanes, 2), lane3 = laneAt(lanes, 3);
  let m0 = messageAt(trellis, lane0, 0), m1 = messageAt(trellis, lane1, 0), m2 = messageAt(trellis, lane2, 0), m3 = messageAt(trellis, lane3, 0);
  for (let at: usize = 0, block = trellis.tops; at < row; at += 16, block += 64) {
    const pair = v128.load(trellis.start + at);
    storeBlock(block, pair, pair, pair, pair);
  }
  for (let t = 0; t < steps; t++) {
    if (t > 0) maxima(trellis.panel, trellis.weights, trellis.tops, K, P);
    const l0 = logsAt(trellis, lane0, t), l1 = logsAt(trellis, lane1, t), l2 = logsAt(trellis, lane2, t), l3 = logsAt(trellis, lane3, t);
    let block = trellis.tops, panel = trellis.panel;
    for (let at: usize = 0, j = 0; j < K; j += 2, at += 16, block += 64, panel += 64) {
      const u0 = f64x2.add(v128.load(block), loadSome<f64>(l0 + at, K - j));
      const u1 = f64x2.add(v128.load(block, 16), loadSome<f64>(l1 + at, K - j));
      const u2 = f64x2.add(v128.load(block, 32), loadSome<f64>(l2 + at, K - j));
      const u3 = f64x2.add(v128.load(block, 48), loadSome<f64>(l3 + at, K - j));
      v128.store(m0 + at, u0), v128.store(m1 + at, u1), v128.store(m2 + at, u2), v128.store(m3 + at, u3);
      storePanel(panel, u0, u1, u2, u3);
    }
    m0 += row, m1 += row, m2 += row, m3 += row;
  }
}

/** The messages of one lane from step `from` on. */
function bestOne(trellis: Trellis, lane: Lane, from: i32): void {
  const K = trellis.K, P = trellis.P, row = bytes<f64>(P);
  let message = messageAt(trellis, lane, from);
  for (let t = from; t < lane.length; t++, message += row) {
    const logs = logsAt(trellis, lane, t);
    for (let j = 0; j < P; j += 2) {
      const at = bytes<f64>(j);
      const come = t > 0 ? bestInto(message - row, trellis.weights + at, K, row) : v128.load(trellis.start + at);
      v128.store(message + at, f64x2.add(come, loadSome<f64>(logs + at, K - j)));
    }
  }
}

/** max_i message_i + weights_ij for a pair of j. */
@inline
function bestInto(message: usize, weights: usize, K: i32, row: usize): v128 {
  let even = f64x2.splat(-Infinity), odd = even;
  let i = 0;
  for (; i + 2 <= K; i += 2, message += 16, weights += 2 * row) {
    even = f64x2.pmax(even, f64x2.add(v128.load_splat<f64>(message), v128.load(weights)));
    odd = f64x2.pmax(odd, f64x2.add(v128.load_splat<f64>(message, 8), v128.load(weights + row)));
  }
  if (i < K) even = f64x2.pmax(even, f64x2.add(v128.load_splat<f64>(message), v128.load(weights)));
  return f64x2.pmax(even, odd);
}

/** The last state of the best path, and its score. */
function endOf(trellis: Trellis, lane: Lane, path: usize, score: usize): void {
  const message = messageAt(trellis, lane, lane.length - 1);
  let best = -1;
  let top = -Infinity;
  for (let i = 0; i < trellis.K; i++) {
    const value = load<f64>(message + bytes<f64>(i));
    if (value > top) top = value, best = i;
  }
  store<f64>(score, top);
  store<i32>(path + (<usize>(lane.first + lane.length - 1) << 2), best);
}

/** Back from the last states of four lanes, `steps` − 1 steps. */
function traceFour(trellis: Trellis, lanes: usize, path: usize, steps: i32): void {
  const lane0 = laneAt(lanes, 0), lane1 = laneAt(lanes, 1), lane2 = laneAt(lanes, 2), lane3 = laneAt(lanes, 3);
  const row = bytes<f64>(trellis.P);
  let p0 = lastOf(lane0, path), p1 = lastOf(lane1, path), p2 = lastOf(lane2, path), p3 = lastOf(lane3, path);
  let m0 = messageAt(trellis, lane0, lane0.length - 1), m1 = messageAt(trellis, lane1, lane1.length - 1);
  let m2 = messageAt(trellis, lane2, lane2.length - 1), m3 = messageAt(trellis, lane3, lane3.length - 1);
  let s0 = load<i32>(p0), s1 = load<i32>(p1), s2 = load<i32>(p2), s3 = load<i32>(p3);
  for (let t = 1; t < steps; t++) {
    p0 -= 4, p1 -= 4, p2 -= 4, p3 -= 4;
    m0 -= row, m1 -= row, m2 -= row, m3 -= row;
    s0 = stateBefore(m0, trellis.turned, s0, row), s1 = stateBefore(m1, trellis.turned, s1, row);
    s2 = stateBefore(m2, trellis.turned, s2, row), s3 = stateBefore(m3, trellis.turned, s3, row);
    store<i32>(p0, s0), store<i32>(p1, s1), store<i32>(p2, s2), store<i32>(p3, s3);
  }
}

/** Back from the last of the steps of one lane that are done, `done` ≥ 1 of them, to its first. */
function traceOne(trellis: Trellis, lane: Lane, path: usize, done: i32): void {
  const row = bytes<f64>(trellis.P);
  let place = lastOf(lane, path) - (<usize>(done - 1) << 2);
  let state = load<i32>(place);
  for (let t = lane.length - done - 1; t >= 0; t--) {
    place -= 4;
    state = stateBefore(messageAt(trellis, lane, t), trellis.turned, state, row);
    store<i32>(place, state);
  }
}

/** The first state i with the largest message_i + turned_state,i. */
@inline
function stateBefore(message: usize, turned: usize, state: i32, row: usize): i32 {
  const line = turned + <usize>max(state, 0) * row;
  let best = f64x2.add(v128.load(message), v128.load(line));
  let index = i64x2(0, 1), where = index;
  for (let at: usize = 16; at < row; at += 16) {
    index = i64x2.add(index, i64x2.splat(2));
    const sum = f64x2.add(v128.load(message + at), v128.load(line + at));
    where = v128.bitselect(index, where, f64x2.gt(sum, best));
    best = f64x2.pmax(best, sum);
  }
  const even = f64x2.extract_lane(best, 0), odd = f64x2.extract_lane(best, 1);
  const i = <i32>i64x2.extract_lane(where, 0), j = <i32>i64x2.extract_lane(where, 1);
  return select<i32>(j, i, (odd > even) | ((odd == even) & (j < i)));
}

@inline
function lastOf(lane: Lane, path: usize): usize {
  return path + (<usize>(lane.first + lane.length - 1) << 2);
}

@inline
function messageAt(trellis: Trellis, lane: Lane, t: i32): usize {
  return trellis.messages + bytes<f64>((lane.place + t) * trellis.P);
}

@inline
function logsAt(trellis: Trellis, lane: Lane, t: i32): usize {
  const at = lane.first + t;
  return trellis.logs + bytes<f64>((trellis.symbols != 0 ? load<i32>(trellis.symbols + (<usize>at << 2)) : at) * trellis.K);
}
