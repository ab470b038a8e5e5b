/**
 * The distribution over the paths of one sequence, written as a Markov chain: how likely each state is to be the first, and, given a state, each
 * state after it. Everything is a ratio of neighbouring messages, so nothing is lost on long chains.
 */
import { type Float64Potentials, type Layout, moveAt, realSteps } from './potentials.js';

export class MarkovForm {
  /** The real steps; there is at least one. */
  readonly steps: readonly number[];
  /** log p(first state) [K] */
  readonly first: Float64Array;
  readonly #potentials: Float64Potentials;
  readonly #layout: Layout;
  readonly #b: number;
  /** [n,K]: emission at each real step plus what may follow, up to a constant for each step. */
  readonly #ahead: Float64Array;

  private constructor(potentials: Float64Potentials, layout: Layout, b: number, steps: readonly number[]) {
    const { K, firsts } = layout;
    const { initial, emission, final } = potentials;
    this.#potentials = potentials;
    this.#layout = layout;
    this.#b = b;
    this.steps = steps;
    this.#ahead = new Float64Array(steps.length * K);
    const after = final?.slice() ?? new Float64Array(K);
    const terms = new Float64Array(K);
    for (let n = steps.length - 1; n >= 0; n--) {
      const ahead = this.#aheadOf(n);
      const at = (firsts[b]! + steps[n]!) * K;
      for (let k = 0; k < K; k++) ahead[k] = emission[at + k]! + after[k]!;
      relativeToLargest(ahead);
      for (let i = 0; i < K && n > 0; i++) after[i] = this.#terms(n, i, terms);
    }
    this.first = initial.map((value, k) => value + this.#ahead[k]!);
    normalize(this.first, logSum(this.first));
  }

  /** Of sequence b; undefined where it has no real step, or no path is possible. */
  static of(potentials: Float64Potentials, layout: Layout, b: number): MarkovForm | undefined {
    const steps = realSteps(layout, b);
    if (steps.length === 0) return undefined;
    const form = new MarkovForm(potentials, layout, b, steps);
    return form.first.every((value) => value === -Infinity) ? undefined : form;
  }

  /** log p(state at real step n | `before` at the real step before it), n ≥ 1, into out [K]; −∞ throughout where nothing is possible from there. */
  conditional(n: number, before: number, out: Float64Array): void {
    normalize(out, this.#terms(n, before, out));
  }

  #aheadOf(n: number): Float64Array {
    const { K } = this.#layout;
    return this.#ahead.subarray(n * K, (n + 1) * K);
  }

  /** Transition + ahead of the moves from `before` into real step n, into out [K]; returns log Σ exp of them. */
  #terms(n: number, before: number, out: Float64Array): number {
    const { transition } = this.#potentials;
    const { K } = this.#layout;
    const move = moveAt(this.#layout, transition, this.#b, this.steps[n]!) + before * K;
    for (let j = 0; j < K; j++) out[j] = transition[move + j]! + this.#ahead[n * K + j]!;
    return logSum(out);
  }
}

/** log Σ exp; −∞ of nothing but −∞. */
function logSum(values: Float64Array): number {
  const top = largest(values);
  if (top === -Infinity) return top;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - top);
  return top + Math.log(sum);
}

function largest(values: Float64Array): number {
  let top = -Infinity;
  for (let i = 0; i < values.length; i++) if (values[i]! > top) top = values[i]!;
  return top;
}

/** In place, so that the numbers of long chains stay small. */
function relativeToLargest(values: Float64Array): void {
  normalize(values, largest(values));
}

/** In place: less `sum`, unless that is −∞. */
function normalize(values: Float64Array, sum: number): void {
  if (sum > -Infinity) for (let i = 0; i < values.length; i++) values[i]! -= sum;
}
