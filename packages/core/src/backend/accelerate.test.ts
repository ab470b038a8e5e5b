/** A tfjs program that has started its backends itself, and knows of us only `accelerate()`. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { accelerate } from './index.js';

/** Sums of a few dozen float32 products. */
const tolerance = 1e-5;

/** x [20,12], hidden [12,30], output [7,20] → [30,7]. */
function network(x: tf.Tensor2D, hidden: tf.Tensor2D, output: tf.Tensor2D): tf.Tensor {
  const activation = tf.tanh(tf.add(tf.matMul(x, hidden), tf.mean(x, 1, true)));
  const [left, right] = tf.split(activation, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  const turned = tf.transpose(tf.concat([right, tf.reverse(left, 0)], 1));
  return tf.softmax(tf.matMul(turned, output, false, true));
}

it.each(['cpu', 'wasm'] as const)(
  '%s: same results, other kernels, variables live on; a second call changes nothing',
  async (backend) => {
    expect(await tf.setBackend(backend)).toBe(true);
    const kernelFunc = () => tf.getKernel('Transpose', backend)!.kernelFunc;
    const x = tf.randomUniform<tf.Rank.R2>([20, 12], -1, 1, 'float32', 1);
    const hidden = tf.variable(tf.randomUniform<tf.Rank.R2>([12, 30], -1, 1, 'float32', 2));
    const output = tf.variable(tf.randomUniform<tf.Rank.R2>([7, 20], -1, 1, 'float32', 3));
    const run = () => tf.tidy(() => network(x, hidden, output).dataSync());
    const [before, plain] = [run(), kernelFunc()];

    const done = await accelerate();
    const ours = kernelFunc();
    expect(ours).not.toBe(plain);
    const names = expect.arrayContaining(['Transpose', 'BatchMatMul']);
    expect(done.find((one) => one.backend === backend)).toEqual({ backend, kernels: names });
    expect(await accelerate()).toEqual(done);
    expect(kernelFunc()).toBe(ours);

    const { numTensors } = tf.memory();
    for (const [i, value] of run().entries()) expect(Math.abs(value - before[i]!)).toBeLessThan(tolerance);
    const first = () => tf.sum(tf.slice(network(x, hidden, output), [0, 0], [30, 1])) as tf.Scalar;
    const { value, grads } = tf.variableGrads(first, [hidden]);
    expect(grads[hidden.name]!.shape).toEqual(hidden.shape);
    tf.dispose([value, grads]);
    expect(tf.memory().numTensors).toBe(numTensors);
  },
);
