/**
 * What the passes of a hidden Markov model over four sequences share. Rows of K numbers are padded to P, an even count, with zeros; a lane is a
 * sequence, and the rows of the four lanes stand one after another in the buffers.
 */
import { bytes, padded } from '../chain/rows';

/** Four sequences go side by side, so that the numbers of the transition matrix are read once for all and no processor waits for a sum. */
export const LANES = 4;

/** Lies in the workspace itself; the fields are pointers, if not said otherwise. */
@unmanaged
export class Work {
  K: i32;
  P: i32;
  /** [P] */
  start: usize;
  /** [K,P]: transMat, and transMat transposed. */
  weights: usize;
  turned: usize;
  /** [P+2,P]: Σ of messages × rights. */
  outer: usize;
  /** [P/2] blocks of four pairs, a pair for each lane: what products of messages and matrix are. */
  sums: usize;
  /** [P,4]: the messages of the four lanes, a row for each state. */
  panel: usize;
  /** Four numbers: what a pass finds out about each lane. */
  found: usize;
  /** int32 [N] or 0: the row of `numbers` that holds for each observation. */
  symbols: usize;
  /** [rows,P]: likelihoods divided by the largest of their row, and the logarithm of that. */
  numbers: usize;
  tops: usize;
  /** [rows,P]: forward messages as they come; [rows]: 1 / their sum, with one number more before the first. */
  messages: usize;
  inverses: usize;
  /** [rows,P]: likelihood × backward message, so scaled that message × transMat × right sums to 1. */
  rights: usize;
  /** [N,K] */
  posteriors: usize;

  /** Bytes of a row. */
  @inline
  get row(): usize {
    return bytes<f64>(this.P);
  }
}

/** Bytes for lanes of `rows` rows in all and likelihoods of `numbers` rows. */
export function workspaceFor(rows: i32, numbers: i32, K: i32): usize {
  const P = padded<f64>(K);
  const fixed = P * (2 * K + P + 2 + 1 + 2 * LANES) + LANES + 1;
  return 128 + bytes<f64>(fixed + rows + numbers) + <usize>(2 * rows + numbers + 2) * bytes<f64>(P);
}

/** Divides the workspace up; the matrices are still to be filled. */
export function layOut(workspace: usize, rows: i32, numbers: i32, K: i32): Work {
  const work = changetype<Work>(workspace);
  const P = padded<f64>(K), row = bytes<f64>(P);
  work.K = K, work.P = P;
  work.start = workspace + 128;
  work.weights = work.start + row;
  work.turned = work.weights + <usize>K * row;
  work.outer = work.turned + <usize>K * row;
  work.sums = work.outer + <usize>(P + 2) * row;
  work.panel = work.sums + LANES * row;
  work.found = work.panel + LANES * row;
  work.inverses = work.found + bytes<f64>(LANES + 1);
  work.tops = work.inverses + bytes<f64>(rows);
  work.numbers = work.tops + bytes<f64>(numbers);
  work.messages = work.numbers + <usize>numbers * row;
  work.rights = work.messages + <usize>rows * row;
  return work;
}

/** start, weights and turned of startProb [K] and transMat [K,K]; padding is 0. */
export function placeModel(work: Work, startProb: usize, transMat: usize): void {
  const K = work.K, row = work.row;
  memory.fill(work.start, 0, <usize>(1 + 2 * K) * row);
  memory.copy(work.start, startProb, bytes<f64>(K));
  for (let i = 0; i < K; i++) {
    for (let j = 0; j < K; j++, transMat += 8) {
      const probability = load<f64>(transMat);
      store<f64>(work.weights + <usize>i * row + bytes<f64>(j), probability);
      store<f64>(work.turned + <usize>j * row + bytes<f64>(i), probability);
    }
  }
}

/** A sequence: its first row among all observations, and among those of the lanes. */
@unmanaged
export class Lane {
  first: i32;
  place: i32;
  length: i32;
}

/** Where the likelihoods of step t of a lane stand. */
@inline
export function numbersAt(work: Work, lane: Lane, t: i32): usize {
  const at = work.symbols != 0 ? load<i32>(work.symbols + (<usize>(lane.first + t) << 2)) : lane.place + t;
  return work.numbers + <usize>at * work.row;
}

@inline
export function laneAt(lanes: usize, n: i32): Lane {
  return changetype<Lane>(lanes + <usize>n * offsetof<Lane>());
}

@inline
export function messageAt(work: Work, lane: Lane, t: i32): usize {
  return work.messages + <usize>(lane.place + t) * work.row;
}

/** Where 1 / the sum of that message stands. */
@inline
export function inverseAt(work: Work, lane: Lane, t: i32): usize {
  return work.inverses + bytes<f64>(lane.place + t);
}
