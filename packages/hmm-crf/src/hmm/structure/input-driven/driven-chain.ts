/** Chains whose start and transitions depend on inputs: the potentials of a sequence, and what its expectations teach. */
import { logSoftmaxRows, type WeightedTargets } from './multinomial-logistic.js';

/** Weights of K states for inputs with a 1 appended, P numbers. */
export interface DrivenWeights {
  /** [K,P] */
  readonly startWeights: Float64Array;
  /** [K,K,P], from → to. */
  readonly transWeights: Float64Array;
  readonly stateCount: number;
  /** P */
  readonly width: number;
}

/** Inputs [T,U] with a 1 after each row: [T,U+1]. */
export function withOnes(inputs: Float64Array, U: number): Float64Array {
  const T = inputs.length / U;
  const out = new Float64Array(T * (U + 1)).fill(1);
  for (let t = 0; t < T; t++) out.set(inputs.subarray(t * U, (t + 1) * U), t * (U + 1));
  return out;
}

/** log p(first state) [K] from the first of rows [T,P]; nothing to say without rows. */
export function logStartOf({ startWeights, stateCount, width }: DrivenWeights, rows: Float64Array): Float64Array {
  const out = new Float64Array(stateCount);
  if (rows.length > 0) logSoftmaxRows(rows.subarray(0, width), startWeights, width, out);
  return out;
}

/** log p(next state | state) for every row [T,P] that a move leads into: [T,K,K]. */
export function logMovesInto({ transWeights, stateCount: K, width }: DrivenWeights, rows: Float64Array): Float64Array {
  const T = rows.length / width;
  const out = new Float64Array(T * K * K);
  const logP = new Float64Array(T * K);
  for (let i = 0; i < K; i++) {
    logSoftmaxRows(rows, transWeights.subarray(i * K * width, (i + 1) * K * width), width, logP);
    for (let t = 0; t < T; t++) out.set(logP.subarray(t * K, (t + 1) * K), (t * K + i) * K);
  }
  return out;
}

/** Inputs with expected states, for the regressions of the start and of the moves from each state. */
export class DrivenTargets {
  readonly start: WeightedTargets;
  /** [K] */
  readonly moves: readonly WeightedTargets[];
  readonly #sizes: { K: number; P: number };
  #starts = 0;
  #steps = 0;

  /** Room for sequences of these lengths. */
  constructor({ stateCount: K, width: P }: DrivenWeights, lengths: readonly number[]) {
    const starts = lengths.filter((length) => length > 0).length;
    const steps = lengths.reduce((sum, length) => sum + Math.max(0, length - 1), 0);
    const rows = new Float64Array(steps * P);
    this.#sizes = { K, P };
    this.start = { rows: new Float64Array(starts * P), targets: new Float64Array(starts * K) };
    this.moves = Array.from({ length: K }, () => ({ rows, targets: new Float64Array(steps * K) }));
  }

  /** One sequence: rows [T,P], states [T,K] and pairs [T−1,K,K]. */
  add(rows: Float64Array, states: Float64Array, pairs: Float64Array): void {
    if (rows.length === 0) return;
    const { K, P } = this.#sizes;
    this.start.rows.set(rows.subarray(0, P), this.#starts * P);
    this.start.targets.set(states.subarray(0, K), this.#starts * K);
    this.#starts++;
    for (let at = 0; at < pairs.length; at += K * K) {
      const next = at / (K * K) + 1;
      this.moves[0]!.rows.set(rows.subarray(next * P, (next + 1) * P), this.#steps * P);
      for (let i = 0; i < K; i++) {
        this.moves[i]!.targets.set(pairs.subarray(at + i * K, at + (i + 1) * K), this.#steps * K);
      }
      this.#steps++;
    }
  }
}
