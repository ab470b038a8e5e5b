/** Rows are chosen whole, NaN or not, fused as composed, and the choice has derivatives of every order. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { keepWhere } from '../sequence.js';
import { backendsHere, checkGradients, expectClose, verifyOp } from '../testing/index.js';
import { keepRowsOp, selectRowsOp } from './select-rows.js';

const [a, b] = [
  [0.5, 1, -1, 0.2, 0.7, -0.4],
  [1, 0.3, 0.6, -0.8, 0.1, 0.2],
];

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each([[[6]], [[3, 2]], [[3, 1, 2]]])('chooses from tensors of shape %j', async (shape) => {
    const mask = tf.tensor1d(shape[0] === 6 ? [1, 0, 1, 0, 0, 1] : [1, 0, 1], 'bool');
    const inputs = { mask, a: tf.tensor(a!, shape), b: tf.tensor(b!, shape) };
    await verifyOp(selectRowsOp, [{ name: 'rows', inputs, attributes: {} }]);
    await verifyOp(keepRowsOp, [{ name: 'rows', inputs: { mask, x: inputs.a }, attributes: { otherwise: 2 } }]);
  });

  it('never reads what it leaves out', async () => {
    const x = tf.tensor2d([1, 2, Number.NaN, Infinity], [2, 2]);
    await expectClose(keepWhere(tf.tensor1d([1, 0], 'int32'), x), [1, 2, 0, 0], 0, 'by a mask of whole numbers');
    await expectClose(keepWhere(tf.tensor1d([1, 0], 'bool'), x), [1, 2, 0, 0], 0);
    const gradient = tf.grad((y: tf.Tensor) => tf.sum(tf.square(keepWhere(tf.tensor1d([1, 0], 'bool'), y))))(x);
    await expectClose(gradient, [2, 4, 0, 0], 0);
  });

  it('keeps whole numbers whole', async () => {
    const kept = keepWhere(tf.tensor1d([1, 0], 'int32'), tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'), 7);
    expect(kept.dtype).toBe('int32');
    await expectClose(kept, [1, 2, 7, 7], 0);
  });

  it('has second derivatives', async () => {
    const mask = tf.tensor1d([1, 0, 1], 'bool');
    const f = (x: tf.Tensor) => tf.sum(tf.pow(keepWhere(mask, x, 2), 3));
    const slope = (x: tf.Tensor) => tf.sum(tf.square(tf.grad(f)(x))) as tf.Scalar;
    await checkGradients(slope as (...xs: tf.Tensor[]) => tf.Scalar, [tf.tensor2d(a!, [3, 2])]);
  });
});
