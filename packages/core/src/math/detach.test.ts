import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { backendsHere, expectClose } from '../testing/index.js';
import { detach } from './detach.js';

describe.each(backendsHere())('detach on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('is a constant to the tape, also where it is the value itself', async () => {
    const x = tf.tensor1d([1, 2, 3]);
    const gradient = tf.grad((y: tf.Tensor) =>
      tf.sum(
        tf.mul(
          y,
          detach(y, (value) => value),
        ),
      ),
    )(x);
    await expectClose(gradient, [1, 2, 3], 0);
  });

  it('may use ops that have no gradient', async () => {
    const x = tf.tensor1d([1, -2, 3]);
    const gradient = tf.grad((y: tf.Tensor) => {
      const positive = detach(y, (value) => tf.cast(tf.greater(value, 0), 'float32'));
      return tf.sum(tf.mul(tf.square(y), positive));
    })(x);
    await expectClose(gradient, [2, 0, 6], 0);
  });
});
