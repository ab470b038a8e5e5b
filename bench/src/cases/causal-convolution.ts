/** Causal convolutions, forward and backward, beside tfjs' own ops: its convolution, or, dilated, which it cannot differentiate, products of shifted views. */
import { Rng } from '@seqloom/core';
import { CausalConv1d } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchCase } from '../compare.js';
import { eachOnItsKernels, type PlainBackend } from '../plain-wasm.js';
import { meanSquare } from '../recurrent-layer.js';

const [batch, steps, size, kernel] = [16, 128, 64, 3];

function training(backend: PlainBackend, dilation: number): BenchCase {
  return {
    name: 'causal convolution',
    size: `B=${batch} T=${steps} D=U=${size} K=${kernel}, dilation ${dilation}`,
    backend,
    peer: dilation === 1 ? 'tfjs conv1d' : 'tfjs ops composed',
    flops: 6 * batch * steps * kernel * size * size,
    async prepare() {
      const before = await eachOnItsKernels(backend);
      const sizes = { inputSize: size, outputSize: size, kernel, dilation };
      const layer = new CausalConv1d({ ...sizes, rng: new Rng(1) });
      const values = tf.variable(tf.randomNormal<tf.Rank.R3>([batch, steps, size], 0, 1, 'float32', 1));
      const mask = tf.ones<tf.Rank.R2>([batch, steps], 'bool');
      const own = Array.from(layer.namedVariables(), ([, variable]) => variable);
      const parameters = [values as tf.Variable, ...own];
      const theirs = () =>
        tf.add(dilation === 1 ? convolved(values, layer.weight) : shifted(values, layer.weight, dilation), layer.bias!);
      const run = (forward: () => tf.Tensor) => () =>
        tf.tidy(() => void tf.variableGrads(() => meanSquare(forward()), parameters));
      const dispose = () => {
        layer.dispose();
        tf.dispose([values, mask]);
      };
      return { ours: run(() => layer.forward({ values, mask }).output.values), theirs: run(theirs), before, dispose };
    },
  };
}

function convolved(x: tf.Tensor3D, weight: tf.Tensor3D): tf.Tensor {
  const padded = tf.pad(x, [
    [0, 0],
    [weight.shape[0] - 1, 0],
    [0, 0],
  ]) as tf.Tensor3D;
  return tf.conv1d(padded, weight, 1, 'valid');
}

function shifted(x: tf.Tensor3D, weight: tf.Tensor3D, dilation: number): tf.Tensor {
  const [K, D, U] = weight.shape;
  const padded = tf.pad(x, [
    [0, 0],
    [(K - 1) * dilation, 0],
    [0, 0],
  ]) as tf.Tensor3D;
  const views = Array.from({ length: K }, (_, k) => tf.slice(padded, [0, k * dilation], [-1, x.shape[1]]));
  const rows = tf.reshape<tf.Rank.R2>(tf.concat(views, 2), [-1, K * D]);
  return tf.reshape(tf.matMul(rows, tf.reshape<tf.Rank.R2>(weight, [K * D, U])), [x.shape[0], x.shape[1], U]);
}

export const cases: BenchCase[] = (['wasm', 'cpu'] as const).flatMap((backend) => [
  training(backend, 1),
  training(backend, 4),
]);
