/** A person's hand in an attention: while a writer that it guides takes a step, the weights of that step are those that were set. */
import type { Normalizes } from '@seqloom/attention';
import type { Normalizer } from '@seqloom/core';
import type { SourceBatch, Writer } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { Touch } from '../experiment.js';
import { type SetShares, settleShares } from './set-shares.js';

/** What of a touch says where in a step: the head (`layer`) and the input token (`column`). */
export type Setting = Pick<Touch, 'layer' | 'column' | 'value'>;

interface Guided {
  readonly inner: unknown;
  /** How many steps there have been. */
  readonly steps: number;
}

/** What writes one sequence for another. */
export interface Writes {
  writer(batch: SourceBatch): Writer;
}

export class Hand {
  /** What is set in the step that is taken; undefined while nobody holds the hand. */
  #settings: readonly Setting[] | undefined;

  /**
   * `normalizer` itself as long as nobody holds the hand, so that training takes its usual way; else the same with its weights as they are set, of one
   * query for each of `heads`. Rows of shares sum to 1 again; where every key decides for itself (`alone`), the others stay.
   */
  guide(normalizer: Normalizer, heads: number, alone: boolean): Normalizes {
    const current = () => this.#settings;
    const guided: Normalizer = (energies, mask, previous) =>
      withSettings(normalizer(energies, mask, previous), current() ?? [], { heads, alone });
    return {
      get normalize() {
        return current() ? guided : normalizer;
      },
    };
  }

  /** What writes like `model`, but takes step t with the touches of row t: what follows from them follows. */
  on(model: Writes, touches: readonly Touch[]): Writes {
    return touches.length > 0 ? { writer: (batch) => this.#writer(model.writer(batch), touches) } : model;
  }

  #writer({ vocabularySize, rows, start, step }: Writer, touches: readonly Touch[]): Writer {
    return {
      vocabularySize,
      rows,
      start: (copies): Guided => ({ inner: this.#hold([], () => start(copies)), steps: 0 }),
      step: (symbols, state) => {
        const { inner, steps } = state as Guided;
        const own = touches.filter(({ row }) => row === steps);
        const next = this.#hold(own, () => step(symbols, inner));
        return { ...next, state: { inner: next.state, steps: steps + 1 } satisfies Guided };
      },
    };
  }

  #hold<T>(settings: readonly Setting[], work: () => T): T {
    this.#settings = settings;
    try {
      return work();
    } finally {
      this.#settings = undefined;
    }
  }
}

/** weights [N·heads,Q,K], all heads of a row together → the same, with what is set in each head; `alone`: without changing the others. */
export function withSettings(
  weights: tf.Tensor3D,
  settings: readonly Setting[],
  { heads = 1, alone = false }: { heads?: number; alone?: boolean } = {},
): tf.Tensor3D {
  if (settings.length === 0) return weights;
  const [rows, queries, K] = weights.shape;
  const set = Array.from({ length: heads }, (_, head) => {
    const own = settings.filter(({ layer }) => layer === head);
    return { ...(alone ? settleAlone(own, K) : settleShares(own, K)), touched: own.length > 0 };
  });
  const table = (of: (row: (typeof set)[number]) => readonly number[]) => {
    const numbers = set.flatMap(of);
    return tf.tensor4d(numbers, [1, heads, 1, numbers.length / heads]);
  };
  const [values, free, rest] = [table((row) => row.values), table((row) => row.free), table((row) => [row.rest])];
  const touched = table((row) => [Number(row.touched)]);
  const before = tf.reshape(weights, [rows / heads, heads, queries, K]);
  const others = tf.mul(before, free);
  const after = tf.add(values, alone ? others : tf.mul(rest, proportions(others, free)));
  return tf.reshape(tf.add(tf.mul(after, touched), tf.mul(before, tf.sub(1, touched))), [rows, queries, K]);
}

/** How the free keys divide what is left: by the weights that they had, evenly where these are all 0. `withSetShares` does the same to one row of numbers. */
function proportions(others: tf.Tensor, free: tf.Tensor): tf.Tensor {
  const had = tf.sum(others, -1, true);
  const none = tf.cast(tf.equal(had, 0), 'float32');
  const even = tf.div(free, tf.maximum(tf.sum(free, -1, true), 1));
  return tf.add(tf.div(others, tf.add(had, none)), tf.mul(none, even));
}

/** The numbers as they are; nothing is divided. */
function settleAlone(set: readonly Setting[], size: number): SetShares {
  const [values, free] = [new Array<number>(size).fill(0), new Array<number>(size).fill(1)];
  for (const { column, value } of set) {
    if (column >= size) continue;
    values[column] = value;
    free[column] = 0;
  }
  return { values, free, rest: 0 };
}
