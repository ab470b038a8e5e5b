/** What the convolutions keep: one table for Node and for the browser. */
import { type RecurrentLayer, Rng } from '@seqloom/core';
import { verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { CausalConv1d } from './causal-conv1d.js';
import { causalConvolution } from './causal-convolution.js';
import { tcn } from './tcn.js';

/** Fused = composed = finite differences, over ragged rows with holes, one with nothing real. */
export const convolutionLaws: readonly (readonly [name: string, check: () => Promise<void>])[] = [
  ['causal convolution', convolutions],
];

const sizes = { inputSize: 3, kernel: 3 };
const seed = () => new Rng(4);

/** One layer of each kind. */
export const convolutionLayers: Readonly<Record<string, () => RecurrentLayer<unknown>>> = {
  'causal convolution': () => new CausalConv1d({ ...sizes, outputSize: 4, rng: seed() }),
  'dilated, weight norm, no bias': () =>
    new CausalConv1d({ ...sizes, outputSize: 4, dilation: 2, weightNorm: true, bias: false, rng: seed() }),
  'depthwise convolution': () => new CausalConv1d({ ...sizes, outputSize: 3, groups: 3, rng: seed() }),
  'convolution in groups': () => new CausalConv1d({ ...sizes, outputSize: 6, groups: 3, rng: seed() }),
  'convolution of one step': () => new CausalConv1d({ ...sizes, kernel: 1, outputSize: 2, rng: seed() }),
  'temporal convolutional network': () =>
    tcn({ ...sizes, kernel: 2, hiddenSize: 4, layers: 2, activation: 'tanh', rng: seed() }),
};

const holes = [
  [1, 1, 1, 1, 1],
  [1, 1, 0, 0, 0],
  [0, 1, 0, 1, 1],
  [0, 0, 0, 0, 0],
];

async function convolutions(): Promise<void> {
  const rng = new Rng(3);
  const draw = (...shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal() / 2),
      shape,
    );
  for (const [K, dilation, T] of [
    [3, 1, 5],
    [2, 3, 5],
    [1, 1, 5],
    [4, 2, 1],
  ] as const) {
    const mask = tf.tensor2d(
      holes.map((row) => row.slice(0, T)),
      [4, T],
      'bool',
    );
    const [D, U, L] = [3, 2, (K - 1) * dilation];
    const inputs = { x: draw(4, T, D), past: draw(4, L, D), weight: draw(K, D, U), bias: draw(U), mask };
    const differentiable = (['x', 'past', 'weight', 'bias'] as const).filter((name) => name !== 'past' || L > 0);
    const name = `kernel ${K}, dilation ${dilation}, ${T} steps`;
    await verifyOp(causalConvolution, [{ name, inputs, attributes: { dilation }, differentiable }]);
    tf.dispose(inputs);
  }
}
