/** The chain of one sequence under a model, in memory of kernels: scores of labels come in, answers go out. */
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
  loadKernelsSync,
} from '@seqloom/kernels';
import type { FeatureModel } from './feature-model.js';
import { bestPaths, type RankedPath } from './k-best.js';

export type { RankedPath };

export class SequenceChain {
  readonly #labelCount: number;
  readonly #transition: Float64Array; // [L,L], 0 where the model has no feature
  readonly #arena: Arena = new Arena();
  readonly #kernels: ReturnType<typeof loadKernelsSync> = loadKernelsSync(this.#arena);
  readonly #constant: { transition: number; ends: number };
  readonly #start: number;
  #chain!: Chain;

  constructor(model: FeatureModel) {
    const L = model.labels.length;
    this.#labelCount = L;
    this.#transition = denseTransitions(model);
    const [transition, ends] = [this.#arena.allocate(8 * L * L), this.#arena.allocate(8 * L)];
    doubles(this.#arena, transition, L * L).set(this.#transition);
    doubles(this.#arena, ends, L).fill(0);
    this.#constant = { transition, ends };
    this.#start = this.#arena.allocate(0);
  }

  /** Makes room for T items; returns their scores [T,L], all 0, to be written to before the next question. */
  begin(T: number): Float64Array {
    const arena = this.#arena;
    arena.free(this.#start);
    const L = this.#labelCount;
    const mask = arena.allocate(T);
    const emission = arena.allocate(8 * T * L);
    new Uint8Array(arena.memory.buffer, mask, T).fill(1);
    const { transition, ends } = this.#constant;
    this.#chain = { initial: ends, final: ends, transition, perStep: false, emission, mask, B: 1, T, K: L };
    return doubles(arena, emission, T * L).fill(0);
  }

  /** [T] label numbers: the best path. */
  bestPath(): Int32Array {
    const { T } = this.#chain;
    const path = this.#arena.allocate(4 * T);
    chainBestPath64(this.#kernels, this.#chain, path);
    return integers(this.#arena, path, T);
  }

  /** T rows [L]. */
  marginals(): Float64Array[] {
    const { T, K: L } = this.#chain;
    const arena = this.#arena;
    const messages = this.#forward();
    const [dInitial, dFinal, dTransition, dLogZ] = [L, L, L * L, 1].map((n) => arena.allocate(8 * n)) as Four;
    const dEmission = arena.allocate(8 * T * L);
    doubles(arena, dLogZ, 1)[0] = 1;
    const gradients = { dLogZ, dInitial, dFinal, dTransition, dEmission };
    chainBackward64(this.#kernels, this.#chain, messages, gradients);
    return Array.from({ length: T }, (_, t) => doubles(arena, dEmission + 8 * t * L, L).slice());
  }

  /** log p(path [T] of label numbers). */
  logProbability(path: readonly number[]): number {
    const { logZ } = this.#forward();
    const labels = this.#arena.allocate(4 * path.length);
    const scores = this.#arena.allocate(8);
    integers(this.#arena, labels, path.length).set(path);
    chainPathScore64(this.#kernels, this.#chain, { labels, scores });
    return Math.min(0, doubles(this.#arena, scores, 1)[0]! - doubles(this.#arena, logZ, 1)[0]!);
  }

  /** The k best paths, best first. */
  bestPaths(k: number): RankedPath[] {
    const { T, K: L, emission } = this.#chain;
    const logZ = doubles(this.#arena, this.#forward().logZ, 1)[0]!;
    return bestPaths({ emission: doubles(this.#arena, emission, T * L), transition: this.#transition, T, L, logZ }, k);
  }

  #forward(): { logZ: number; alphas: number } {
    const logZ = this.#arena.allocate(8);
    const alphas = this.#arena.allocate(8 * alphaSize64(this.#chain));
    chainForward64(this.#kernels, this.#chain, { logZ, alphas });
    return { logZ, alphas };
  }
}

type Four = [number, number, number, number];

function denseTransitions({ labels, transitionOffsets, transitionLabels, transitionWeights }: FeatureModel) {
  const L = labels.length;
  const dense = new Float64Array(L * L);
  for (let i = 0; i < L; i++) {
    for (let f = transitionOffsets[i]!; f < transitionOffsets[i + 1]!; f++) {
      dense[i * L + transitionLabels[f]!]! += transitionWeights[f]!;
    }
  }
  return dense;
}
