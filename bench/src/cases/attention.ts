/** Long inputs, forward and backward: chunked attention beside tfjs' own ops, PyTorch, a window beside all keys, and two threads beside one. */
import { ChunkedAttention, type ChunkedAttentionOptions } from '@seqloom/attention';
import { useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchCase, Side, Work } from '../compare.js';
import { hasTorch, torchPeer, torchWork } from '../peers/torch.js';
import { eachOnItsKernels } from '../plain-wasm.js';

const [heads, time, features] = [4, 2048, 64];

type Attend = (query: tf.Tensor3D, keys: tf.Tensor3D, values: tf.Tensor3D) => tf.Tensor3D;

/** Gradients of query, keys and values [H,T,D] of Σ context²: one run. */
function training(H: number, T: number, attend: Attend): { run: Work; dispose(): void } {
  const inputs = [1, 2, 3].map((seed) => tf.randomNormal<tf.Rank.R3>([H, T, features], 0, 1, 'float32', seed));
  const loss = (...xs: tf.Tensor[]) =>
    tf.sum(tf.square(attend(...(xs as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D])))) as tf.Scalar;
  return { run: () => tf.tidy(() => void tf.grads(loss)(inputs)), dispose: () => tf.dispose(inputs) };
}

function chunked(options: ChunkedAttentionOptions): Attend {
  const attention = new ChunkedAttention(options);
  return (query, keys, values) => {
    const mask = tf.ones<tf.Rank.R2>([keys.shape[0], keys.shape[1]], 'bool');
    return attention.attend(query, attention.remember({ values: keys, mask }, { values, mask })).context;
  };
}

/** The formula as tfjs' users write it. */
function composed(causal: boolean): Attend {
  return (query, keys, values) => {
    const energies = tf.mul(tf.matMul(query, keys, false, true), 1 / Math.sqrt(features));
    const ahead = () => tf.linalg.bandPart(tf.ones<tf.Rank.R2>([time, time]), -1, 0);
    const masked = causal ? tf.add(energies, tf.mul(tf.sub(ahead(), 1), 1e9)) : energies;
    return tf.matMul(tf.softmax(masked), values) as tf.Tensor3D;
  };
}

const named = (causal: boolean) => ({
  name: causal ? 'causal attention' : 'attention',
  size: `H=${heads} T=${time} D=${features}`,
  backend: 'wasm',
  flops: (causal ? 7 : 14) * heads * time * time * features,
});

function besideTfjs(causal: boolean): BenchCase {
  return {
    ...named(causal),
    peer: 'tfjs ops composed',
    async prepare() {
      const before = await eachOnItsKernels();
      const [ours, theirs] = [chunked({ causal }), composed(causal)].map((each) => training(heads, time, each));
      const dispose = () => [ours!, theirs!].forEach((side) => void side.dispose());
      return { ours: ours!.run, theirs: theirs!.run, before, dispose };
    },
  };
}

function besideTorch(causal: boolean): BenchCase {
  return {
    ...named(causal),
    peer: torchPeer,
    async prepare() {
      await useBackend('wasm');
      const { run, dispose } = training(heads, time, chunked({ causal }));
      const { theirs, stop } = await torchWork({
        work: 'attention',
        threads: 1,
        heads,
        time,
        features,
        causal: +causal,
      });
      return {
        ...{ ours: run, theirs },
        dispose: () => {
          stop();
          dispose();
        },
      };
    },
  };
}

function windowed(options: ChunkedAttentionOptions): BenchCase {
  return {
    name: options.causal ? 'causal window of 128' : 'window of 128',
    size: `H=1 T=8192 D=${features}`,
    backend: 'wasm',
    peer: 'ours, all keys',
    async prepare() {
      await useBackend('wasm');
      const [ours, theirs] = [chunked({ ...options, window: 128 }), chunked({})].map((each) => training(1, 8192, each));
      const dispose = () => [ours!, theirs!].forEach((side) => void side.dispose());
      return { ours: ours!.run, theirs: theirs!.run, dispose };
    },
  };
}

const long: BenchCase = {
  name: 'causal attention',
  size: `H=1 T=16384 D=${features}`,
  backend: 'wasm',
  peer: 'none',
  flops: 7 * 16_384 ** 2 * features,
  async prepare() {
    await useBackend('wasm');
    const { run, dispose } = training(1, 16_384, chunked({ causal: true }));
    return { ours: run, dispose };
  },
};

/** Two threads beside one, where there are fewer sequences and heads than threads want. */
function twoThreads(causal: boolean): BenchCase {
  return {
    name: causal ? 'causal attention, threads' : 'attention, threads',
    size: `H=1 T=4096 D=${features}`,
    backend: 'wasm',
    threads: 2,
    peer: 'ours, one thread',
    async prepare() {
      await useBackend('wasm', { threads: 2 });
      const { run, dispose } = training(1, 4096, chunked({ causal }));
      const before = async (side: Side) => {
        await useBackend('wasm', { threads: side === 'ours' ? 2 : 1 });
        await run(); // a new worker takes a while to reach its speed
      };
      const restore = async () => {
        dispose();
        await useBackend('wasm', { threads: 1 });
      };
      return { ours: run, theirs: run, before, dispose: restore };
    },
  };
}

export const cases: BenchCase[] = [
  ...[false, true].map(besideTfjs),
  ...(hasTorch ? [false, true].map(besideTorch) : []),
  ...[{}, { causal: true }].map(windowed),
  ...[false, true].map(twoThreads),
  long,
];
