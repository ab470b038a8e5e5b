/** A Transformer's training step beside tfjs' own ops and PyTorch, and generation with the key–value cache beside none. */
import { Rng, sequence, useBackend } from '@seqloom/core';
import { CausalBlock, type StackState, TransformerBlock, TransformerStack } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchCase } from '../compare.js';
import { hasTorch, torchPeer, torchWork } from '../peers/torch.js';
import { eachOnItsKernels } from '../plain-wasm.js';
import { type TrainingStep, trainingStep } from '../training-step.js';

const [batch, time, size, heads, hiddenSize] = [16, 128, 256, 4, 1024];
const options = { size, heads, feedForward: { hiddenSize, activation: 'relu' as const } };

const named = {
  name: 'Transformer block step',
  size: `B=${batch} T=${time} D=${size} H=${heads} F=${hiddenSize}`,
  backend: 'wasm',
  // The products of four projections and the feed-forward network, thrice less the gradients of x; and six of attention.
  flops: 2 * batch * time * (12 * size * size - 3 * size * size + 6 * size * hiddenSize + 6 * time * size),
};

const given = () => [7, 8].map((seed) => tf.randomNormal<tf.Rank.R3>([batch, time, size], 0, 1, 'float32', seed));

/** Post-norm, as in PyTorch's layer: mean squared error, gradients, Adam. */
function ours(): TrainingStep {
  const block = new TransformerBlock({ ...options, norm: 'post', rng: new Rng(1) });
  const [x, target] = given() as [tf.Tensor3D, tf.Tensor3D];
  const mask = tf.ones<tf.Rank.R2>([batch, time], 'bool');
  const loss = () => tf.losses.meanSquaredError(target, block.forward({ values: x, mask }).output.values) as tf.Scalar;
  return trainingStep(block, loss, [x, target, mask]);
}

/** The same as tfjs' users write it. */
function composed(): TrainingStep {
  const shapes = [...Array.from({ length: 4 }, () => [size, size]), [size, hiddenSize], [hiddenSize, size]];
  const weights = shapes.map((shape, i) => tf.variable(tf.randomNormal(shape, 0, 0.05, 'float32', i)));
  const biases = shapes.map(([, columns]) => tf.variable(tf.zeros([columns!])));
  const norms = [1, 0, 1, 0].map((value) => tf.variable(tf.fill([size], value)));
  const variables = [...weights, ...biases, ...norms];
  const [values, target] = given().map((each) => tf.reshape(each, [batch * time, size])) as [tf.Tensor, tf.Tensor];
  const linear = (x: tf.Tensor, i: number) => tf.add(tf.matMul(x, weights[i]!), biases[i]!);
  const apart = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [batch, time, heads, size / heads]), [0, 2, 1, 3]);
  const loss = () => {
    const [query, key, value] = [0, 1, 2].map((i) => apart(linear(values, i))) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const attention = tf.softmax(tf.mul(tf.matMul(query, key, false, true), Math.sqrt(heads / size)));
    const context = tf.reshape(tf.transpose(tf.matMul(attention, value), [0, 2, 1, 3]), [batch * time, size]);
    const inner = layerNorm(tf.add(values, linear(context, 3)), norms[0]!, norms[1]!);
    const output = layerNorm(tf.add(inner, linear(tf.relu(linear(inner, 4)), 5)), norms[2]!, norms[3]!);
    return tf.losses.meanSquaredError(target, output) as tf.Scalar;
  };
  const optimizer = tf.train.adam(1e-3);
  return {
    run: () => void optimizer.minimize(loss, false, variables),
    dispose() {
      optimizer.dispose();
      tf.dispose([...variables, values, target]);
    },
  };
}

function layerNorm(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), weight), bias);
}

const besideTfjs: BenchCase = {
  ...named,
  peer: 'tfjs ops composed',
  async prepare() {
    const before = await eachOnItsKernels();
    const [own, theirs] = [ours(), composed()];
    const dispose = () => [own, theirs].forEach((side) => void side.dispose());
    return { ours: own.run, theirs: theirs.run, before, dispose };
  },
};

const besideTorch: BenchCase = {
  ...named,
  peer: torchPeer,
  async prepare() {
    await useBackend('wasm');
    const own = ours();
    const sizes = { batch, time, size, heads, hidden: hiddenSize };
    const { theirs, stop } = await torchWork({ work: 'transformer', threads: 1, ...sizes });
    const dispose = () => {
      stop();
      own.dispose();
    };
    return { ours: own.run, theirs, dispose };
  },
};

const [tokens, sampled] = [512, 32];

/** Without a cache each token reads the whole prefix again: one prefix in 32 is timed, and counts for all of them. */
const generation: BenchCase = {
  name: 'generation of 512 tokens',
  size: `B=1 D=${size} H=${heads} F=${hiddenSize}, 2 blocks`,
  backend: 'wasm',
  peer: 'ours, no cache',
  async prepare() {
    await useBackend('wasm');
    const blocks = [1, 2].map((seed) => new CausalBlock({ ...options, rng: new Rng(seed) }));
    const stack = new TransformerStack({ blocks, positions: 'sinusoidal' });
    const x = tf.randomNormal<tf.Rank.R3>([1, tokens, size], 0, 1, 'float32', 1);
    const rows = tf.split<tf.Tensor2D>(tf.reshape(x, [tokens, size]), tokens);
    const cached = () => {
      let state: StackState = stack.initialState(1);
      for (const row of rows) {
        const before = state;
        state = tf.tidy(() => stack.step(row, before).state as never) as StackState;
        tf.dispose(before as never);
      }
      tf.dispose(state as never);
    };
    const whole = () => {
      const start = performance.now();
      for (let length = sampled / 2; length < tokens; length += sampled)
        tf.tidy(() => void stack.forward(sequence(tf.slice(x, [0, 0, 0], [1, length, size]))));
      return (performance.now() - start) * sampled;
    };
    const dispose = () => {
      stack.dispose();
      tf.dispose([x, ...rows]);
    };
    return { ours: cached, theirs: whole, dispose };
  },
};

export const cases: BenchCase[] = [besideTfjs, ...(hasTorch ? [besideTorch] : []), generation];
