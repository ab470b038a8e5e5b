/** Golden: ONNX's normalisations of trailing axes and PyTorch's, values and gradients. Tolerance: 1e-5 (float32 against float32 and float64). */
import { ShapeError, useBackend } from '@seqloom/core';
import { backendsHere, expectClose, expectNoLeak, verifyModule } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { LayerNorm, RMSNorm } from '../index.js';
import fixture from './__fixtures__/normalization.json' with { type: 'json' };

interface Golden {
  kind: string;
  name: string;
  epsilon: number;
  x: number[];
  shape: number[];
  weight: number[];
  bias?: number[];
  y: number[];
  lossWeights?: number[];
  gradX?: number[];
  gradWeight?: number[];
  gradBias?: number[];
}

describe.each(backendsHere())('normalisation on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(fixture.cases as Golden[])('$name', async (golden) => {
    const size = golden.weight.length;
    const sizes = { size, epsilon: golden.epsilon };
    const norm = golden.kind === 'layer' ? new LayerNorm(sizes) : new RMSNorm(sizes);
    norm.weight.assign(tf.tensor1d(golden.weight));
    if (norm instanceof LayerNorm) norm.bias.assign(tf.tensor1d(golden.bias!));
    const leading = golden.weight.length === golden.shape.at(-1) ? golden.shape.slice(0, -1) : [golden.x.length / size];
    const x = tf.tensor(golden.x, [...leading, size]);
    await expectClose(norm.forward(x), golden.y, 1e-5);
    if (!golden.lossWeights) return;
    const parameters = [...norm.namedVariables()].map(([, variable]) => variable);
    const loss = () => tf.sum(tf.mul(norm.forward(x), tf.tensor(golden.lossWeights!, x.shape))) as tf.Scalar;
    const { grads } = tf.engine().gradients(loss, [x, ...parameters]);
    const expected = [golden.gradX, golden.gradWeight, golden.gradBias];
    for (const [i, gradient] of grads.entries()) await expectClose(gradient, expected[i]!, 1e-5, `gradient ${i}`);
  });

  it('are modules, leak nothing, and name a wrong shape', async () => {
    await verifyModule(() => new LayerNorm({ size: 3 }));
    await verifyModule(() => new RMSNorm({ size: 3 }));
    for (const norm of [new LayerNorm({ size: 3 }), new RMSNorm({ size: 3 })]) {
      await expectNoLeak(() => tf.tidy(() => void norm.forward(tf.ones([2, 3]))));
      expect(() => norm.forward(tf.ones([3, 2]))).toThrow(ShapeError);
      norm.dispose();
    }
  });
});
