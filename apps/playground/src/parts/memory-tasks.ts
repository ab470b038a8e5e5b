/** Tasks that can only be done by remembering: adding and copying (Hochreiter & Schmidhuber 1997). */
import type { Rng } from '@seqloom/core';

/** One sequence and what is to be said at its end. */
export interface Drawn {
  /** [T][D] */
  readonly input: readonly (readonly number[])[];
  /** [N]: a number, or symbols. */
  readonly target: readonly number[];
  /** What stands at each step. */
  readonly columns: readonly string[];
  /** An answer in words, beside the right one. */
  sentence(answer: readonly number[]): string;
}

export interface MemoryTask {
  /** D */
  readonly inputSize: number;
  /** 1: a number is to be said; else how many symbols there are to choose from. */
  readonly outputSize: number;
  /** N: of how many last steps the answer is made. */
  readonly answers: number;
  draw(rng: Rng, length: number): Drawn;
  describe(example: Drawn): string;
  /** How right an answer is, from 0 to 1. */
  share(answer: readonly number[], example: Drawn): number;
}

/** Numbers between 0 and 1, two of them marked: one in each half. */
const adding: MemoryTask = {
  inputSize: 2,
  outputSize: 1,
  answers: 1,
  draw(rng, length) {
    const half = Math.floor(length / 2);
    const marked = [rng.below(half), half + rng.below(length - half)];
    const input = Array.from({ length }, (_, t) => [rng.uniform(), marked.includes(t) ? 1 : 0]);
    const parts = marked.map((t) => input[t]![0]!);
    const sum = parts[0]! + parts[1]!;
    const columns = input.map(([number, mark]) => `${number!.toFixed(2)}${mark ? '*' : ''}`);
    const sentence = ([answer]: readonly number[]) =>
      `${parts.map((part) => part.toFixed(2)).join(' + ')} = ${answer!.toFixed(2)} (right: ${sum.toFixed(2)})`;
    return { input, target: [sum], columns, sentence };
  },
  describe: ({ columns }) => columns.filter((column) => column.endsWith('*')).join(' + '),
  share: ([answer], { target }) => (Math.abs(answer! - target[0]!) < 0.1 ? 1 : 0),
};

const letters = ['A', 'B', 'C', 'D', 'E', 'F'];
const remembered = 3;

/** Letters, a wait, and a signal to repeat them. */
const copying: MemoryTask = {
  inputSize: letters.length + 2,
  outputSize: letters.length,
  answers: remembered,
  draw(rng, length) {
    const target = Array.from({ length: remembered }, () => rng.below(letters.length));
    const [wait, go] = [letters.length, letters.length + 1];
    const symbols = Array.from({ length }, (_, t) => target[t] ?? (t >= length - remembered ? go : wait));
    const input = symbols.map((symbol) => Array.from({ length: letters.length + 2 }, (_, d) => (d === symbol ? 1 : 0)));
    const columns = symbols.map((symbol) => [...letters, '·', '?'][symbol]!);
    const spell = (ids: readonly number[]) => ids.map((id) => letters[id]).join('');
    const sentence = (answer: readonly number[]) => `${spell(answer)} (right: ${spell(target)})`;
    return { input, target, columns, sentence };
  },
  describe: ({ columns }) => `${columns.slice(0, remembered).join('')}, then ${columns.length - 2 * remembered} steps`,
  share: (answer, { target }) => answer.filter((symbol, i) => symbol === target[i]).length / target.length,
};

export const memoryTasks = { adding, copying };
