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
  /** By real step: emission plus what may follow, up to a constant for each step. */
  readonly #ahead: readonly Float64Array[];

  private constructor(potentials: Float64Potentials, layout: Layout, b: number, steps: readonly number[]) {
    this.#potentials = potentials;
    this.#layout = layout;
    this.#b = b;
    this.steps = steps;
    const ahead: Float64Array[] = [];
    let after = potentials.final ?? new Float64Array(layout.K);
    for (let n = steps.length - 1; n >= 0; n--) {
      const emission = this.#emission(n);
      ahead[n] = relative(after.map((value, k) => emission[k]! + value));
      if (n > 0) after = this.#sums(n, ahead[n]!);
    }
    this.#ahead = ahead;
    this.first = ahead[0]!.map((value, k) => potentials.initial[k]! + value);
    normalize(this.first);
  }

  /** Of sequence b; undefined where it has no real step, or no path is possible. */
  static of(potentials: Float64Potentials, layout: Layout, b: number): MarkovForm | undefined {
    const steps = realSteps(layout, b);
    if (steps.length === 0) return undefined;
    const form = new MarkovForm(potentials, layout, b, steps);
    return form.first.every((value) => value === -Infinity) ? undefined : form;
  }

  /** log p(state at real step n | state before it) [K,K], n ≥ 1; −∞ throughout for a state from which nothing is possible. */
  conditionals(n: number): Float64Array {
    const { K } = this.#layout;
    const out = this.#terms(n, this.#ahead[n]!);
    for (let i = 0; i < K; i++) normalize(out.subarray(i * K, (i + 1) * K));
    return out;
  }

  /** The same of one state before it: [K]. */
  conditional(n: number, before: number): Float64Array {
    const { transition } = this.#potentials;
    const { K } = this.#layout;
    const at = moveAt(this.#layout, transition, this.#b, this.steps[n]!) + before * K;
    const out = this.#ahead[n]!.map((value, j) => transition[at + j]! + value);
    normalize(out);
    return out;
  }

  #emission(n: number): Float64Array {
    const { firsts, K } = this.#layout;
    const at = (firsts[this.#b]! + this.steps[n]!) * K;
    return this.#potentials.emission.subarray(at, at + K);
  }

  /** transition + ahead of the move into real step n, [K,K]. */
  #terms(n: number, ahead: Float64Array): Float64Array {
    const { transition } = this.#potentials;
    const { K } = this.#layout;
    const at = moveAt(this.#layout, transition, this.#b, this.steps[n]!);
    return transition.slice(at, at + K * K).map((value, ij) => value + ahead[ij % K]!);
  }

  #sums(n: number, ahead: Float64Array): Float64Array {
    const { K } = this.#layout;
    const terms = this.#terms(n, ahead);
    return ahead.map((_, i) => logSum(terms.subarray(i * K, (i + 1) * K)));
  }
}

/** log Σ exp; −∞ of nothing but −∞. */
function logSum(values: Float64Array): number {
  const top = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (top === -Infinity) return top;
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

/** Less the largest, so that the numbers of long chains stay small. */
function relative(values: Float64Array): Float64Array {
  const top = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return top === -Infinity ? values : values.map((value) => value - top);
}

/** In place: less log Σ exp, unless that is −∞. */
function normalize(values: Float64Array): void {
  const sum = logSum(values);
  if (sum > -Infinity) for (let i = 0; i < values.length; i++) values[i]! -= sum;
}
