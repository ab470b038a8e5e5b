/** Two threads beside one: the training step of a recurrent layer, and a matrix product. */
import { adam, Optimizer, useBackend } from '@seqloom/core';
import { gru, lstm } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchCase, Side, Work } from '../compare.js';

const warmUp = 100; // milliseconds

interface Made {
  run: Work;
  dispose(): void;
}

function twoThreads(name: string, size: string, make: () => Made): BenchCase {
  return {
    name,
    size,
    backend: 'wasm',
    threads: 2,
    peer: 'ours, one thread',
    async prepare() {
      await useBackend('wasm', { threads: 2 });
      const { run, dispose } = make();
      const before = async (side: Side) => {
        await useBackend('wasm', { threads: side === 'ours' ? 2 : 1 });
        const start = performance.now();
        while (performance.now() - start < warmUp) await run(); // a new worker takes a while to reach its speed
      };
      const restore = async () => {
        dispose();
        await useBackend('wasm', { threads: 1 });
      };
      return { ours: run, theirs: run, before, dispose: restore };
    },
  };
}

type Sizes = readonly [batch: number, time: number, inputSize: number, units: number];

function trainingStep(makeLayer: typeof gru | typeof lstm, [batch, time, inputSize, hiddenSize]: Sizes): Made {
  const layer = makeLayer({ inputSize, hiddenSize });
  const optimizer = new Optimizer(adam({ learningRate: 1e-3 }));
  const parameters = Object.fromEntries(layer.namedVariables());
  const values = tf.randomNormal<tf.Rank.R3>([batch, time, inputSize]);
  const mask = tf.ones<tf.Rank.R2>([batch, time], 'bool');
  const loss = () => tf.mean(tf.square(layer.forward({ values, mask }).output.values)) as tf.Scalar;
  const run = () =>
    tf.tidy(() => {
      const paths = Object.keys(parameters);
      const { grads } = tf.variableGrads(loss, Object.values(parameters));
      optimizer.apply(Object.fromEntries(paths.map((path) => [path, grads[parameters[path]!.name]!])), parameters);
    });
  return {
    run,
    dispose() {
      layer.dispose();
      optimizer.dispose();
      tf.dispose([values, mask]);
    },
  };
}

function squareProduct(side: number): Made {
  const [a, b] = [tf.randomNormal([side, side]), tf.randomNormal([side, side])];
  return { run: () => tf.matMul(a, b).dispose(), dispose: () => tf.dispose([a, b]) };
}

const sizes: Record<string, Sizes> = {
  A: [32, 20, 100, 50],
  B: [32, 50, 100, 128],
  C: [32, 100, 256, 256],
};

export const cases: BenchCase[] = [
  ...Object.entries(sizes).flatMap(([size, numbers]) => [
    twoThreads('LSTM training, threads', `${size} ${numbers}`, () => trainingStep(lstm, numbers)),
    twoThreads('GRU training, threads', `${size} ${numbers}`, () => trainingStep(gru, numbers)),
  ]),
  ...[128, 512].map((side) =>
    twoThreads('matMul, threads', `${side}×${side}·${side}×${side}`, () => squareProduct(side)),
  ),
];
