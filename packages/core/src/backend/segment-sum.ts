/** UnsortedSegmentSum, the gradient of `gather`, so of every embedding: tfjs has none for wasm, and on cpu one that looks at all rows for each segment. */
import { segmentSum } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { kernelsOf } from './fused.js';
import type { Replacement } from './replace-kernels.js';
import type { WasmBackend } from './wasm-backend.js';

/** Adds up the rows of each segment; rows whose id is negative or too large are dropped, as on tfjs' other backends. */
export const unsortedSegmentSum: tf.KernelConfig = {
  kernelName: tf.UnsortedSegmentSum,
  backendName: 'wasm',
  kernelFunc(call) {
    const backend = call.backend as WasmBackend;
    const { x, segmentIds } = call.inputs as Record<'x' | 'segmentIds', tf.TensorInfo>;
    const { numSegments } = call.attrs as unknown as tf.UnsortedSegmentSumAttrs;
    const output = backend.makeOutput([numSegments, ...x.shape.slice(segmentIds.shape.length)], x.dtype);
    const count = tf.util.sizeFromShape(segmentIds.shape);
    const width = tf.util.sizeFromShape(x.shape.slice(segmentIds.shape.length));
    const kernels = kernelsOf(backend);
    if (kernels && x.dtype === 'float32') {
      const [rows, ids, sums] = [x, segmentIds, output].map(({ dataId }) => backend.dataIdMap.get(dataId).memoryOffset);
      segmentSum(kernels, { rows: rows!, ids: ids!, sums: sums!, count, width, segments: numSegments });
    } else {
      const [rows, ids, sums] = [x, segmentIds, output].map((tensor) => backend.typedArrayFromHeap(tensor));
      addRows(rows!, ids!, sums!.fill(0), width);
    }
    return output;
  },
};

/** For cpu: each row is looked at once. */
export const segmentSumOnCpu: Replacement = {
  cpuFrom: 0,
  wasm: false,
  serve({ backend, inputs, attributes }) {
    const { x, segmentIds } = inputs as Record<'x' | 'segmentIds', tf.TensorInfo>;
    const { numSegments } = attributes as unknown as tf.UnsortedSegmentSumAttrs;
    const trailing = x.shape.slice(segmentIds.shape.length);
    const width = tf.util.sizeFromShape(trailing);
    const [rows, ids] = [x, segmentIds].map(({ dataId }) => backend.readSync(dataId) as Numbers) as [Numbers, Numbers];
    const sums = new (rows.constructor as new (length: number) => Numbers)(numSegments * width);
    addRows(rows, ids, sums, width);
    const shape = [numSegments, ...trailing];
    return { dataId: backend.write(sums, shape, x.dtype), shape, dtype: x.dtype };
  },
};

type Numbers = Float32Array | Int32Array | Uint8Array;

function addRows(rows: Numbers, ids: Numbers, sums: Numbers, width: number): void {
  for (const [i, id] of ids.entries()) {
    if (id < 0 || id * width >= sums.length) continue;
    for (let j = 0; j < width; j++) sums[id * width + j]! += rows[i * width + j]!;
  }
}
