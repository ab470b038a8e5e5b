/** The small laws can fail. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { backendsHere, checkGradients, expectClose, expectNoLeak } from './index.js';

/** x² with a gradient that is wrong in one place. */
const wrongGradient = tf.customGrad((x) => ({
  value: tf.square(x as tf.Tensor),
  gradFunc: (dy) =>
    tf.mul(
      dy,
      tf.mul(x as tf.Tensor, [
        [2, 2, 2],
        [4, 2, 2],
      ]),
    ),
}));

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('checkGradients takes right gradients, of tensors and of variables, and restores the variables', async () => {
    const x = tf.tensor2d([[0.1, -0.5, 0.7]]);
    const w = tf.variable(tf.tensor1d([0.3, 0.2, -1]));
    await checkGradients((moved) => tf.sum(tf.tanh(tf.mul(moved!, w))), [x, w]);
    await expectClose(w, Float32Array.of(0.3, 0.2, -1), 0);
    w.dispose();
  });

  it('checkGradients names the element of a wrong gradient', async () => {
    const [x, y] = [
      tf.tensor2d([
        [0.1, -0.5, 1],
        [0.7, 0.2, -2],
      ]),
      tf.scalar(1),
    ];
    const f = (first?: tf.Tensor, second?: tf.Tensor) => tf.mul<tf.Scalar>(tf.sum(wrongGradient(second!)), first!);
    await expect(checkGradients(f, [y, x], { names: ['y', 'x'] })).rejects.toThrow(
      `finite differences say" is broken on ${backend}: at x[1,0] the tape says 2.79`,
    );
  });

  it('checkGradients sees a missing gradient', async () => {
    const x = tf.tensor1d([0.4, 1]);
    const detached = tf.customGrad((y) => ({ value: tf.square(y as tf.Tensor), gradFunc: (dy) => tf.zerosLike(dy) }));
    await expect(checkGradients((y) => tf.sum(detached(y!)), [x])).rejects.toThrow('the tape says 0');
  });

  it('expectNoLeak sees kept tensors', async () => {
    const x = tf.scalar(2);
    await expectNoLeak(() => tf.tidy(() => void tf.square(x)));
    const kept: tf.Tensor[] = [];
    await expect(expectNoLeak(() => tf.tidy(() => kept.push(tf.keep(tf.square(x)))))).rejects.toThrow(
      '3 runs changed the number of tensors by 3',
    );
    tf.dispose(kept);
  });

  it('expectClose compares shapes and the worst element', async () => {
    const x = tf.tensor2d([
      [1, 2],
      [3, Number.NaN],
    ]);
    await expectClose(x, [1, 2, 3, Number.NaN], 0);
    await expect(expectClose(x, [[1], [2], [3], [4]], 1)).rejects.toThrow('value has shape [2,2], expected [4,1]');
    await expect(expectClose(x, [1, 2.5, 3, 4], 0.3, 'x')).rejects.toThrow('x[1,1] is NaN, expected 4');
    await expect(
      expectClose(
        x,
        [
          [1, 2.5],
          [3, Number.NaN],
        ],
        0.1,
      ),
    ).rejects.toThrow('value[0,1] is 2, expected 2.5');
  });
});
