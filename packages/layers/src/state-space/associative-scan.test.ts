import { sequence, useBackend } from '@seqloom/core';
import { backendsHere, expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { associativeScan, complexScan } from './associative-scan.js';
import { prefixScan } from './prefix-scan.js';

describe.each(backendsHere())('scans on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it('associativeScan is the recurrence; what stands at padding is not read', async () => {
    const decay = tf.tensor3d([0.5, Number.NaN, 2, 3], [1, 4, 1]);
    const { values: input, mask } = sequence(
      tf.tensor3d([1, Number.NaN, 1, 1], [1, 4, 1]),
      tf.tensor2d([1, 0, 1, 1], [1, 4], 'bool'),
    );
    const { states, state } = associativeScan({ decay, input, mask, initial: tf.tensor2d([[4]]) });
    await expectClose(states, [3, 0, 7, 22], 0);
    await expectClose(state, [22], 0);
    const back = associativeScan({ decay: tf.tensor1d([2]), input, mask, reverse: true });
    await expectClose(back.states, [7, 0, 3, 1], 0);
  });

  it('complexScan turns a quarter each step where the decay is i', async () => {
    const input = tf.tensor3d([1, 0, 0, 0, 0, 0], [1, 3, 2]);
    await expectClose(complexScan({ decay: tf.tensor1d([0, 1]), input }).states, [1, 0, 0, 1, -1, 0], 0);
  });

  it.each([1, 2, 5, 8])('prefixScan of %i steps: matrices need not commute', async (time) => {
    const turns = tf.randomNormal([time, 2, 2], 0, 1, 'float32', 1);
    const [products] = prefixScan(([a], [b]) => [tf.matMul(b!, a!)], [turns], 0);
    let expected = tf.eye(2) as tf.Tensor;
    for (const [t, turn] of (time > 1 ? tf.unstack(turns) : [tf.squeeze(turns, [0])]).entries()) {
      expected = tf.matMul(turn, expected);
      await expectClose(tf.gather(products!, t), expected, 1e-5);
    }
  });
});

it('says what does not fit', () => {
  const input = tf.zeros<tf.Rank.R3>([2, 3, 4]);
  expect(() => associativeScan({ decay: tf.zeros([5]), input })).toThrow('U=4');
  expect(() => associativeScan({ decay: tf.zeros([4]), input, mask: tf.ones([2, 2]) })).toThrow('T=3');
  expect(() => complexScan({ decay: tf.zeros([3]), input: tf.zeros([2, 3, 3]) })).toThrow('real and imaginary');
  expect(() => associativeScan({ decay: tf.zeros([4]), input: tf.zeros([0, 3, 4]) })).toThrow('empty batch');
  expect(() => prefixScan((a) => [...a], [])).toThrow('at least one');
  expect(() => prefixScan((a) => [...a], [input, tf.zeros([2, 2])])).toThrow('3 > 0 steps');
});
