/** The E-step of hidden Markov models: likelihoods, posteriors and expected transitions of sequences that lie end to end. */
import { bytes } from '../chain/rows';
import { backwardFour, backwardOne, isTrusted } from './backward';
import { forwardFour, forwardOne } from './forward';
import { scaleRows, sumOfTops } from './scale';
import { Lane, laneAt, LANES, layOut, placeModel, Work, workspaceFor } from './workspace';

/** Bytes of workspace, where any four sequences that stand together in `lanes` have at most `rows` rows, and `logs` has `table` rows for symbols. */
export function hmmWorkspace(rows: i32, table: i32, K: i32): usize {
  return workspaceFor(rows, table > 0 ? table : rows, K) + LANES * offsetof<Lane>();
}

/**
 * Of B sequences, `sequences` [B,2] int32 (first row, length ≥ 1 each): logLikelihood [B], posteriors [N,K], and, added to what is there, the
 * expected first states [K] and transitions [K,K]. startProb [K] and transMat [K,K] are probabilities; logs are log-likelihoods [N,K], or [table,K]
 * with `symbols` [N] int32 that name its rows. Where posteriors is 0, only logLikelihood is made. Where numbers become so
 * small that something may be lost, or nothing is possible, logLikelihood is NaN, and nothing is added for that sequence.
 */
export function hmmExpectations(
  startProb: usize, transMat: usize, logs: usize, symbols: usize, table: i32, sequences: usize,
  logLikelihood: usize, posteriors: usize, first: usize, transitions: usize, workspace: usize, rows: i32, B: i32, K: i32,
): void {
  const lanes = workspace;
  const work = layOut(workspace + LANES * offsetof<Lane>(), rows, table > 0 ? table : rows, K);
  placeModel(work, startProb, transMat);
  work.symbols = symbols;
  work.posteriors = posteriors;
  memory.fill(work.outer, 0, <usize>(work.P + 2) * work.row);
  if (symbols != 0) scaleRows(logs, work.numbers, work.tops, table, K, work.P);
  for (let b = 0; b < B; b += LANES) {
    const count = min(LANES, B - b);
    placeLanes(lanes, sequences, count);
    if (symbols == 0) scaleLanes(work, lanes, logs, count);
    forwardLanes(work, lanes, logLikelihood, count);
    if (posteriors != 0) {
      backwardLanes(work, lanes, logLikelihood, count);
      addLanes(work, lanes, logLikelihood, first, count);
    }
    sequences += 8 * LANES;
    logLikelihood += 8 * LANES;
  }
  if (posteriors != 0) addWeighted(work, transitions);
}

function placeLanes(lanes: usize, sequences: usize, count: i32): void {
  let place = 0;
  for (let n = 0; n < count; n++, sequences += 8) {
    const lane = laneAt(lanes, n);
    lane.first = load<i32>(sequences);
    lane.length = load<i32>(sequences, 4);
    lane.place = place;
    place += lane.length;
  }
}

function scaleLanes(work: Work, lanes: usize, logs: usize, count: i32): void {
  for (let n = 0; n < count; n++) {
    const lane = laneAt(lanes, n);
    const source = logs + <usize>lane.first * bytes<f64>(work.K);
    scaleRows(source, work.numbers + <usize>lane.place * work.row, work.tops + bytes<f64>(lane.place), lane.length, work.K, work.P);
  }
}

/** How many steps the lanes go side by side: all that the shortest has, or none, where there are fewer than four. */
function together(lanes: usize, count: i32): i32 {
  if (count < LANES) return 0;
  let steps = laneAt(lanes, 0).length;
  for (let n = 1; n < LANES; n++) steps = min(steps, laneAt(lanes, n).length);
  return steps;
}

function forwardLanes(work: Work, lanes: usize, logLikelihood: usize, count: i32): void {
  const steps = together(lanes, count);
  if (steps > 0) forwardFour(work, lanes, steps);
  for (let n = 0; n < count; n++) {
    const lane = laneAt(lanes, n);
    const begun = steps > 0 ? load<f64>(work.found + bytes<f64>(n)) : 0;
    const symbols = work.symbols != 0 ? work.symbols + (<usize>lane.first << 2) : 0;
    const tops = work.symbols != 0 ? work.tops : work.tops + bytes<f64>(lane.place);
    store<f64>(logLikelihood + bytes<f64>(n), begun + forwardOne(work, lane, steps) + sumOfTops(tops, symbols, lane.length));
  }
}

function backwardLanes(work: Work, lanes: usize, logLikelihood: usize, count: i32): void {
  const steps = together(lanes, count);
  if (steps > 0) backwardFour(work, lanes, steps);
  for (let n = 0; n < count; n++) {
    const begun = steps > 0 ? load<f64>(work.found + bytes<f64>(n)) : 0;
    const top = Math.max(begun, backwardOne(work, laneAt(lanes, n), steps));
    if (!isTrusted(top)) store<f64>(logLikelihood + bytes<f64>(n), NaN);
  }
}

