/** A module worker that multiplies with two threads and with one, and answers with what it found. */
import * as tf from '@tensorflow/tfjs-core';
import { threadCount, useBackend } from './index.js';

const answers = [];
for (const threads of [2, 1]) {
  await useBackend('wasm', { threads });
  const a = tf.randomNormal([300, 200], 0, 1, 'float32', 1);
  answers.push({ threads: threadCount(), product: tf.matMul(a, a, false, true).dataSync() });
}
postMessage(answers);
