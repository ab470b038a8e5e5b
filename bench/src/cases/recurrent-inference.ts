/** Recurrent layers forward only, outputs read as an array. */
import { useBackend } from '@seqloom/core';
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import type { BenchCase } from '../compare.js';
import { recurrentModel } from '../peers/onnx-model.js';
import { hasTorch, torchPeer, torchWork } from '../peers/torch.js';
import { gateCounts, type Kind, ourLayer } from '../recurrent-layer.js';
import { flopsOf, inWords, sizes } from '../sizes.js';

type Size = keyof typeof sizes;

function inference(kind: Kind, size: Size, peer: string): Omit<BenchCase, 'prepare'> {
  const { forward: flops } = flopsOf(gateCounts[kind], sizes[size]);
  return { name: `${kind} inference`, size: inWords(size), backend: 'wasm', peer, flops };
}

function besideOnnxRuntime(kind: Kind, size: Size): BenchCase {
  const { batch, time, inputSize } = sizes[size];
  return {
    ...inference(kind, size, 'onnxruntime-web'),
    async prepare() {
      await useBackend('wasm');
      const ours = ourLayer(kind, sizes[size]);
      env.wasm.numThreads = 1;
      const session = await InferenceSession.create(recurrentModel({ kind, ...sizes[size] }));
      const values = Float32Array.from({ length: time * batch * inputSize }, () => Math.random() - 0.5);
      const x = new Tensor('float32', values, [time, batch, inputSize]);
      const theirs = async () => {
        const { y } = await session.run({ x });
        await y?.getData();
      };
      const dispose = async () => {
        ours.dispose();
        await session.release();
      };
      return { ours: ours.inference, theirs, dispose };
    },
  };
}

function besideTorch(kind: Kind, size: Size): BenchCase {
  return {
    ...inference(kind, size, torchPeer),
    async prepare() {
      await useBackend('wasm');
      const ours = ourLayer(kind, sizes[size]);
      const { theirs, stop } = await torchWork({ work: 'inference', kind, threads: 1, ...sizes[size] });
      const dispose = () => {
        stop();
        ours.dispose();
      };
      return { ours: ours.inference, theirs, dispose };
    },
  };
}

export const cases: BenchCase[] = (['LSTM', 'GRU'] as const).flatMap((kind) =>
  (['A', 'B', 'C', 'D'] as const).flatMap((size) => [
    besideOnnxRuntime(kind, size),
    ...(hasTorch ? [besideTorch(kind, size)] : []),
  ]),
);
