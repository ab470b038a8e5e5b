/** Every op that sequence models train with: forward and gradient on cpu and wasm against finite differences. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './index.js';

/** Float32 central differences with step 1e-2 over smooth functions of numbers around 1. */
const tolerance = 2e-2;
const step = 1e-2;

type Op = (...x: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
const x = [2, 3, 4];
const ids = () =>
  tf.tensor2d(
    [
      [1, 0, 2],
      [2, 2, 1],
    ],
    [2, 3],
    'int32',
  );
const mask = () =>
  tf.tensor2d(
    [
      [1, 0, 1],
      [0, 1, 1],
    ],
    [2, 3],
    'bool',
  );
const conv =
  (stride: number, pad: 'same' | 'valid' | number): Op =>
  (input, filter) =>
    tf.conv1d(input as tf.Tensor3D, filter as tf.Tensor3D, stride, pad, 'NWC', 1, pad === 1 ? 'floor' : undefined);

const ops: Record<string, [Op, ...number[][]]> = {
  matMul: [(a, b) => tf.matMul(a!, b!), [3, 4], [4, 5]],
  'matMul aᵀ': [(a, b) => tf.matMul(a!, b!, true), [4, 3], [4, 5]],
  'matMul bᵀ': [(a, b) => tf.matMul(a!, b!, false, true), [2, 3, 4], [2, 5, 4]],
  'matMul [B,T,D] by [D,U]': [(a, b) => tf.matMul(a!, b!), [2, 3, 4], [4, 5]],
  'matMul [D,U]ᵀ by [B,D,T]': [(a, b) => tf.matMul(a!, b!, true), [4, 5], [2, 4, 3]],
  'matMul [B,T,D] by [U,D]ᵀ': [(a, b) => tf.matMul(a!, b!, false, true), [2, 3, 4], [5, 4]],
  'matMul broadcast both ways': [(a, b) => tf.matMul(a!, b!, true, true), [2, 1, 3, 4], [3, 2, 3]],
  gather: [(table) => tf.gather(table!, ids()), [3, 4]],
  'gather axis 1': [(table) => tf.gather(table!, tf.tensor1d([2, 0, 0], 'int32'), 1), x],
  'gather in batches': [(table) => tf.gather(table!, ids(), 1, 1), [2, 3, 4]],
  unsortedSegmentSum: [(a) => tf.unsortedSegmentSum(a!, tf.tensor1d([1, 0, 1], 'int32'), 2), [3, 4]],
  'conv1d same': [conv(1, 'same'), [2, 5, 3], [3, 3, 4]],
  'conv1d valid, stride 2': [conv(2, 'valid'), [2, 6, 3], [3, 3, 2]],
  conv2d: [(a, w) => tf.conv2d(a as tf.Tensor4D, w as tf.Tensor4D, [2, 1], 'same'), [1, 5, 4, 2], [3, 2, 2, 3]],
  softmax: [(a) => tf.softmax(a!), x],
  logSoftmax: [(a) => tf.logSoftmax(a!), x],
  logSumExp: [(a) => tf.logSumExp(a!, -1), x],
  where: [(a, b) => tf.where(tf.tile(tf.expandDims(mask(), -1), [1, 1, 4]), a!, b!), x, x],
  tile: [(a) => tf.tile(a!, [2, 1, 3]), x],
  broadcastTo: [(a) => tf.broadcastTo(a!, [3, 2, 4]), [2, 1]],
  'stack, unstack': [(a) => tf.stack(tf.unstack(a!, 1).toReversed(), 0), x],
  split: [(a) => tf.split(a!, [1, 3], 2), x],
  slice: [(a) => tf.slice(a!, [0, 1, 1], [2, 2, 2]), x],
  pad: [
    (a) =>
      tf.pad(a!, [
        [0, 0],
        [1, 2],
        [0, 1],
      ]),
    x,
  ],
  concat: [(a, b) => tf.concat([a!, b!], 1), x, [2, 1, 4]],
  cumsum: [(a) => tf.cumsum(a!, 1), x],
  'cumsum exclusive reverse': [(a) => tf.cumsum(a!, 1, true, true), x],
  reverse: [(a) => tf.reverse(a!, [1]), x],
  transpose: [(a) => tf.transpose(a!, [2, 0, 1]), x],
  'max, min': [(a) => [tf.max(a!, 1), tf.min(a!, 2)], x],
  'mean, sum, prod': [(a) => [tf.mean(a!, [0, 2]), tf.sum(a!, 1, true), tf.prod(a!, 2)], x],
  'maximum, minimum': [(a, b) => [tf.maximum(a!, b!), tf.minimum(a!, b!)], x, x],
  'add, sub, mul, div': [(a, b) => [tf.add(a!, b!), tf.sub(a!, b!), tf.mul(a!, b!), tf.div(a!, b!)], x, [4]],
  'pow, squaredDifference': [(a, b) => [tf.pow(a!, b!), tf.squaredDifference(a!, b!)], x, x],
  'exp, log, expm1, log1p': [(a) => [tf.exp(a!), tf.log(a!), tf.expm1(a!), tf.log1p(a!)], x],
  'sqrt, rsqrt, square, reciprocal': [(a) => [tf.sqrt(a!), tf.rsqrt(a!), tf.square(a!), tf.reciprocal(a!)], x],
  'tanh, sigmoid, softplus, erf': [(a) => [tf.tanh(a!), tf.sigmoid(a!), tf.softplus(a!), tf.erf(a!)], x],
  'relu, elu, leakyRelu, selu, abs, neg': [
    (a) => [tf.relu(a!), tf.elu(a!), tf.leakyRelu(a!), tf.selu(a!), tf.abs(a!), tf.neg(a!)],
    x,
  ],
  'sin, cos': [(a) => [tf.sin(a!), tf.cos(a!)], x],
  clipByValue: [(a) => tf.clipByValue(a!, 0.2, 3), x],
  'reshape, squeeze, cast': [(a) => tf.cast(tf.squeeze(tf.reshape(a!, [4, 1, 6])), 'float32'), x],
  addN: [(a, b) => tf.addN([a!, b!, a!]), x, x],
};

/** The op's outputs, weighed into one number so that every element counts differently. */
function weighed(op: Op, inputs: tf.Tensor[]): tf.Scalar {
  const outputs = ([] as tf.Tensor[]).concat(op(...inputs));
  const weigh = (y: tf.Tensor) => tf.sum(tf.mul(y, tf.reshape(tf.sin(tf.range(1, y.size + 1)), y.shape)));
  return tf.addN(outputs.map(weigh)) as tf.Scalar;
}

/** Well separated numbers between 0.4 and 1.6, so that no maximum, clip or kink lies within a step. */
function values(shape: number[], seed: number): Float32Array {
  const size = tf.util.sizeFromShape(shape);
  return Float32Array.from(
    { length: size },
    (_, i) => 0.4 + (1.2 * ((i * 7 + seed * 3) % (size + 5))) / (size + 5) + 0.013 * seed,
  );
}

describe.each(['cpu', 'wasm'] as const)('on %s, gradient = finite difference:', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(Object.keys(ops))('%s', (name) => {
    const [op, ...shapes] = ops[name]!;
    const before = tf.memory();
    const data = shapes.map((shape, i) => values(shape, i + 1));
    const tensors = () => shapes.map((shape, i) => tf.tensor(data[i]!, shape));
    const gradients = tf.tidy(() =>
      tf
        .grads((...inputs) => weighed(op, inputs))(tensors())
        .map((gradient) => gradient.dataSync()),
    );
    for (const [i, input] of data.entries()) {
      for (const [j, value] of input.entries()) {
        const at = (moved: number) => {
          input[j] = moved;
          return tf.tidy(() => weighed(op, tensors()).dataSync()[0]!);
        };
        const difference = (at(value + step) - at(value - step)) / (2 * step);
        input[j] = value;
        expect(Math.abs(gradients[i]![j]! - difference), `input ${i}[${j}]`).toBeLessThan(
          tolerance * (1 + Math.abs(difference)),
        );
      }
    }
    expect(tf.memory()).toEqual(before);
  });

  it('ops without gradients give what they give on cpu', async () => {
    const outputs = () =>
      tf.tidy(() => {
        const a = tf.tensor2d([
          [1, -2, 0],
          [NaN, 4, -1],
        ]);
        const integers = ids();
        const results = [
          tf.oneHot(integers, 4),
          tf.sign(a),
          tf.step(a),
          tf.isNaN(a),
          tf.isFinite(a),
          tf.floor(a),
          tf.round(a),
          tf.argMax(integers, 1),
          tf.cast(mask(), 'float32'),
          tf.logicalAnd(mask(), tf.logicalNot(mask())),
          tf.equal(integers, 2),
          tf.notEqual(integers, 2),
          tf.greater(a, 0),
          tf.lessEqual(a, 0),
          tf.any(mask(), 1),
          tf.all(mask(), 1),
          tf.sum(tf.cast(mask(), 'int32'), 1),
          tf.topk(tf.tensor2d([[3, 1, 2]]), 2).indices,
          tf.range(0, 5, 1, 'int32'),
          tf.cumsum(integers, 1),
          tf.tile(integers, [1, 2]),
          tf.where(mask(), integers, tf.zerosLike(integers)),
          tf.gather(integers, tf.tensor1d([1, 0], 'int32')),
          tf.max(integers, 1),
          tf.concat([integers, integers], 1),
          tf.pad(integers, [
            [0, 0],
            [1, 0],
          ]),
          tf.stack([integers, integers]),
          tf.reverse(integers, 1),
          tf.logSumExp(tf.tensor1d([-1e30, -1e30])),
          tf.add(integers, 1),
          tf.mul(integers, integers),
          tf.tile(mask(), [2, 1]),
          tf.concat([mask(), mask()]),
          tf.reverse(mask(), 1),
          tf.gather(mask(), tf.tensor1d([1], 'int32')),
          tf.unstack(integers, 1)[1]!,
          tf.slice(mask(), [0, 1], [2, 2]),
          tf.expandDims(mask(), 2),
          tf.transpose(mask()),
          tf.maximum(integers, 1),
          tf.sub(1, tf.cast(mask(), 'float32')),
        ];
        return results.map((result) => [result.dtype, result.shape, Array.from(result.dataSync())]);
      });
    const here = outputs();
    await useBackend('cpu');
    expect(here).toEqual(outputs());
    await useBackend(backend);
  });
});
