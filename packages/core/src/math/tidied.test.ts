/** What is returned lives, what is not is freed. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { tidied } from './tidied.js';

beforeAll(() => useBackend('cpu'));

it('frees what is not returned, however deep what is returned lies', () => {
  const before = tf.memory().numTensors;
  const { parts, name } = tidied(() => ({
    parts: [tf.square(tf.scalar(3)), { deep: tf.scalar(2) }] as const,
    name: 'a',
  }));
  expect([name, tf.memory().numTensors - before]).toEqual(['a', 2]);
  expect(parts[1].deep.dataSync()[0]).toBe(2);
  tf.dispose([parts[0], parts[1].deep]);
  expect(tf.memory().numTensors).toBe(before);
});
