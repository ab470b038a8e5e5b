/** Hidden Markov models over sequences laid end to end, in float64: the E-step, log-likelihoods and best paths. */
import { alphaSize64, chainBackward64, chainForward64 } from './chain.js';
import type { Kernels } from './load.js';
import { doubles, integers, type KernelMemory, scope } from './memory.js';

export interface HMMExports {
  hmmWorkspace(rows: number, table: number, K: number): number;
  hmmExpectations(
    ...parameters: [
      ...model: [startProb: number, transMat: number],
      ...frames: [logs: number, symbols: number, table: number, sequences: number],
      ...results: [logLikelihood: number, posteriors: number, first: number, transitions: number],
      ...[workspace: number, rows: number, B: number, K: number],
    ]
  ): void;
  hmmViterbiWorkspace(rows: number, K: number): number;
  hmmViterbi(
    ...parameters: [
      ...model: [logStart: number, logTrans: number],
      ...frames: [logs: number, symbols: number, sequences: number],
      ...results: [path: number, scores: number],
      ...[workspace: number, B: number, K: number],
    ]
  ): void;
}

/** Pointers to float64 startProb [K] and transMat [K,K], from × to, rows of which sum to at most 1; 0 forbids. */
export interface HMMParameters {
  startProb: number;
  transMat: number;
  K: number;
}

/** N observations of sequences that lie end to end, as their log-likelihoods in each state; −∞ is impossible. */
export interface HMMFrames {
  /** Pointer to float64 [N,K]; with `symbols`, [table.rows,K]. */
  logs: number;
  /** Where observations are few different ones: pointer to int32 [N], the row of `logs` that holds for each, below `rows`. */
  symbols?: { pointer: number; rows: number };
  /** How many observations each of the B sequences has, 0 allowed; their sum is N. */
  lengths: ArrayLike<number>;
}

/** Pointers to float64 results: logLikelihood [B] and posteriors [N,K] are overwritten, first [K] and transitions [K,K] added to. */
export interface HMMExpectations {
  logLikelihood: number;
  posteriors: number;
  /** The expected number of sequences that begin in each state. */
  first: number;
  /** The expected number of moves from each state to each. */
  transitions: number;
}

/** A sequence: its place among all, the first of its observations, and how many it has. */
interface Place {
  b: number;
  first: number;
  length: number;
}

/**
 * The E-step (forward–backward in the scaling form, Rabiner 1989; sequences for which that would lose something go through the log domain).
 * An empty sequence has log-likelihood 0; an impossible one −∞, posteriors 0, and it is counted nowhere. Takes about 4·8·K bytes
 * of workspace for each observation of the four longest sequences.
 */
export function hmmExpectations(
  kernels: Kernels,
  parameters: HMMParameters,
  frames: HMMFrames,
  results: HMMExpectations,
): void {
  const doubtful = scaled(kernels, parameters, frames, results);
  if (doubtful.length > 0) inLogs(kernels, parameters, frames, results, doubtful);
}

/** logLikelihood [B] alone. Where every state can follow every state, the forward pass says whether it lost something; elsewhere it takes both. */
export function hmmLogLikelihood(
  kernels: Kernels,
  parameters: HMMParameters,
  frames: HMMFrames,
  logLikelihood: number,
): void {
  const { memory } = kernels;
  const alone = { logLikelihood, posteriors: 0, first: 0, transitions: 0 };
  const doubtful = isDense(memory, parameters)
    ? scaled(kernels, parameters, frames, alone)
    : scope(memory, (allocate) => {
        const { K } = parameters;
        let N = 0;
        for (let b = 0; b < frames.lengths.length; b++) N += frames.lengths[b]!;
        const [posteriors, first, transitions] = [allocate(8 * N * K), allocate(8 * K), allocate(8 * K * K)];
        return scaled(kernels, parameters, frames, { logLikelihood, posteriors, first, transitions });
      });
  if (doubtful.length > 0) inLogs(kernels, parameters, frames, alone, doubtful);
}

/**
 * path [N] int32, the best through each sequence (Viterbi), and scores [B], log p(path, observations): −1 and −∞ where nothing is possible, score 0 of an
 * empty sequence. Of equally good paths the lowest states win, from the end on.
 */
export function hmmViterbi(
  { exports, memory }: Kernels,
  { startProb, transMat, K }: HMMParameters,
  { logs, symbols, lengths }: HMMFrames,
  { path, scores }: { path: number; scores: number },
): void {
  const order = places(lengths);
  scope(memory, (allocate) => {
    const [logStart, logTrans] = [allocate(8 * K), allocate(8 * K * K)];
    const [sequences, found] = [allocate(8 * order.length), allocate(8 * order.length)];
    const workspace = allocate(exports.hmmViterbiWorkspace(widest(order), K));
    logarithms(memory, startProb, logStart, K);
    logarithms(memory, transMat, logTrans, K * K);
    integers(memory, sequences, 2 * order.length).set(order.flatMap(({ first, length }) => [first, length]));
    exports.hmmViterbi(
      ...([logStart, logTrans, logs, symbols?.pointer ?? 0, sequences] as const),
      ...([path, found, workspace, order.length, K] as const),
    );
    const [from, to] = [doubles(memory, found, order.length), doubles(memory, scores, lengths.length).fill(0)];
    for (const [i, { b }] of order.entries()) to[b] = from[i]!;
  });
}

