/** Conv2DBackpropFilter for wasm, where tfjs has none: plain loops, which run without SIMD too. */
import * as tf from '@tensorflow/tfjs-core';
import { KernelError } from '../errors.js';
import type { WasmBackend } from './wasm-backend.js';

/** x [B,H,W,I], dy [B,H',W',O] → the gradient of the filter [h,w,I,O]. */
export const conv2DBackpropFilter: tf.KernelConfig = {
  kernelName: tf.Conv2DBackpropFilter,
  backendName: 'wasm',
  kernelFunc(call) {
    const backend = call.backend as WasmBackend;
    const { x, dy } = call.inputs as Record<'x' | 'dy', tf.TensorInfo>;
    const { strides, pad, dataFormat, dimRoundingMode, filterShape } =
      call.attrs as unknown as tf.Conv2DBackpropFilterAttrs;
    if (dataFormat !== 'NHWC') throw new KernelError(tf.Conv2DBackpropFilter, `data format ${dataFormat} on wasm`);
    const shape = x.shape as [number, number, number, number];
    const info = tf.backend_util.computeConv2DInfo(shape, filterShape, strides, 1, pad, dimRoundingMode);
    const output = backend.makeOutput(info.filterShape, 'float32');
    const [from, errors, filter] = [x, dy, output].map((tensor) => backend.typedArrayFromHeap(tensor) as Float32Array);
    addTaps(info, from!, errors!, filter!.fill(0));
    return output;
  },
};

/** Each output adds, for every tap whose input exists, that input times its own gradient. */
function addTaps(info: tf.backend_util.Conv2DInfo, x: Float32Array, dy: Float32Array, filter: Float32Array): void {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = info;
  for (let place = 0; place < info.batchSize * outHeight * outWidth; place++) {
    const line = Math.floor(place / outWidth);
    const top = (line % outHeight) * info.strideHeight - info.padInfo.top;
    const left = (place % outWidth) * info.strideWidth - info.padInfo.left;
    for (let tap = 0; tap < filterHeight * filterWidth; tap++) {
      const [row, column] = [top + Math.floor(tap / filterWidth), left + (tap % filterWidth)];
      if (row < 0 || row >= inHeight || column < 0 || column >= inWidth) continue;
      const start = ((Math.floor(line / outHeight) * inHeight + row) * inWidth + column) * inChannels;
      for (let i = 0; i < inChannels; i++) {
        const target = (tap * inChannels + i) * outChannels;
        for (let o = 0; o < outChannels; o++) filter[target + o]! += x[start + i]! * dy[place * outChannels + o]!;
      }
    }
  }
}
