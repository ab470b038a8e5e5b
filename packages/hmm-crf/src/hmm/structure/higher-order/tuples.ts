/** The last states of a chain of order n as states of their own: tuples of 1 … n, short ones at the beginning of a sequence. */
import { OptionError } from '@seqloom/core/errors';
import { count } from '@seqloom/core/options';

/** Tuples beyond this make a transition matrix that no memory holds. */
const mostTuples = 8192;

/** Tuples of m states stand in order of their digits to base K, after all that are shorter. */
export class Tuples {
  readonly stateCount: number;
  readonly order: number;
  /** The number of the first tuple of each length, and of all tuples: [n+2], of which the first means nothing. */
  readonly #first: readonly number[];

  constructor(where: string, stateCount: number, order: number) {
    this.stateCount = count(where, 'stateCount', stateCount);
    this.order = count(where, 'order', order);
    const first = [0, 0];
    for (let m = 1; m <= order && first[m]! <= mostTuples; m++) first.push(first[m]! + stateCount ** m);
    this.#first = first;
    if (first.length === order + 2 && this.size <= mostTuples) return;
    throw new OptionError(where, `${stateCount} states of order ${order} have more than ${mostTuples} tuples`);
  }

  get size(): number {
    return this.#first.at(-1)!;
  }

  /** The state that each tuple ends with. */
  get lastStates(): number[] {
    return Array.from({ length: this.size }, (_, tuple) => this.#digits(tuple).digits % this.stateCount);
  }

  /** The tuple after a tuple when `state` is next. */
  next(tuple: number, state: number): number {
    const { length, digits } = this.#digits(tuple);
    const K = this.stateCount;
    if (length < this.order) return this.#first[length + 1]! + digits * K + state;
    return this.#first[length]! + (digits % K ** (length - 1)) * K + state;
  }

  /** The tuples of m states, in order: the states that they stand for are their digits, the earliest first. */
  ofLength(m: number): number[] {
    return Array.from({ length: this.stateCount ** m }, (_, digits) => this.#first[m]! + digits);
  }

  #digits(tuple: number): { length: number; digits: number } {
    let length = 1;
    while (tuple >= this.#first[length + 1]!) length++;
    return { length, digits: tuple - this.#first[length]! };
  }
}
