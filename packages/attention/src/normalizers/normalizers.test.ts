/** Normalisers that are a few lines each, against their formulas. */
import { type Normalizer, Rng, useBackend } from '@seqloom/core';
import { expectClose, verifyNormalizer } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Attention,
  DotScore,
  gumbelSoftmax,
  hard,
  sigmoid,
  softmax,
  softmaxWithTemperature,
  sparsemax,
  topK,
} from '../index.js';
import { lawBackends } from '../law-backends.js';

/** [1,3,5]: a full row, one with holes, one without an allowed key. */
const energies = () => tf.tensor3d([0.1, -1, 2, 0.5, 0.3, 1, -0.7, 0.2, -2, 0.4, 1, 2, 3, 4, 5], [1, 3, 5]);
const mask = () => tf.tensor3d([1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0], [1, 3, 5], 'bool');
const lawful: Record<string, Normalizer> = {
  sigmoid,
  'top-2': topK(2),
  'top-2 of sparsemax': topK(2, sparsemax),
  'softmax at 0.5': softmaxWithTemperature(0.5),
};

describe.each(lawBackends)('normalisers on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(Object.entries(lawful))('%s keeps the laws of normalisers', (_, normalize) => verifyNormalizer(normalize));

  it('sigmoid: each key by itself', () => {
    const s = (x: number) => 1 / (1 + Math.exp(-x));
    const rows = [
      [s(0.1), s(-1), s(2), s(0.5), s(0.3)],
      [0, s(-0.7), s(0.2), 0, s(0.4)],
      [0, 0, 0, 0, 0],
    ];
    return expectClose(sigmoid(energies(), mask()), [rows], 1e-6);
  });

  it('hard: the best key, with the gradient of softmax', async () => {
    await expectClose(
      hard(energies(), mask()),
      [
        [
          [0, 0, 1, 0, 0],
          [0, 0, 0, 0, 1],
          [0, 0, 0, 0, 0],
        ],
      ],
      1e-6,
    );
    const weight = tf.tensor1d([1, -2, 0.5, 3, 1]);
    const slope = (normalize: Normalizer) =>
      tf.grad((x: tf.Tensor) => tf.sum(tf.mul(normalize(x as tf.Tensor3D, mask()), weight)))(energies());
    await expectClose(slope(hard), slope(softmax), 1e-6);
  });

  it('top-2: softmax of the two best', () => {
    const [a, b] = [Math.exp(2), Math.exp(0.5)];
    const [c, d] = [Math.exp(0.2), Math.exp(0.4)];
    const rows = [
      [0, 0, a / (a + b), b / (a + b), 0],
      [0, 0, c / (c + d), 0, d / (c + d)],
      [0, 0, 0, 0, 0],
    ];
    return expectClose(topK(2)(energies(), mask()), [rows], 1e-6);
  });

  it('a temperature divides the energies', () =>
    expectClose(softmaxWithTemperature(2)(energies(), mask()), softmax(tf.div(energies(), 2), mask()), 1e-6));

  it('Gumbel: every key is the best as often as softmax says; seeded', async () => {
    const rows = 4000;
    const many = tf.tile(tf.slice(energies(), 0, [1, 2, 5]), [1, rows / 2, 1]) as tf.Tensor3D;
    const masks = tf.cast(
      tf.tile(tf.cast(tf.slice(mask(), 0, [1, 2, 5]), 'int32'), [1, rows / 2, 1]),
      'bool',
    ) as tf.Tensor3D;
    const draw = (hardly: boolean) => gumbelSoftmax({ hard: hardly, rng: new Rng(3) })(many, masks);
    const shares = tf.mean(tf.reshape(draw(true), [rows / 2, 2, 5]), 0);
    await expectClose(shares, tf.squeeze(tf.slice(softmax(energies(), mask()), 0, [1, 2, 5]), [0]), 0.03);
    await expectClose(draw(false), draw(false), 0);
    await expectClose(tf.sum(draw(false), -1), tf.ones([1, rows]), 1e-5);
  });
});

it('a checkpoint finds what Gumbel draws from, also below topK', () => {
  const attention = new Attention({ scorer: new DotScore(), normalize: topK(2, gumbelSoftmax({ rng: new Rng(3) })) });
  expect([...attention.namedStreams()].map(([path]) => path)).toEqual(['normalize.normalize.rng']);
});

it('says which option it cannot', () => {
  expect(() => topK(0)).toThrow('topK: `k`');
  expect(() => gumbelSoftmax({ temperature: 0 })).toThrow('gumbelSoftmax: `temperature`');
  expect(() => softmaxWithTemperature(-1)).toThrow('softmaxWithTemperature: `temperature`');
});
