import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { backendsHere, checkGradients, expectClose } from '../testing/index.js';
import { chunks } from './chunks.js';

describe.each(backendsHere())('chunks on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([1, 2, 3, 6])('%i pieces, side by side again, are the whole, gradient included', async (parts) => {
    const x = tf.reshape(tf.range(0, 12), [2, 6]);
    await expectClose(tf.concat(chunks(x, parts, 1), 1), x, 0);
    await checkGradients(
      (moved) => tf.sum(tf.addN(chunks(moved, parts, 1).map((piece) => tf.square(piece)))) as tf.Scalar,
      [tf.mul(x, 0.1)],
    );
  });
});
