/** For the laws of searches: a model that is a function of all that was written, and can be enumerated. */
import { Rng } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Writer } from './writer.js';

const K = 3; // source positions

/** Numbers that depend on all that was written, and on nothing else. */
export function normals(row: number, history: readonly number[], count: number, salt = 0): number[] {
  const rng = new Rng(history.reduce((hash, id) => Math.imul(hash, 31) + id + 7, row + 101 * salt) | 0);
  return Array.from({ length: count }, () => 1.5 * rng.normal());
}

export const logSoftmax = (xs: readonly number[]): number[] => {
  const total = Math.log(xs.reduce((sum, x) => sum + Math.exp(x), 0));
  return xs.map((x) => x - total);
};

/** Logits and (two heads of) attention are a function of row and history; the history is its state, as tensors that a search must gather. */
export function writer(
  rows: readonly number[],
  size = 4,
): Writer<{ row: tf.Tensor; history: tf.Tensor; heads: tf.Tensor }> {
  return {
    vocabularySize: size,
    rows: rows.length,
    start(copies) {
      const row = tf.tensor1d(
        rows.flatMap((r) => new Array<number>(copies).fill(r)),
        'int32',
      );
      const heads = tf.tensor1d(
        rows.flatMap((r) => new Array<number>(2 * copies).fill(r)),
        'int32',
      );
      return { row, history: tf.zeros([row.size, 0], 'int32'), heads };
    },
    step(symbols, state) {
      const history = tf.concat([state.history, tf.expandDims(symbols, 1)], 1);
      const [row, heads] = [[...state.row.dataSync()], [...state.heads.dataSync()]];
      const written = (history.arraySync() as number[][]).map((ids) => ids.slice(1));
      if (String(heads) !== String(row.flatMap((r) => [r, r]))) throw new Error('heads and rows were gathered apart');
      const weights = row.flatMap((r, i) => [1, 2].map((head) => [attention(r, written[i]!, head)]));
      const logits = row.map((r, i) => normals(r, written[i]!, size));
      return { logits: tf.tensor2d(logits), weights: tf.tensor3d(weights), state: { ...state, history } };
    },
  };
}

export const attention = (row: number, history: readonly number[], head: number): number[] =>
  logSoftmax(normals(row, history, K, head)).map(Math.exp);

export const contains = (ids: readonly number[], phrase: readonly number[]): boolean =>
  `,${ids},`.includes(`,${phrase},`);