/** Runs the kernel; the sequences whose numbers became too small to be trusted have no results yet and are returned. */
function scaled(
  { exports, memory }: Kernels,
  { startProb, transMat, K }: HMMParameters,
  { logs, symbols, lengths }: HMMFrames,
  { logLikelihood, posteriors, first, transitions }: HMMExpectations,
): Place[] {
  const order = places(lengths);
  return scope(memory, (allocate) => {
    const [sequences, found] = [allocate(8 * order.length), allocate(8 * order.length)];
    const rows = widest(order);
    const table = symbols?.rows ?? 0;
    const workspace = allocate(exports.hmmWorkspace(rows, table, K));
    integers(memory, sequences, 2 * order.length).set(order.flatMap(({ first, length }) => [first, length]));
    exports.hmmExpectations(
      ...([startProb, transMat, logs, symbols?.pointer ?? 0, table, sequences] as const),
      ...([found, posteriors, first, transitions, workspace, rows, order.length, K] as const),
    );
    const from = doubles(memory, found, order.length);
    const to = doubles(memory, logLikelihood, lengths.length).fill(0);
    for (const [i, { b }] of order.entries()) to[b] = from[i]!;
    return order.filter((_, i) => Number.isNaN(from[i]));
  });
}

/** The same one sequence after another in the log domain. */
function inLogs(
  kernels: Kernels,
  { startProb, transMat, K }: HMMParameters,
  frames: HMMFrames,
  results: HMMExpectations,
  sequences: readonly Place[],
): void {
  const { memory } = kernels;
  const longest = Math.max(...sequences.map(({ length }) => length));
  scope(memory, (allocate) => {
    const [initial, transition, final] = [allocate(8 * K), allocate(8 * K * K), allocate(8 * K)];
    const [dInitial, dTransition, dFinal] = [allocate(8 * K), allocate(8 * K * K), allocate(8 * K)];
    const [mask, gathered, dLogZ] = [allocate(longest), allocate(8 * longest * K), allocate(8)];
    const alphas = allocate(8 * alphaSize64({ B: 1, T: longest, K }));
    logarithms(memory, startProb, initial, K);
    logarithms(memory, transMat, transition, K * K);
    doubles(memory, final, K).fill(0);
    doubles(memory, dLogZ, 1).fill(1);
    new Uint8Array(memory.memory.buffer, mask, longest).fill(1);
    for (const { b, first, length: T } of sequences) {
      const emission = frames.symbols ? gathered : frames.logs + 8 * first * K;
      if (frames.symbols) gather(memory, frames.logs, frames.symbols.pointer + 4 * first, gathered, T, K);
      const chain = { initial, final, transition, perStep: false, emission, mask, B: 1, T, K };
      const messages = { logZ: results.logLikelihood + 8 * b, alphas };
      chainForward64(kernels, chain, messages);
      if (results.posteriors === 0) continue;
      const gradients = { dInitial, dFinal, dTransition, dEmission: results.posteriors + 8 * first * K };
      chainBackward64(kernels, chain, messages, { dLogZ, ...gradients });
      add(memory, dInitial, results.first, K);
      add(memory, dTransition, results.transitions, K * K);
    }
  });
}

/** The sequences that have observations, the longest first: those that go side by side should be of like lengths. */
function places(lengths: ArrayLike<number>): Place[] {
  const found: Place[] = [];
  let first = 0;
  for (let b = 0; b < lengths.length; b++) {
    const length = lengths[b]!;
    if (length > 0) found.push({ b, first, length });
    first += length;
  }
  return found.sort((one, other) => other.length - one.length);
}

/** The observations of the four longest. */
function widest(order: readonly Place[]): number {
  return order.slice(0, 4).reduce((sum, { length }) => sum + length, 0);
}

/** Whether every state can follow every state, so that none that became too small could have mattered later. */
function isDense(memory: KernelMemory, { transMat, K }: HMMParameters): boolean {
  return doubles(memory, transMat, K * K).every((probability) => probability > 1e-60);
}

function logarithms(memory: KernelMemory, from: number, to: number, length: number): void {
  const target = doubles(memory, to, length);
  for (const [i, probability] of doubles(memory, from, length).entries()) target[i] = Math.log(probability);
}

function gather(memory: KernelMemory, table: number, symbols: number, to: number, T: number, K: number): void {
  const target = doubles(memory, to, T * K);
  for (const [t, symbol] of integers(memory, symbols, T).entries()) {
    target.set(doubles(memory, table + 8 * symbol * K, K), t * K);
  }
}

function add(memory: KernelMemory, from: number, to: number, length: number): void {
  const target = doubles(memory, to, length);
  for (const [i, value] of doubles(memory, from, length).entries()) target[i]! += value;
}
