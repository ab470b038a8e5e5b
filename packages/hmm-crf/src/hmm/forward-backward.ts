/** Forward–backward (Baum 1972) and Viterbi over sequences that lie end to end, on the kernels. */
import {
  doubles,
  type HMMFrames,
  type HMMParameters,
  hmmExpectations,
  hmmLogLikelihood,
  hmmViterbi,
  integers,
} from '@seqloom/kernels';
import type { Emission } from './emissions/emission.js';
import { chainKernels, within } from './kernels.js';

/** p(first state) [K] and p(next state | state) [K,K], and how observations come from states. */
export interface HMMLike {
  readonly startProb: Float64Array;
  readonly transMat: Float64Array;
  readonly emission: Emission;
}

/** Consecutive sequences: rows [n,D], how many each sequence has, and, [n,K], which states rows may have (1 = allowed). */
export interface Batch {
  readonly values: Float64Array;
  readonly lengths: readonly number[];
  readonly allowed?: Uint8Array | undefined;
}

/** Expected numbers of first states [K] and transitions [K,K]. */
export interface ChainCounts {
  readonly start: Float64Array;
  readonly transitions: Float64Array;
}

type Allocate = (bytes: number) => number;

/** log p of each sequence [B]: 0 of an empty one, −∞ of an impossible one. */
export function logLikelihoods(hmm: HMMLike, batch: Batch): Float64Array {
  const kernels = chainKernels();
  return within(kernels, (allocate) => {
    const B = batch.lengths.length;
    const out = allocate(8 * B);
    hmmLogLikelihood(kernels, placeModel(hmm, allocate), placeFrames(hmm.emission, batch, allocate), out);
    return doubles(kernels.memory, out, B).slice();
  });
}

/**
 * Adds expected counts to `counts`, and hands log p of each sequence [B] and p(state | sequence) [n,K] to `use`, the only place where they
 * are valid. Impossible sequences have posteriors 0 and are not counted.
 */
export function forwardBackward<Out>(
  hmm: HMMLike,
  batch: Batch,
  counts: ChainCounts | undefined,
  use: (logLikelihoods: Float64Array, posteriors: Float64Array) => Out,
): Out {
  const kernels = chainKernels();
  const { memory } = kernels;
  return within(kernels, (allocate) => {
    const K = hmm.startProb.length;
    const B = batch.lengths.length;
    const size = (batch.values.length / hmm.emission.width) * K;
    const [logLikelihood, posteriors] = [allocate(8 * B), allocate(8 * size)];
    const [first, transitions] = [allocate(8 * K), allocate(8 * K * K)];
    const parameters = placeModel(hmm, allocate);
    const frames = placeFrames(hmm.emission, batch, allocate);
    doubles(memory, first, K).fill(0);
    doubles(memory, transitions, K * K).fill(0);
    hmmExpectations(kernels, parameters, frames, { logLikelihood, posteriors, first, transitions });
    if (counts) add(counts.start, doubles(memory, first, K));
    if (counts) add(counts.transitions, doubles(memory, transitions, K * K));
    return use(doubles(memory, logLikelihood, B), doubles(memory, posteriors, size));
  });
}

/** The best path [n] through each sequence, −1 where none is possible, and log p(path, observations) [B]. */
export function bestPaths(hmm: HMMLike, batch: Batch): { path: Int32Array; scores: Float64Array } {
  const kernels = chainKernels();
  const { memory } = kernels;
  return within(kernels, (allocate) => {
    const [n, B] = [batch.values.length / hmm.emission.width, batch.lengths.length];
    const [path, scores] = [allocate(4 * n), allocate(8 * B)];
    hmmViterbi(kernels, placeModel(hmm, allocate), placeFrames(hmm.emission, batch, allocate), { path, scores });
    return { path: integers(memory, path, n).slice(), scores: doubles(memory, scores, B).slice() };
  });
}

/** log p(row | state) [n,K]; −∞ where a state is not allowed. */
export function emissionLogs(emission: Emission, { values, allowed }: Batch): Float64Array {
  const logs = new Float64Array((values.length / emission.width) * emission.stateCount);
  emission.logProbability(values, logs);
  forbid(logs, allowed);
  return logs;
}

function placeModel({ startProb, transMat }: HMMLike, allocate: Allocate): HMMParameters {
  const { memory } = chainKernels();
  const K = startProb.length;
  const at = { startProb: allocate(8 * K), transMat: allocate(8 * K * K) };
  doubles(memory, at.startProb, K).set(startProb);
  doubles(memory, at.transMat, K * K).set(transMat);
  return { ...at, K };
}

/** Log-likelihoods: of every row, or of the kinds of rows where there are fewer of them. */
function placeFrames(emission: Emission, { values, lengths, allowed }: Batch, allocate: Allocate): HMMFrames {
  const { memory } = chainKernels();
  const K = emission.stateCount;
  const n = values.length / emission.width;
  const kinds = allowed ? undefined : emission.kinds?.(values);
  if (!kinds || kinds.logs.length > n * K) {
    const logs = allocate(8 * n * K);
    const out = doubles(memory, logs, n * K);
    emission.logProbability(values, out);
    forbid(out, allowed);
    return { logs, lengths };
  }
  const [logs, pointer] = [allocate(8 * kinds.logs.length), allocate(4 * n)];
  doubles(memory, logs, kinds.logs.length).set(kinds.logs);
  integers(memory, pointer, n).set(kinds.kinds);
  return { logs, symbols: { pointer, rows: kinds.logs.length / K }, lengths };
}

function forbid(logs: Float64Array, allowed: Uint8Array | undefined): void {
  for (let at = 0; allowed && at < logs.length; at++) if (allowed[at] === 0) logs[at] = -Infinity;
}

function add(to: Float64Array, numbers: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i]! += numbers[i]!;
}
