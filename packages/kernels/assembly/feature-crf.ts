/** Sparse CRFs: scores, losses and gradients of many sequences whose tokens are lists of attributes. What each does stands in feature-crf/. */
import { addPairs, scatterErrors } from './feature-crf/gradient';
import { marginalsOf, prepareTransitions, weigh } from './feature-crf/marginals';
import { doubleAt, int, Plan } from './feature-crf/plan';
import { addScores } from './feature-crf/scores';

export function featureTransitions(plan: usize): void {
  prepareTransitions(changetype<Plan>(plan));
}

/** scores [end − first, L], of tokens. */
export function featureScores(plan: usize, firstToken: i32, endToken: i32, scores: usize): void {
  const L = changetype<Plan>(plan).L;
  memory.fill(scores, 0, <usize>((endToken - firstToken) * L) << 3);
  for (let token = firstToken; token < endToken; token++, scores += <usize>L << 3) {
    addScores(changetype<Plan>(plan), token, scores);
  }
}

/** For sequences: losses, and the rows of their tokens; row 0 is that of token `base`. */
export function featureMarginals(plan: usize, first: i32, end: i32, base: i32, scale: f64, thread: i32): void {
  const place = changetype<Plan>(plan);
  const workspace = place.workspace + (<usize>(thread * 2 * ((place.L + 1) & ~1)) << 3);
  for (let sequence = first; sequence < end; sequence++) {
    const loss = marginalsOf(place, sequence, base, scale, workspace);
    const weight = place.sequenceWeights == 0 ? 1.0 : load<f64>(doubleAt(place.sequenceWeights, sequence));
    if (weight != 1) weigh(place, sequence, base, weight);
    store<f64>(doubleAt(place.losses, sequence), weight * loss);
  }
}

/** Adds to `gradient`, `factor` times, for attributes from..to−1, and to `pairs`, for the labels fromLabel..toLabel−1 that moves come from. */
export function featureGradient(
  plan: usize, first: i32, end: i32, base: i32, factor: f64, from: i32, to: i32, fromLabel: i32, toLabel: i32,
): void {
  const place = changetype<Plan>(plan);
  scatterErrors(place, int(place.sequences, first), int(place.sequences, end), base, from, to, factor);
  for (let sequence = first; sequence < end; sequence++) addPairs(place, sequence, base, fromLabel, toLabel);
}
