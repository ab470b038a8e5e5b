/** Second derivatives through ops whose gradient reads their output. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { backendsHere, checkGradients } from '../testing/index.js';
import { useBackend } from './index.js';

const ops: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  exp: tf.exp,
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  softmax: (x) => tf.softmax(x),
};

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(Object.entries(ops))('%s', async (_, op) => {
    const x = tf.tensor2d([0.3, -1.2, 0.8, 0.1, 0.5, -0.4], [2, 3]);
    const weights = tf.tensor2d([1, -0.5, 2, 0.7, -1, 0.3], [2, 3]);
    const slope = tf.grad((moved: tf.Tensor) => tf.sum(tf.mul(weights, op(moved))));
    await checkGradients((moved) => tf.sum(tf.mul(tf.square(slope(moved!)), weights)) as tf.Scalar, [x]);
  });
});
