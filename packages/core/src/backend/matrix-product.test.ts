import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../errors.js';
import { useBackend } from './index.js';

/** Products of up to 40 terms in [-1, 1], float32. */
const tolerance = 2e-5;

/** The product by definition, on plain arrays: works for any batch shapes, via tf's broadcasting of a multiplication. */
function definition(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): tf.Tensor {
  const flip = (x: tf.Tensor) => tf.transpose(x, [...x.shape.slice(2).keys(), x.rank - 1, x.rank - 2]);
  const left = tf.expandDims(transposeA ? flip(a) : a, -1);
  const right = tf.expandDims(transposeB ? b : flip(b), -3); // [..., 1, n, k]
  return tf.sum(tf.mul(tf.expandDims(tf.squeeze(left, [-1]), -2), right), -1);
}

const batches: [number[], number[]][] = [
  [[], []],
  [[3], [3]],
  [[3], []],
  [[], [3]],
  [[1], [3]],
  [
    [2, 3],
    [2, 3],
  ],
  [
    [2, 1],
    [1, 3],
  ],
  [[2, 3], [3]],
];

describe.each(['cpu', 'wasm'] as const)('matMul on %s = its definition', (backend) => {
  const cases = [false, true].flatMap((a) => [false, true].map((b) => [a, b] as const));
  it.each(cases)('transposeA=%s, transposeB=%s', async (transposeA, transposeB) => {
    await useBackend(backend);
    for (const [batchA, batchB] of batches) {
      for (const [m, n, k] of [
        [17, 19, 40],
        [1, 70, 33],
        [66, 1, 40],
        [4, 8, 1],
      ] as const) {
        const before = tf.memory().numTensors;
        const difference = tf.tidy(() => {
          const a = tf.randomUniform([...batchA, ...(transposeA ? [k, m] : [m, k])], -1, 1);
          const b = tf.randomUniform([...batchB, ...(transposeB ? [n, k] : [k, n])], -1, 1);
          const expected = definition(a, b, transposeA, transposeB);
          const product = tf.matMul(a, b, transposeA, transposeB);
          expect(product.shape).toEqual(expected.shape);
          return tf.max(tf.abs(tf.sub(product, expected))).dataSync()[0];
        });
        expect(difference).toBeLessThan(tolerance);
        expect(tf.memory().numTensors).toBe(before);
      }
    }
  });

  it('empty matrices, and an empty inner dimension gives zeros', async () => {
    await useBackend(backend);
    expect(tf.matMul(tf.zeros([0, 5]), tf.zeros([5, 3])).shape).toEqual([0, 3]);
    expect(Array.from(tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 2])).dataSync())).toEqual([0, 0, 0, 0]);
  });

  it('inner dimensions that differ are a ShapeError', async () => {
    await useBackend(backend);
    expect(() => tf.matMul(tf.zeros([64, 65]), tf.zeros([64, 64]))).toThrow(ShapeError);
  });
});
