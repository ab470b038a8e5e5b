/** `scan` with a step that is written on the spot equals the layer made of it, in both directions, with checkpoints and without. */
import { lengthMask, Rng, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, expectNoLeak } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { GRUCell, Recurrent, scan } from '../index.js';

const cell = () => new GRUCell({ inputSize: 3, hiddenSize: 5, rng: new Rng(1) });

describe.each(backendsHere())('scan on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each([
    [false, false],
    [true, false],
    [false, 2],
    [true, true],
  ] as const)('reverse %s, checkpoint %s', async (reverse, checkpoint) => {
    const own = cell();
    const layer = new Recurrent({ cell: own });
    const mask = lengthMask([4, 2]);
    const step = (x: tf.Tensor2D, { h }: { h: tf.Tensor2D }) => {
      const h2 = own.advance(own.project(x), h);
      return { output: h2, state: { h: h2 } };
    };
    const seen = (run: (values: tf.Tensor3D) => tf.Tensor[]) => {
      const values = tf.tensor3d(
        Array.from({ length: 24 }, (_, i) => (i < 18 ? Math.sin(i) : Number.NaN)),
        [2, 4, 3],
      );
      const weights = own.input.weight;
      const loss = () => tf.addN(run(values).map((x) => tf.sum(tf.square(x)))) as tf.Scalar;
      return [...run(values), ...tf.engine().gradients(loss, [values, weights]).grads];
    };
    const expected = seen((values) => {
      const { output, state } = reverse ? layer.forwardReversed({ values, mask }) : layer.forward({ values, mask });
      return [output.values, state];
    });
    const scanned = (values: tf.Tensor3D) => {
      const { output, state } = scan(
        step,
        { h: tf.zeros<tf.Rank.R2>([2, 5]) },
        { values, mask },
        { reverse, checkpoint, owner: own },
      );
      return [output.values, state.h];
    };
    for (const [i, numbers] of seen(scanned).entries()) await expectClose(numbers, expected[i]!, 1e-5, `result ${i}`);
    await expectNoLeak(() => tf.tidy(() => void seen(scanned)));
  });
});

it('says what it needs', () => {
  const input = { values: tf.zeros<tf.Rank.R3>([1, 2, 3]), mask: tf.ones<tf.Rank.R2>([1, 2]) };
  const step = (x: tf.Tensor2D) => ({ output: x, state: x });
  const start = tf.zeros<tf.Rank.R2>([1, 3]);
  expect(() => scan(step, start, input, { checkpoint: true })).toThrow(/scan: `checkpoint` needs `owner`/);
  expect(() => scan(3 as never, start, input)).toThrow(/`step` must be a function/);
  expect(() => scan(step, start, { ...input, mask: tf.ones([1, 3]) })).toThrow(/`input.mask` must have shape/);
});
