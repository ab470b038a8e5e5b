/** Kernels that tfjs' wasm backend lacks and training needs, as plain loops over its heap. */
import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend.js';

export function registerMissing(): void {
  for (const config of [unsortedSegmentSum]) {
    if (!tf.getKernel(config.kernelName, 'wasm')) tf.registerKernel(config);
  }
}

/** Adds up the rows of each segment, the gradient of `gather`: rows whose id is negative are dropped. */
const unsortedSegmentSum: tf.KernelConfig = {
  kernelName: tf.UnsortedSegmentSum,
  backendName: 'wasm',
  kernelFunc({ inputs, attrs, backend }) {
    const heap = backend as WasmBackend;
    const { x, segmentIds } = inputs as Record<'x' | 'segmentIds', tf.TensorInfo>;
    const { numSegments } = attrs as unknown as tf.UnsortedSegmentSumAttrs;
    const shape = [numSegments, ...x.shape.slice(segmentIds.shape.length)];
    const output = heap.makeOutput(shape, x.dtype);
    const sums = heap.typedArrayFromHeap(output).fill(0);
    const rows = heap.typedArrayFromHeap(x);
    const ids = heap.typedArrayFromHeap(segmentIds);
    const width = rows.length / ids.length;
    for (let row = 0; row < ids.length; row++) {
      const id = ids[row]!;
      if (id < 0 || id >= numSegments) continue;
      for (let i = 0; i < width; i++) sums[id * width + i]! += rows[row * width + i]!;
    }
    return output;
  },
};
