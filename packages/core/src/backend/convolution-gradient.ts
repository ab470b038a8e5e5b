/** Conv2DBackpropFilter for wasm, where tfjs has none: conv1d and conv2d train with it. */
import { type MatrixProduct, matrixProduct } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { KernelError } from '../errors.js';
import { kernelsOf } from './fused.js';
import type { WasmBackend } from './wasm-backend.js';

type Multiply = (product: MatrixProduct) => void;

/** x [B,H,W,I], dy [B,H',W',O] → the gradient of the filter [h,w,I,O]. */
export const conv2DBackpropFilter: tf.KernelConfig = {
  kernelName: tf.Conv2DBackpropFilter,
  backendName: 'wasm',
  kernelFunc(call) {
    const backend = call.backend as WasmBackend;
    const { x, dy } = call.inputs as Record<'x' | 'dy', tf.TensorInfo>;
    const info = geometry(x, call.attrs as unknown as tf.Conv2DBackpropFilterAttrs);
    const output = backend.makeOutput(info.filterShape, 'float32');
    const heap = backend.typedArrayFromHeap(output).fill(0).buffer as ArrayBuffer;
    const kernels = kernelsOf(backend);
    const multiply: Multiply = (product) => (kernels ? matrixProduct(kernels, product) : addProduct(heap, product));
    const [from, errors, filter] = [x, dy, output].map(({ dataId }) => backend.dataIdMap.get(dataId).memoryOffset);
    addTaps(info, { x: from!, dy: errors!, filter: filter! }, multiply);
    return output;
  },
};

function geometry(x: tf.TensorInfo, attributes: tf.Conv2DBackpropFilterAttrs): tf.backend_util.Conv2DInfo {
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attributes;
  if (dataFormat !== 'NHWC') throw new KernelError(tf.Conv2DBackpropFilter, `data format ${dataFormat} on wasm`);
  const shape = x.shape as [number, number, number, number];
  return tf.backend_util.computeConv2DInfo(shape, filterShape, strides, 1, pad, dimRoundingMode);
}

/** Each tap of the filter gets, row by row of the output, the product of the inputs it saw with the output's gradients. */
function addTaps(
  info: tf.backend_util.Conv2DInfo,
  pointers: { x: number; dy: number; filter: number },
  multiply: Multiply,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } =
    info;
  for (let tap = 0; tap < filterHeight * filterWidth; tap++) {
    const across = (tap % filterWidth) - info.padInfo.left;
    const down = Math.floor(tap / filterWidth) - info.padInfo.top;
    const first = Math.max(0, Math.ceil(-across / info.strideWidth));
    const last = Math.min(outWidth - 1, Math.floor((inWidth - 1 - across) / info.strideWidth));
    const c = { pointer: pointers.filter + 4 * tap * inChannels * outChannels };
    for (let line = 0; line < batchSize * outHeight && last >= first; line++) {
      const row = (line % outHeight) * info.strideHeight + down;
      if (row < 0 || row >= inHeight) continue;
      const position = (Math.floor(line / outHeight) * inHeight + row) * inWidth + first * info.strideWidth + across;
      multiply({
        a: { pointer: pointers.x + 4 * position * inChannels, transposed: true, stride: info.strideWidth * inChannels },
        b: { pointer: pointers.dy + 4 * (line * outWidth + first) * outChannels },
        ...{ c, m: inChannels, n: outChannels, k: last - first + 1, accumulate: true },
      });
    }
  }
}

/** c += aᵀ·b in plain JavaScript, where there is no SIMD. */
function addProduct(heap: ArrayBuffer, { a, b, c, m, n, k }: MatrixProduct): void {
  const left = new Float32Array(heap, a.pointer);
  const right = new Float32Array(heap, b.pointer);
  const sums = new Float32Array(heap, c.pointer);
  for (let p = 0; p < k; p++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) sums[i * n + j]! += left[p * a.stride! + i]! * right[p * n + j]!;
    }
  }
}
