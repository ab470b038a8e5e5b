/** One sequence as a chain of log potentials, which need not be probabilities: what its states, pairs and best path are. */
import {
  Arena,
  alphaSize64,
  type Chain,
  chainBackward64,
  chainBestPath64,
  chainForward64,
  doubles,
  integers,
  type Kernels,
  loadKernelsSync,
  scope,
} from '@seqloom/kernels';

/** −∞ forbids. */
export interface LogChain {
  /** [K] */
  readonly logStart: Float64Array;
  /** [K,K]; or [T−1,K,K], the one for the move into step t at t − 1. */
  readonly logTransition: Float64Array;
  /** [T,K] */
  readonly logEmission: Float64Array;
}

export interface ChainExpectations {
  /** log Σ exp over all paths: 0 without steps, −∞ where no path is possible. */
  readonly logPartition: number;
  /** [T,K] */
  readonly states: Float64Array;
  /** Expected moves, of the shape of the transitions. */
  readonly pairs: Float64Array;
}

let loaded: Kernels | undefined;

/** log Σ exp over all paths. */
export function logPartition(chain: LogChain): number {
  return run(chain, (kernels, pointers, allocate) => {
    const messages = forward(kernels, pointers, allocate);
    return doubles(kernels.memory, messages.logZ, 1)[0]!;
  });
}

/** By forward–backward. */
export function chainExpectations(chain: LogChain): ChainExpectations {
  const { logStart, logTransition, logEmission } = chain;
  if (logEmission.length === 0) {
    return { logPartition: 0, states: new Float64Array(0), pairs: new Float64Array(logTransition.length) };
  }
  return run(chain, (kernels, pointers, allocate) => {
    const messages = forward(kernels, pointers, allocate);
    const dLogZ = put(kernels, allocate, Float64Array.of(1));
    const [dInitial, dFinal] = [allocate(8 * logStart.length), allocate(8 * logStart.length)];
    const [dTransition, dEmission] = [allocate(8 * logTransition.length), allocate(8 * logEmission.length)];
    chainBackward64(kernels, pointers, messages, { dLogZ, dInitial, dFinal, dTransition, dEmission });
    return {
      logPartition: doubles(kernels.memory, messages.logZ, 1)[0]!,
      states: doubles(kernels.memory, dEmission, logEmission.length).slice(),
      pairs: doubles(kernels.memory, dTransition, logTransition.length).slice(),
    };
  });
}

/** The best path [T] and its score: −∞ where no path is possible (Viterbi). */
export function bestPath(chain: LogChain): { path: Int32Array; score: number } {
  const T = chain.logEmission.length / chain.logStart.length;
  const path = run(chain, (kernels, pointers, allocate) => {
    const place = allocate(4 * Math.max(1, T));
    chainBestPath64(kernels, pointers, place);
    return integers(kernels.memory, place, T).slice();
  });
  return { path, score: pathScore(chain, path) };
}

function pathScore({ logStart, logTransition, logEmission }: LogChain, path: Int32Array): number {
  const K = logStart.length;
  const perStep = isPerStep(logTransition, path.length, K);
  let score = path.length > 0 ? logStart[path[0]!]! : 0;
  for (let t = 0; t < path.length; t++) {
    score += logEmission[t * K + path[t]!]!;
    if (t > 0) score += logTransition[((perStep ? t - 1 : 0) * K + path[t - 1]!) * K + path[t]!]!;
  }
  return score;
}

function run<T>(
  { logStart, logTransition, logEmission }: LogChain,
  body: (kernels: Kernels, chain: Chain, allocate: (bytes: number) => number) => T,
): T {
  loaded ??= loadKernelsSync(new Arena());
  const kernels = loaded;
  return scope(kernels.memory, (allocate) => {
    const K = logStart.length;
    const T = logEmission.length / K;
    const mask = allocate(Math.max(1, T));
    new Uint8Array(kernels.memory.memory.buffer, mask, T).fill(1);
    const chain: Chain = {
      initial: put(kernels, allocate, logStart),
      final: put(kernels, allocate, new Float64Array(K)),
      transition: put(kernels, allocate, logTransition),
      perStep: isPerStep(logTransition, T, K),
      emission: put(kernels, allocate, logEmission),
      mask,
      ...{ B: 1, T, K },
    };
    return body(kernels, chain, allocate);
  });
}

/** With two steps both readings are the same. */
function isPerStep(logTransition: Float64Array, T: number, K: number): boolean {
  return T > 1 && logTransition.length === (T - 1) * K * K;
}

function forward(kernels: Kernels, chain: Chain, allocate: (bytes: number) => number) {
  const messages = { logZ: allocate(8), alphas: allocate(8 * Math.max(1, alphaSize64(chain))) };
  chainForward64(kernels, chain, messages);
  return messages;
}

function put({ memory }: Kernels, allocate: (bytes: number) => number, values: Float64Array): number {
  const pointer = allocate(8 * Math.max(1, values.length));
  doubles(memory, pointer, values.length).set(values);
  return pointer;
}
