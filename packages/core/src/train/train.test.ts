import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { dataset } from '../dataset.js';
import { normal, zeros } from '../initializers.js';
import { Module } from '../module.js';
import { adam } from '../optimizers/index.js';
import { parameter } from '../parameter.js';
import { Rng } from '../rng.js';
import { memoryStorage } from '../storage/index.js';
import { fit } from './index.js';

class Line extends Module {
  readonly weight = parameter([3, 1], normal(0.5), new Rng(1));
  readonly bias = parameter([1], zeros);
  forward(x: tf.Tensor2D) {
    return tf.add(tf.matMul(x, this.weight), this.bias);
  }
}
describe.each(['cpu', 'wasm'] as const)('%s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));
  it('learns', async () => {
    const model = new Line();
    const data = dataset(() => Array.from({ length: 10 }, () => ({ x: tf.randomNormal([8, 3]) as tf.Tensor2D })));
    const before = tf.memory().numTensors;
    const r = await fit({
      model,
      data,
      epochs: 30,
      optimizer: adam({ learningRate: 0.05 }),
      loss: ({ x }) => tf.mean(tf.square(tf.sub(model.forward(x), tf.add(tf.sum(x, 1, true), 2)))) as tf.Scalar,
      checkpoints: { storage: memoryStorage(), name: 'a', best: { metric: 'meanLoss', mode: 'min' } },
    });
    expect(r.meanLoss).toBeLessThan(0.01);
    expect(tf.memory().numTensors).toBe(before);
  });
});
