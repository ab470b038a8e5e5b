/** Transition rows that states share: what is learned of one is learned of all of its group. */
import { OptionError, show } from '@seqloom/core/errors';
import { normalise } from './distributions.js';

/** Rows of the same group have the same probabilities, in the order of the moves that are possible from them. */
export class TiedRows {
  /** [K]: the group of each state's row, any numbers. */
  readonly groups: readonly number[];
  /** [K·K]: the first cell that holds the same parameter. */
  readonly #first: Int32Array;

  /** Throws an OptionError unless `groups` is [K] and rows of `table` [K,K] that are to be one are the same. */
  constructor(where: string, groups: readonly number[], table: Float64Array) {
    const K = Math.sqrt(table.length);
    if (!Array.isArray(groups) || groups.length !== K || !groups.every(Number.isInteger))
      throw new OptionError(where, `\`tiedRows\` must be a group for each of ${K} states, got ${show(groups)}`);
    this.groups = [...groups];
    this.#first = Int32Array.from(table.keys());
    const moves = (k: number) => range(k * K, (k + 1) * K).filter((cell) => table[cell]! > 0);
    for (const [k, group] of groups.entries()) {
      const [own, shared] = [moves(k), moves(groups.indexOf(group))];
      if (own.length !== shared.length || own.some((cell, i) => Math.abs(table[cell]! - table[shared[i]!]!) > 1e-9))
        throw new OptionError(where, `rows ${groups.indexOf(group)} and ${k} of \`transMat\` are tied, but differ`, {
          hint: 'tied rows have as many moves that are possible, with the same probabilities in their order',
        });
      for (const [i, cell] of own.entries()) this.#first[cell] = shared[i]!;
    }
  }

  /** How many rows there are to learn. */
  get count(): number {
    return new Set(this.groups).size;
  }

  /** Whether a cell of the table is the first that holds its parameter. */
  isFirst(cell: number): boolean {
    return this.#first[cell] === cell;
  }

  /** The sum over tied cells, in each of them: [K,K]. */
  pooled(table: Float64Array): Float64Array {
    const sums = new Float64Array(table.length);
    for (let cell = 0; cell < table.length; cell++) sums[this.#first[cell]!]! += table[cell]!;
    return sums.map((_, cell) => sums[this.#first[cell]!]!);
  }

  /** Puts the mean of tied rows in place of each. */
  average(table: Float64Array): void {
    const K = this.groups.length;
    table.set(this.pooled(table));
    for (let k = 0; k < K; k++) normalise(table.subarray(k * K, (k + 1) * K));
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
