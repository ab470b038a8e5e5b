/** Golden: ONNX's Gelu and Swish, PyTorch's gelu, silu and glu, values and gradients. Tolerance: 1e-5 (the error function in float32). */
import { OptionError, Rng, ShapeError, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, verifyModule } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { FeedForward, gelu, geluTanh, glu, silu } from '../index.js';
import fixture from './__fixtures__/activations.json' with { type: 'json' };

interface Golden {
  name: string;
  fn: string;
  shape: number[];
  x: number[];
  y: number[];
  lossWeights?: number[];
  gradX?: number[];
}

const functions: Record<string, (x: tf.Tensor) => tf.Tensor> = { gelu, geluTanh, silu, glu: (x) => glu(x) };

describe.each(backendsHere())('activations on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(fixture.cases as Golden[])('$name', async ({ fn, shape, x, y, lossWeights, gradX }) => {
    const f = functions[fn]!;
    const input = tf.tensor(x, shape);
    await expectClose(f(input), y, 1e-5);
    if (!lossWeights) return;
    const weights = tf.tensor(lossWeights, f(input).shape);
    await expectClose(tf.grad((given) => tf.sum(tf.mul(f(given), weights)))(input), gradX!, 1e-5, 'gradient');
  });

  it('a gated feed-forward network is its formula', async () => {
    const network = new FeedForward({ size: 3, hiddenSize: 5, activation: 'swiglu', rng: new Rng(1) });
    const x = tf.tensor2d([0.3, -1, 2, 0.5, 0.1, -0.7], [2, 3]);
    const { inner, outer } = network;
    const [a, b] = tf.split(tf.add(tf.matMul(x, inner.weight as tf.Tensor2D), inner.bias!), 2, 1) as tf.Tensor2D[];
    const hidden = tf.mul<tf.Tensor2D>(a!, tf.mul(b!, tf.sigmoid(b!)));
    await expectClose(network.forward(x), tf.add(tf.matMul(hidden, outer.weight as tf.Tensor2D), outer.bias!), 1e-5);
    network.dispose();
  });

  it('feed-forward networks are modules and name wrong options', async () => {
    await verifyModule(() => new FeedForward({ size: 3, activation: 'geglu', dropout: 0.5 }));
    expect(() => new FeedForward({ size: 3, activation: 'tanh' as 'relu' })).toThrow(OptionError);
    expect(() => glu(tf.ones([2, 3]))).toThrow(ShapeError);
  });
});
