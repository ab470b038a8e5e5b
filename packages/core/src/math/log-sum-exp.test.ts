import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { backendsHere, checkGradients, expectClose, expectNoLeak } from '../testing/index.js';
import { logSumExp } from './log-sum-exp.js';

/** float32 with a logarithm and an exponential, on any backend. */
const tolerance = 1e-5;
const none = -Infinity;

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('is log Σ exp along any axis, large and small values alike', async () => {
    const x = tf.tensor2d([
      [1, 2, 3],
      [500, 500, -500],
      [-300, -300, -300],
    ]);
    const rows = [Math.log(Math.E + Math.E ** 2 + Math.E ** 3), 500 + Math.log(2), -300 + Math.log(3)];
    await expectClose(logSumExp(x), rows, tolerance);
    await expectClose(logSumExp(tf.transpose(x), 0), rows, tolerance);
    expect(logSumExp(x, 1, true).shape).toEqual([3, 1]);
    expect(logSumExp(tf.ones([2, 3, 4]), 1).shape).toEqual([2, 4]);
  });

  it('is −∞ with gradient 0 where everything is, and passes over single −∞', async () => {
    const x = tf.tensor2d([
      [none, none],
      [none, 2],
      [0, 0],
    ]);
    await expectClose(logSumExp(x), [none, 2, Math.log(2)], tolerance);
    const gradient = tf.grad((y: tf.Tensor) => tf.sum(tf.slice(logSumExp(y), [0], [3])))(x);
    await expectClose(
      gradient,
      [
        [0, 0],
        [0, 1],
        [0.5, 0.5],
      ],
      tolerance,
    );
    const chained = tf.grad((y: tf.Tensor) => tf.sum(tf.exp(logSumExp(tf.mul(y, 2)))))(x);
    await expectClose(
      chained,
      [
        [0, 0],
        [0, 2 * Math.E ** 4],
        [2, 2],
      ],
      tolerance,
    );
  });

  it('has the gradient of softmax: the tape = finite differences', () =>
    checkGradients(
      (x) => tf.sum(tf.square(logSumExp(x!))),
      [
        tf.tensor2d([
          [0.3, -1, 0.5],
          [1, 0.2, 0.1],
        ]),
      ],
    ));

  it('has the second derivative diag(p) − ppᵀ', async () => {
    const x = tf.tensor1d([0.3, -1, 0.5]);
    const p = await tf.softmax(x).data();
    for (const [row, q] of p.entries()) {
      const first = (y: tf.Tensor) => tf.slice(tf.grad((z: tf.Tensor) => logSumExp(z))(y), [row], [1]);
      const expected = Array.from(p, (r, column) => (row === column ? q : 0) - q * r);
      await expectClose(tf.grad((y: tf.Tensor) => tf.sum(first(y)))(x), expected, tolerance);
    }
  });

  it.runIf(['cpu', 'wasm'].includes(backend))('hides nothing that is broken, in value and gradient', async () => {
    const x = tf.tensor2d([NaN, 1, Infinity, 1, 2, 2], [3, 2]);
    await expectClose(logSumExp(x), [NaN, NaN, 2 + Math.log(2)], tolerance);
    await expectClose(tf.grad((y: tf.Tensor) => tf.sum(logSumExp(y)))(x), [NaN, NaN, NaN, NaN, 0.5, 0.5], tolerance);
  });

  it('leaves nothing behind', () => expectNoLeak(() => tf.tidy(() => void logSumExp(tf.ones([3, 3])))));
});
