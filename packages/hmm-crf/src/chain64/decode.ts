/** Decoding by what errors cost, not by what is most probable. */
import { DataError, ShapeError } from '@seqloom/core/errors';
import { bestPaths, pathScores } from './on-kernels.js';
import { type Float64Potentials, type Layout, uniform } from './potentials.js';

/** What it costs to answer the first state where the second is right: [K answered, K right]; or [N,K,K], of each step. */
export type StepLoss = Float64Array;

/** A path for each sequence [N], −1 at masked steps and where none is possible, and its score [B]. */
export interface BestPaths {
  readonly path: Int32Array;
  readonly score: Float64Array;
}

/** Of equally good paths the lowest states win, from the end on. */
export function viterbi(potentials: Float64Potentials, layout: Layout): BestPaths {
  const path = bestPaths(potentials, layout);
  const { scores } = pathScores(potentials, layout, path);
  const { firsts, lengths } = layout;
  for (const [b, score] of scores.entries()) {
    if (score === -Infinity) path.fill(-1, firsts[b]!, firsts[b]! + lengths[b]!);
  }
  return { path, score: scores };
}

/** From marginals [N,K]: the possible paths of least expected loss, and that loss. Throws a ShapeError where the loss does not fit, a DataError where it is not finite. */
export function minimumRisk(
  potentials: Float64Potentials,
  layout: Layout,
  marginals: Float64Array,
  loss: StepLoss,
): { path: Int32Array; risk: Float64Array } {
  const { N, K, mask } = layout;
  const perStep = loss.length !== K * K;
  if (perStep && loss.length !== N * K * K) {
    const problem = `\`loss\` must be [${K},${K}] or [${N},${K},${K}], got ${loss.length} numbers`;
    throw new ShapeError('Float64Chain.minimumRisk', problem);
  }
  const bad = loss.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new DataError('Float64Chain.minimumRisk', `\`loss\` is ${loss[bad]} at ${bad}`);
  const free = uniform(potentials);
  const gains = free.emission.map((possible, at) => {
    const n = Math.floor(at / K);
    if (possible === -Infinity || !mask[n]) return possible;
    const losses = loss.subarray((perStep ? at : at % K) * K);
    return -marginals.subarray(n * K, (n + 1) * K).reduce((sum, p, right) => sum + p * losses[right]!, 0);
  });
  const { path, score } = viterbi({ ...free, emission: gains }, layout);
  return { path, risk: score.map((gain) => 0 - gain) };
}

/** From marginals [N,K]: the most probable state at each step by itself, the lowest of equals; −1 where none has a probability. */
export function mostProbable(marginals: Float64Array, { N, K }: Layout): Int32Array {
  return Int32Array.from({ length: N }, (_, n) => {
    let best = -1;
    for (let k = 0; k < K; k++) if (marginals[n * K + k]! > (best < 0 ? 0 : marginals[n * K + best]!)) best = k;
    return best;
  });
}

/** 1 for every state but the right one. */
export function hammingLoss(K: number): StepLoss {
  return Float64Array.from({ length: K * K }, (_, at) => Number(Math.floor(at / K) !== at % K));
}