function addLanes(work: Work, lanes: usize, logLikelihood: usize, first: usize, count: i32): void {
  for (let n = 0; n < count; n++) {
    if (isNaN(load<f64>(logLikelihood + bytes<f64>(n)))) continue;
    const lane = laneAt(lanes, n);
    const posteriors = work.posteriors + bytes<f64>(lane.first * work.K);
    for (let j = 0; j < work.K; j++) {
      const at = bytes<f64>(j);
      store<f64>(first + at, load<f64>(first + at) + load<f64>(posteriors + at));
    }
    addPairs(work, lane);
  }
}

/** outer += Σ_t message_t × right_{t+1}, in blocks of steps that stay in the processor's cache. */
function addPairs(work: Work, lane: Lane): void {
  const row = work.row;
  const block = max(16, 2048 / work.P);
  for (let t = 0; t < lane.length - 1; t += block) {
    const steps = min(block, lane.length - 1 - t);
    const messages = work.messages + <usize>(lane.place + t) * row;
    const rights = work.rights + <usize>(lane.place + t + 1) * row;
    for (let i = 0; i < work.K; i += 4) {
      addProducts(messages + bytes<f64>(i), rights, work.outer + <usize>i * row, steps, row);
    }
  }
}

/** Four rows of an outer product summed over steps; those beyond the matrix are made of whatever follows and not read. */
function addProducts(left: usize, right: usize, outer: usize, steps: i32, row: usize): void {
  const end = left + <usize>steps * row;
  let column: usize = 0;
  for (; column + 32 <= row; column += 32, right += 32, outer += 32) {
    let a0 = v128.load(outer), a1 = v128.load(outer + row), a2 = v128.load(outer + 2 * row), a3 = v128.load(outer + 3 * row);
    let b0 = v128.load(outer, 16), b1 = v128.load(outer + row, 16), b2 = v128.load(outer + 2 * row, 16), b3 = v128.load(outer + 3 * row, 16);
    let x = left, y = right;
    do {
      const near = v128.load(y), far = v128.load(y, 16);
      let come = v128.load_splat<f64>(x);
      a0 = f64x2.add(f64x2.mul(come, near), a0);
      b0 = f64x2.add(f64x2.mul(come, far), b0);
      come = v128.load_splat<f64>(x, 8);
      a1 = f64x2.add(f64x2.mul(come, near), a1);
      b1 = f64x2.add(f64x2.mul(come, far), b1);
      come = v128.load_splat<f64>(x, 16);
      a2 = f64x2.add(f64x2.mul(come, near), a2);
      b2 = f64x2.add(f64x2.mul(come, far), b2);
      come = v128.load_splat<f64>(x, 24);
      a3 = f64x2.add(f64x2.mul(come, near), a3);
      b3 = f64x2.add(f64x2.mul(come, far), b3);
      x += row, y += row;
    } while (x < end);
    v128.store(outer, a0), v128.store(outer + row, a1), v128.store(outer + 2 * row, a2), v128.store(outer + 3 * row, a3);
    v128.store(outer, b0, 16), v128.store(outer + row, b1, 16), v128.store(outer + 2 * row, b2, 16), v128.store(outer + 3 * row, b3, 16);
  }
  if (column == row) return;
  let a0 = v128.load(outer), a1 = v128.load(outer + row), a2 = v128.load(outer + 2 * row), a3 = v128.load(outer + 3 * row);
  do {
    const near = v128.load(right);
    a0 = f64x2.add(f64x2.mul(v128.load_splat<f64>(left), near), a0);
    a1 = f64x2.add(f64x2.mul(v128.load_splat<f64>(left, 8), near), a1);
    a2 = f64x2.add(f64x2.mul(v128.load_splat<f64>(left, 16), near), a2);
    a3 = f64x2.add(f64x2.mul(v128.load_splat<f64>(left, 24), near), a3);
    left += row, right += row;
  } while (left < end);
  v128.store(outer, a0), v128.store(outer + row, a1), v128.store(outer + 2 * row, a2), v128.store(outer + 3 * row, a3);
}

/** transitions [K,K] += outer ⊙ transMat. */
function addWeighted(work: Work, transitions: usize): void {
  for (let i = 0; i < work.K; i++) {
    for (let j = 0; j < work.K; j++, transitions += 8) {
      const at = <usize>i * work.row + bytes<f64>(j);
      store<f64>(transitions, load<f64>(transitions) + load<f64>(work.outer + at) * load<f64>(work.weights + at));
    }
  }
}
