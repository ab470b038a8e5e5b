/** Linear, Embedding and Dropout. */
import { DataError, OptionError, Rng, ShapeError, useBackend } from '@seqloom/core';
import { backendsHere, checkGradients, expectClose, verifyModule, verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { dropOp } from './dropout.js';
import { Dropout, Embedding, Linear } from './index.js';

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it('Linear maps rows and sequences alike', async () => {
    await verifyModule(() => new Linear({ inputSize: 3, outputSize: 2 }));
    const linear = new Linear({ inputSize: 3, outputSize: 2, bias: () => Float32Array.of(1, -1) });
    linear.weight.assign(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]));
    const x = tf.tensor3d([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1], [2, 2, 3]);
    await expectClose(linear.forward(x), [2, 1, 4, 3, 6, 5, 10, 11], 0);
    await expectClose(linear.forward(tf.reshape<tf.Rank.R2>(x, [4, 3])), [2, 1, 4, 3, 6, 5, 10, 11], 0);
    await checkGradients((y) => tf.mean(tf.square(linear.forward(y as tf.Tensor3D))), [x, linear.weight, linear.bias!]);
    expect([...new Linear({ inputSize: 3, outputSize: 2, bias: false }).namedVariables()]).toHaveLength(1);
  });

  it('Embedding looks up ids of any rank, and learns the rows that were looked up', async () => {
    await verifyModule(() => new Embedding({ vocabularySize: 4, size: 2 }));
    const embedding = new Embedding({ vocabularySize: 4, size: 2 });
    embedding.weight.assign(tf.tensor2d([0, 1, 10, 11, 20, 21, 30, 31], [4, 2]));
    await expectClose(
      embedding.forward(tf.tensor2d([[3, 0]], [1, 2], 'int32')),
      [
        [
          [30, 31],
          [0, 1],
        ],
      ],
      0,
    );
    await expectClose(embedding.forward(tf.tensor1d([2], 'int32')), [[20, 21]], 0);
    const ids = tf.tensor2d(
      [
        [3, 0],
        [3, 3],
      ],
      [2, 2],
      'int32',
    );
    const { grads } = tf.variableGrads(() => tf.sum(embedding.forward(ids)), [embedding.weight]);
    await expectClose(Object.values(grads)[0]!, [1, 1, 0, 0, 0, 0, 3, 3], 0);
    expect(() => embedding.forward(tf.tensor1d([4], 'int32'))).toThrow(DataError);
    expect(() => embedding.forward(tf.tensor1d([-1], 'int32'))).toThrow(/`ids` must be whole numbers from 0 to 3/);
  });

  it('Dropout thins in training only, keeps the mean, and repeats with its seed', async () => {
    const make = () => new Dropout({ rate: 0.25, rng: new Rng(5) });
    const x = tf.ones([100, 100]);
    expect(make().forward(x)).toBe(x);
    const [first, second] = [make().train(), make().train()];
    const thinned = first.forward(x);
    const values = Array.from(await thinned.data());
    expect(new Set(values)).toEqual(new Set([0, Math.fround(4 / 3)]));
    expect(values.filter((value) => value === 0).length / values.length).toBeCloseTo(0.25, 2);
    await expectClose(second.forward(x), thinned, 0);
    const again = await first.forward(x).data();
    expect(values.some((value, i) => value !== again[i])).toBe(true);
    expect([...first.namedStreams()].map(([path]) => path)).toEqual(['rng']);
  });

  it('Dropout: fused = composed = finite differences, whatever the shape', async () => {
    const shapes = [[7], [2, 3], [2, 3, 5], [1, 2, 2, 3], [0, 3]];
    const cases = shapes.map((shape, i) => ({
      name: `[${shape}]`,
      inputs: { x: tf.randomNormal(shape, 0, 1, 'float32', i) },
      attributes: { keep: 0.6, seed: 10 * i - 20 },
    }));
    await verifyOp(dropOp, cases);
  });
});

describe('bad input is named', () => {
  it.each<[RegExp, () => unknown]>([
    [/Linear: `inputSize` must be a whole number/, () => new Linear({ inputSize: 0, outputSize: 2 })],
    [/Linear: unknown option `units`/, () => new Linear({ inputSize: 1, outputSize: 2, units: 3 } as never)],
    [/Embedding: `size` must be/, () => new Embedding({ vocabularySize: 3, size: 1.5 })],
    [/Dropout: `rate` must be below 1/, () => new Dropout({ rate: 1 })],
    [/Dropout: `rate` must be a number from 0 to 1/, () => new Dropout({ rate: -0.1 })],
  ])('%s', (message, make) => {
    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  });

  it('Linear.forward', () => {
    const linear = new Linear({ inputSize: 3, outputSize: 2 });
    for (const shape of [[3], [2, 4], [2, 2, 4]])
      expect(() => linear.forward(tf.zeros<tf.Rank.R2>(shape as [number, number]))).toThrow(ShapeError);
    expect(() => linear.forward([1, 2, 3] as never)).toThrow(ShapeError);
  });
});
