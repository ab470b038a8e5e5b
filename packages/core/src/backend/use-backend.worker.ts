/** What the browser test asks of a worker. */
import * as tf from '@tensorflow/tfjs-core';
import { capabilities, useBackend } from './index.js';

try {
  const backend = await useBackend('wasm');
  const x = tf.tensor2d([
    [1, 2],
    [3, 4],
  ]);
  const product = Array.from(await tf.matMul(x, x).data());
  postMessage({ backend, product, missing: (await capabilities()).wasm.missing });
} catch (error) {
  postMessage(String(error));
}
