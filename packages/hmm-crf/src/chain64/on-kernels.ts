/** Chains in memory of the kernels' own: what they compute, one sequence after another. */
import {
  Arena,
  alphaSize64,
  type Chain,
  chainBackward64,
  chainBestPath64,
  chainForward64,
  chainPathScore64,
  doubles,
  integers,
  type Kernels,
  loadKernelsSync,
  scope,
} from '@seqloom/kernels';
import type { Float64Potentials, Layout } from './potentials.js';

/** How often paths are expected to begin and end in each state, to move, and to be in each state at each step. */
export interface ExpectedCounts {
  /** [K] */
  readonly initial: Float64Array;
  /** [K,K], or [M,K,K] where the chain has transitions of each step. */
  readonly transition: Float64Array;
  /** [N,K] */
  readonly emission: Float64Array;
  /** [K] */
  readonly final: Float64Array;
}

/** Memory that has grown beyond this is left to the garbage collector. */
const keptBytes = 2 ** 28;
let kept: Kernels | undefined;

/** One sequence in the kernels' memory. */
interface Placed {
  readonly b: number;
  readonly chain: Chain;
  /** Pointers to room for the log partition, and for messages; see `chainForward64`. */
  readonly messages: { logZ: number; alphas: number };
}

/** log Σ exp over all paths: [B]. */
export function logPartitions(potentials: Float64Potentials, layout: Layout): Float64Array {
  const out = new Float64Array(layout.B);
  forEachSequence(potentials, layout, (kernels, { b, chain, messages }) => {
    chainForward64(kernels, chain, messages);
    out[b] = doubles(kernels.memory, messages.logZ, 1)[0]!;
  });
  return out;
}

/** The gradient of Σ logPartition. */
export function expectedCounts(potentials: Float64Potentials, layout: Layout): ExpectedCounts {
  const { N, K, firsts, lengths, firstMoves, perStep } = layout;
  const counts = {
    initial: new Float64Array(K),
    transition: new Float64Array(potentials.transition.length),
    emission: new Float64Array(N * K),
    final: new Float64Array(K),
  };
  forEachSequence(potentials, layout, (kernels, { b, chain, messages }, allocate) => {
    const moves = perStep ? (chain.T - 1) * K * K : K * K;
    const place = (length: number) => ({ pointer: allocate(8 * length), length });
    const [initial, final, transition, emission] = [K, K, moves, chain.T * K].map(place) as Four<
      ReturnType<typeof place>
    >;
    const dLogZ = allocate(8);
    doubles(kernels.memory, dLogZ, 1)[0] = 1;
    chainForward64(kernels, chain, messages);
    chainBackward64(kernels, chain, messages, {
      ...{ dLogZ, dInitial: initial.pointer, dFinal: final.pointer },
      ...{ dTransition: transition.pointer, dEmission: emission.pointer },
    });
    const made = ({ pointer, length }: typeof initial) => doubles(kernels.memory, pointer, length);
    add(counts.initial, made(initial));
    add(counts.final, made(final));
    add(perStep ? counts.transition.subarray(firstMoves[b]! * K * K) : counts.transition, made(transition));
    counts.emission.set(made(emission).subarray(0, lengths[b]! * K), firsts[b]! * K);
  });
  return counts;
}
type Four<T> = [T, T, T, T];

/** The best paths [N], −1 at masked steps; nonsense where no path is possible. */
export function bestPaths(potentials: Float64Potentials, layout: Layout): Int32Array {
  const out = new Int32Array(layout.N).fill(-1);
  forEachSequence(potentials, layout, (kernels, { b, chain }, allocate) => {
    const path = allocate(4 * chain.T);
    chainBestPath64(kernels, chain, path);
    out.set(integers(kernels.memory, path, chain.T), layout.firsts[b]!);
  });
  return out;
}

/** The scores [B] of labels [N], and the place of the first that is no state, or −1. */
export function pathScores(
  potentials: Float64Potentials,
  layout: Layout,
  labels: Int32Array,
): { scores: Float64Array; bad: number } {
  const scores = new Float64Array(layout.B);
  let bad = -1;
  forEachSequence(potentials, layout, (kernels, { b, chain }, allocate) => {
    const [given, score] = [allocate(4 * chain.T), allocate(8)];
    const first = layout.firsts[b]!;
    integers(kernels.memory, given, chain.T).set(labels.subarray(first, first + chain.T));
    const found = chainPathScore64(kernels, chain, { labels: given, scores: score });
    if (found >= 0 && bad < 0) bad = first + found;
    scores[b] = doubles(kernels.memory, score, 1)[0]!;
  });
  return { scores, bad };
}

/** Calls `body` for every sequence that has steps; what it allocates is free again afterwards. */
function forEachSequence(
  potentials: Float64Potentials,
  { B, K, lengths, firsts, firstMoves, perStep, mask }: Layout,
  body: (kernels: Kernels, placed: Placed, allocate: (bytes: number) => number) => void,
): void {
  kept ??= loadKernelsSync(new Arena());
  const kernels = kept;
  const { memory } = kernels;
  const put = (pointer: number, values: Float64Array) => doubles(memory, pointer, values.length).set(values);
  scope(memory, (allocate) => {
    const [initial, final, shared] = [allocate(8 * K), allocate(8 * K), allocate(8 * K * K)];
    put(initial, potentials.initial);
    put(final, potentials.final ?? new Float64Array(K));
    if (!perStep) put(shared, potentials.transition);
    for (let b = 0; b < B; b++) {
      const [T, first, firstMove] = [lengths[b]!, firsts[b]!, firstMoves[b]!];
      if (T === 0) continue;
      scope(memory, (room) => {
        const [emission, at] = [room(8 * T * K), room(T)];
        const moves = perStep
          ? potentials.transition.subarray(firstMove * K * K, (firstMove + T - 1) * K * K)
          : undefined;
        const transition = moves ? room(8 * moves.length) : shared;
        const messages = { logZ: room(8), alphas: room(8 * alphaSize64({ B: 1, T, K })) };
        put(emission, potentials.emission.subarray(first * K, (first + T) * K));
        if (moves) put(transition, moves);
        new Uint8Array(memory.memory.buffer, at, T).set(mask.subarray(first, first + T));
        const chain = { initial, final, transition, perStep, emission, mask: at, B: 1, T, K };
        body(kernels, { b, chain, messages }, room);
      });
    }
  });
  if (memory.memory.buffer.byteLength > keptBytes) kept = undefined;
}

function add(target: Float64Array, values: Float64Array): void {
  for (const [i, value] of values.entries()) target[i]! += value;
}
