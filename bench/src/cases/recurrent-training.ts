/** Training steps of recurrent layers: forward and backward of the mean square of all outputs, without an optimiser on either side. */
import { useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { BenchCase } from '../compare.js';
import { jaxGRUTraining } from '../peers/jax.js';
import { hasTorch, torchPeer, torchWork } from '../peers/torch.js';
import { eachOnItsKernels, type PlainBackend } from '../plain-wasm.js';
import { gateCounts, type Kind, meanSquare, ourLayer } from '../recurrent-layer.js';
import { flopsOf, inWords, sizes } from '../sizes.js';

type Size = keyof typeof sizes;

const nameOf = (kind: Kind) => `${kind} training`;

function besideTfjsLayers(kind: Kind, size: Size, backend: PlainBackend): BenchCase {
  return {
    name: nameOf(kind),
    size: inWords(size),
    backend,
    peer: 'tfjs-layers',
    flops: flopsOf(gateCounts[kind], sizes[size]).training,
    async prepare() {
      const before = await eachOnItsKernels(backend);
      const ours = ourLayer(kind, sizes[size], 'before');
      const options = {
        units: sizes[size].units,
        returnSequences: true,
        recurrentInitializer: 'glorotUniform',
      } as const;
      const layer = kind === 'LSTM' ? layers.lstm(options) : layers.gru(options);
      tf.tidy(() => void layer.apply(ours.values)); // builds it
      const parameters = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const loss = () => meanSquare(layer.apply(ours.values) as tf.Tensor);
      const dispose = () => {
        tf.dispose(parameters);
        ours.dispose();
      };
      return {
        ours: ours.training,
        theirs: () => tf.tidy(() => void tf.variableGrads(loss, parameters)),
        before,
        dispose,
      };
    },
  };
}

function besideTorch(kind: Kind, size: Size, threads: number): BenchCase {
  return {
    name: nameOf(kind),
    size: inWords(size),
    backend: 'wasm',
    threads,
    peer: torchPeer,
    flops: flopsOf(gateCounts[kind], sizes[size]).training,
    async prepare() {
      await useBackend('wasm', { threads });
      const ours = ourLayer(kind, sizes[size]);
      const { theirs, stop } = await torchWork({ work: 'training', kind, threads, ...sizes[size] });
      const dispose = async () => {
        stop();
        ours.dispose();
        await useBackend('wasm', { threads: 1 });
      };
      return { ours: ours.training, theirs, dispose };
    },
  };
}

function besideJax(size: Size): BenchCase {
  return {
    name: nameOf('GRU'),
    size: inWords(size),
    backend: 'wasm',
    peer: 'jax-js, jitted, unrolled',
    flops: flopsOf(gateCounts.GRU, sizes[size]).training,
    async prepare() {
      await useBackend('wasm');
      const ours = ourLayer('GRU', sizes[size]);
      return { ours: ours.training, theirs: await jaxGRUTraining(sizes[size]), dispose: () => ours.dispose() };
    },
  };
}

const kinds = ['LSTM', 'GRU'] as const;

export const cases: BenchCase[] = [
  ...kinds.flatMap((kind) => (['A', 'B', 'C', 'D'] as const).map((size) => besideTfjsLayers(kind, size, 'wasm'))),
  ...kinds.flatMap((kind) => (['A', 'B', 'D'] as const).map((size) => besideTfjsLayers(kind, size, 'cpu'))),
  ...(['A', 'B', 'D'] as const).map(besideJax),
  ...(hasTorch ? kinds : []).flatMap((kind) =>
    ([1, 2] as const).flatMap((threads) =>
      (['A', 'B', 'C', 'D'] as const).map((size) => besideTorch(kind, size, threads)),
    ),
  ),
];
