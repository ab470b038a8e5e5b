/** `gather` with batch dimensions for wasm, where tfjs' own kernel takes the indices of the wrong batch. */
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.js';
import type { WasmBackend } from './wasm-backend.js';

/** Lets the original gather without batch dimensions, and copies slice by slice with them. */
export function repairGather(original: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const { x, indices } = call.inputs as Record<'x' | 'indices', tf.Tensor>;
    const { axis, batchDims } = call.attrs as unknown as tf.GatherV2Attrs;
    if (batchDims === 0) return original(call);
    const at = tf.util.parseAxisParam(axis, x.shape)[0]!;
    return gatherSlices(call.backend as WasmBackend, x, indices, at, batchDims);
  };
}

function gatherSlices(
  backend: WasmBackend,
  x: tf.Tensor,
  indices: tf.Tensor,
  axis: number,
  batchDims: number,
): tf.TensorInfo {
  const info = tf.backend_util.segment_util.collectGatherOpShapeInfo(x, indices, axis, batchDims);
  const output = backend.makeOutput(info.outputShape, x.dtype);
  const [from, ids, to] = [x, indices, output].map((tensor) => backend.typedArrayFromHeap(tensor));
  const count = ids!.length / info.batchSize;
  for (let slice = 0, position = 0; slice < info.batchSize * info.outerSize; slice++) {
    const batch = Math.floor(slice / info.outerSize);
    for (const id of ids!.subarray(batch * count, (batch + 1) * count)) {
      if (id < 0 || id >= info.dimSize)
        throw new UsageError('gather', `index ${id} is not in [0, ${info.dimSize - 1}]`);
      const start = (slice * info.dimSize + id) * info.sliceSize;
      to!.set(from!.subarray(start, start + info.sliceSize), position);
      position += info.sliceSize;
    }
  }
  return output;
}
