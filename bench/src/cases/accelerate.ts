/** What `accelerate()` does for programs that know nothing of us: the same graph on tfjs' kernels and on ours. */
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import type { BenchCase, Work } from '../compare.js';
import { eachOnItsKernels, type PlainBackend } from '../plain-wasm.js';

type Loss = () => tf.Scalar;

/** tfjs' sums of half a million squares, one after the other in float32. */
const tolerance = 1e-3;

/** A training step with Adam, on either set of kernels; both must find the same loss first. */
function step(
  name: string,
  size: string,
  backend: PlainBackend,
  build: () => { loss: Loss; variables: tf.Variable[] },
): BenchCase {
  return {
    name,
    size,
    backend,
    peer: 'before accelerate()',
    async prepare() {
      const before = await eachOnItsKernels(backend);
      const { loss, variables } = build();
      const losses: number[] = [];
      for (const side of ['theirs', 'ours'] as const) {
        await before(side);
        losses.push(tf.tidy(() => loss().dataSync()[0]!));
      }
      const [theirs, ours] = losses as [number, number];
      if (!(Math.abs(ours - theirs) <= tolerance * Math.abs(theirs)))
        throw new Error(`${name}: ${ours} is not ${theirs}`);
      const optimizer = tf.train.adam(1e-3);
      const work: Work = () => void optimizer.minimize(loss, false, variables);
      return {
        ours: work,
        theirs: work,
        before,
        dispose: () => {
          optimizer.dispose();
          tf.dispose(variables);
        },
      };
    },
  };
}

function recurrent(
  name: 'lstm' | 'gru',
  [B, T, D, U]: readonly [number, number, number, number],
  backend: PlainBackend = 'wasm',
): BenchCase {
  return step(`tfjs-layers ${name.toUpperCase()} step`, `${B},${T},${D},${U}`, backend, () => {
    const layer = layers.layers[name]({ units: U, returnSequences: true, recurrentInitializer: 'glorotUniform' });
    const x = tf.randomNormal([B, T, D], 0, 1, 'float32', 1);
    const target = tf.randomNormal([B, T, U], 0, 1, 'float32', 2);
    const loss = () => tf.losses.meanSquaredError(target, layer.apply(x, { training: true }) as tf.Tensor) as tf.Scalar;
    tf.tidy(() => void loss());
    return { loss, variables: layer.trainableWeights.map((weight) => weight.read() as tf.Variable) };
  });
}

function convolutional(
  [B, T, I, O, width]: readonly [number, number, number, number, number],
  backend: PlainBackend,
): BenchCase {
  return step('tfjs-layers Conv1D step', `${B},${T},${I},${O},${width}`, backend, () => {
    const layer = layers.layers.conv1d({ filters: O, kernelSize: width, padding: 'same', activation: 'relu' });
    const x = tf.variable(tf.randomNormal([B, T, I], 0, 1, 'float32', 1)); // its gradient is what a deeper layer would want
    const target = tf.randomNormal([B, T, O], 0, 1, 'float32', 2);
    const loss = () => tf.losses.meanSquaredError(target, layer.apply(x as tf.Tensor) as tf.Tensor) as tf.Scalar;
    tf.tidy(() => void loss());
    return { loss, variables: [x, ...layer.trainableWeights.map((weight) => weight.read() as tf.Variable)] };
  });
}

/** A Transformer block as one writes it in tfjs ops: attention and feed-forward, each with a layer norm after it. */
function transformer([B, T, D, H, F]: readonly [number, number, number, number, number]): BenchCase {
  return step('Transformer block step', `${B},${T},${D},${H},${F}`, 'wasm', () => {
    const shapes = [
      [D, D],
      [D, D],
      [D, D],
      [D, D],
      [D, F],
      [F, D],
    ];
    const weights = shapes.map((shape, i) => tf.variable(tf.randomNormal(shape, 0, 0.05, 'float32', i)));
    const biases = shapes.map(([, columns]) => tf.variable(tf.zeros([columns!])));
    const gains = [tf.variable(tf.ones([D])), tf.variable(tf.ones([D]))];
    const x = tf.randomNormal([B * T, D], 0, 1, 'float32', 7);
    const target = tf.randomNormal([B * T, D], 0, 1, 'float32', 8);
    const linear = (rows: tf.Tensor, i: number) => tf.add(tf.matMul(rows, weights[i]!), biases[i]!);
    const heads = (rows: tf.Tensor) => tf.transpose(tf.reshape(rows, [B, T, H, D / H]), [0, 2, 1, 3]);
    const loss = () => {
      const [query, key, value] = [0, 1, 2].map((i) => heads(linear(x, i))) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const attention = tf.softmax(tf.mul(tf.matMul(query, key, false, true), Math.sqrt(H / D)));
      const context = tf.reshape(tf.transpose(tf.matMul(attention, value), [0, 2, 1, 3]), [B * T, D]);
      const inner = layerNorm(tf.add(x, linear(context, 3)), gains[0]!);
      const output = layerNorm(tf.add(inner, linear(tf.relu(linear(inner, 4)), 5)), gains[1]!);
      return tf.losses.meanSquaredError(target, output) as tf.Scalar;
    };
    return { loss, variables: [...weights, ...biases, ...gains] };
  });
}

function layerNorm(x: tf.Tensor, gain: tf.Tensor): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), gain);
}

export const cases: BenchCase[] = [
  recurrent('lstm', [32, 20, 100, 50]),
  recurrent('lstm', [32, 50, 100, 128]),
  recurrent('gru', [32, 50, 100, 128]),
  recurrent('lstm', [32, 20, 100, 50], 'cpu'),
  convolutional([32, 50, 128, 128, 3], 'wasm'),
  convolutional([8, 20, 32, 32, 3], 'cpu'),
  transformer([16, 128, 256, 4, 1024]),
];
