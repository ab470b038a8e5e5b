/** Second derivatives of recurrent layers: gradients of gradients, as gradient penalties and meta-learning take them. */
import { Rng, type SequenceLayer, sequence, useBackend } from '@seqloom/core';
import { backendsHere, checkGradients } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { gru, lstm, simpleRNN } from '../index.js';

const sizes = () => ({ inputSize: 2, hiddenSize: 3, rng: new Rng(1) });
const layers: Record<string, () => SequenceLayer<unknown>> = {
  simpleRNN: () => simpleRNN(sizes()),
  gru: () => gru(sizes()),
  lstm: () => lstm(sizes()),
};

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(Object.entries(layers))('%s', async (_, make) => {
    const layer = make();
    const mask = tf.tensor2d([1, 1, 1, 1, 0, 0], [2, 3], 'bool');
    const x = tf.tensor3d([0.3, -0.2, 0.8, 0.1, 0.5, -0.4, 0.9, -1, 0, 0, 0, 0], [2, 3, 2]);
    const slope = tf.grad((values: tf.Tensor) => {
      const { output } = layer.forward(sequence(values as tf.Tensor3D, mask));
      return tf.sum(tf.square(output.values));
    });
    await checkGradients((values) => tf.sum(tf.square(slope(values!))) as tf.Scalar, [x]);
  });
});
