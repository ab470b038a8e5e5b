/**
 * What the passes over a chain of segments share. Potentials are float32; messages are rows of logarithms in float64, K of them padded to P with
 * `impossible`, so that long chains lose no precision.
 */
import { bytes, closeRow, impossible, padded } from '../chain/rows';
import { scaledExponentials } from '../chain/scaled';

/** Lies in the workspace itself; the fields are pointers, if not said otherwise. */
@unmanaged
export class Work {
  T: i32;
  L: i32;
  K: i32;
  P: i32;
  /** [P] */
  initial: usize;
  final: usize;
  /** [K,K] */
  transition: usize;
  /** [P,P] and [P]: exp(transition), each column less its largest. */
  weights: usize;
  scale: usize;
  /** [L,P]: the scores of the segments that end, or begin, at one step. */
  scores: usize;
  /** [P] each: scratch; the message from the segments that begin at the step after. */
  sums: usize;
  ahead: usize;
  /** Gradients: [P], [P], [K,P]. */
  dInitial: usize;
  dFinal: usize;
  dTransition: usize;
  /** [T,P]: what follows a segment that ends at each real step. */
  afters: usize;
  /** int32 [T]: the real steps. */
  steps: usize;

  /** Bytes of a row. */
  @inline
  get row(): usize {
    return bytes<f64>(this.P);
  }
}

export function workspaceFor(T: i32, L: i32, K: i32): usize {
  const P = padded<f64>(K);
  return 128 + bytes<f64>(K * K + (P + K + L + T + 7) * P + T);
}

/** Divides the workspace up and fills in the potentials. */
export function layOut(workspace: usize, initial: usize, final: usize, transition: usize, T: i32, L: i32, K: i32): Work {
  const work = changetype<Work>(workspace);
  work.T = T, work.L = L, work.K = K, work.P = padded<f64>(K);
  const row = work.row;
  work.initial = workspace + 128;
  work.final = work.initial + row;
  work.scale = work.final + row;
  work.sums = work.scale + row;
  work.ahead = work.sums + row;
  work.dInitial = work.ahead + row;
  work.dFinal = work.dInitial + row;
  work.dTransition = work.dFinal + row;
  work.weights = work.dTransition + <usize>K * row;
  work.scores = work.weights + <usize>work.P * row;
  work.afters = work.scores + <usize>L * row;
  work.transition = work.afters + <usize>T * row;
  work.steps = work.transition + bytes<f64>(K * K);
  widen(initial, work.initial, K, work.P);
  widen(final, work.final, K, work.P);
  widen(transition, work.transition, K * K, K * K);
  scaledExponentials<f64>(work.transition, work.weights, work.scale, K, work.P);
  return work;
}

/** target float64 [P] = source float32 [K], at least `impossible`, which fills the padding too. */
export function widen(source: usize, target: usize, K: i32, P: i32): void {
  for (let j = 0; j < K; j++) {
    store<f64>(target + bytes<f64>(j), max<f64>(<f64>load<f32>(source + bytes<f32>(j)), impossible<f64>()));
  }
  closeRow<f64>(target, K, P);
}

/** Writes down the real steps of mask [T] and returns how many there are. */
export function realSteps(work: Work, mask: usize): i32 {
  let count = 0;
  for (let t = 0; t < work.T; t++) {
    if (load<u8>(mask + t)) store<i32>(work.steps + (<usize>count << 2), t), count++;
  }
  return count;
}

/** Where the scores float32 [K] of the segments of `length` + 1 steps that end at a real step are, in segments [T,L,K]. */
@inline
export function segmentsAt(work: Work, segments: usize, end: i32, length: i32): usize {
  const t = load<i32>(work.steps + (<usize>end << 2));
  return segments + bytes<f32>((t * work.L + length) * work.K);
}
