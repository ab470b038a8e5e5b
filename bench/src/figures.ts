/** Figures that have no peer: size and start of the kernels, the speed limit, and the memory of a training step. */
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { useBackend } from '@seqloom/core';
import { Arena, loadKernels } from '@seqloom/kernels';
import { lstm } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { watchHeap } from './heap.js';
import { inWords, sizes } from './sizes.js';

/** Milliseconds from the inlined module to kernels that can be called; the first call of a process also compiles. */
export async function startUp(): Promise<number> {
  const start = performance.now();
  await loadKernels(new Arena());
  return performance.now() - start;
}

/** Kilobytes: the wasm module, and the source that holds it as base64, compressed as a server sends it. */
export async function kernelSizes(): Promise<{ wasm: number; gzip: number }> {
  const source = await readFile(new URL(import.meta.resolve('@seqloom/kernels').replace('index', 'generated/kernels')));
  const base64 = [...source.toString().matchAll(/'([^']*)'/g)].map((match) => match[1]).join('');
  return { wasm: Buffer.from(base64, 'base64').length / 1000, gzip: gzipSync(source).length / 1000 };
}

export interface StepMemory {
  size: string;
  /** Megabytes at the highest point: inputs, what the tape keeps, the gradient of the outputs, and the kernels' workspace. */
  peak: number;
  /** Megabytes that the way back needs of the way there: inputs, gates, memories and outputs. */
  needed: number;
}

/** The memory of forward and backward of an LSTM at size C, its parameters and their gradients aside. */
export async function stepMemory(): Promise<StepMemory> {
  await useBackend('wasm');
  const { batch, time, inputSize, units } = sizes.C;
  const layer = lstm({ inputSize, hiddenSize: units });
  const parameters = Array.from(layer.namedVariables(), ([, variable]) => variable);
  const gradients = parameters.reduce((sum, { size }) => sum + 4 * size, 0);
  const x = 4 * batch * time * inputSize;
  const mask = tf.ones<tf.Rank.R2>([batch, time], 'bool');
  const values = tf.zeros<tf.Rank.R3>([batch, time, inputSize]);
  const outputs = () => layer.forward({ values, mask }).output.values;
  const step = () => tf.tidy(() => void tf.engine().gradients(outputs, parameters, tf.ones([batch, time, units])));
  const peak = x + watchHeap().peak(step) - gradients;
  layer.dispose();
  tf.dispose([values, mask]);
  return { size: inWords('C'), peak: peak / 1e6, needed: (x + 4 * batch * time * 6 * units) / 1e6 };
}
