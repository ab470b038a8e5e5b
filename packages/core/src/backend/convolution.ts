/** Convolutions and both their gradients, one tap of the filter at a time: each is a matrix product over all places that see it. */
import { copyBlocks, floats, type Kernels, matrixProduct, scope } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { biasAndActivation } from './bias-and-activation.js';
import { filled } from './filled.js';
import type { Call, Replacement } from './replace-kernels.js';
import { isWasm } from './workspace.js';

/** On cpu tfjs has plain loops; on wasm it has them for the way back, and XNNPACK's forward pass is wrong for some paddings. */
export const convolutions: Readonly<Record<string, Replacement>> = {
  [tf.Conv2D]: { serve: forward, cpuFrom: 0 },
  [tf.FusedConv2D]: { serve: fusedForward, cpuFrom: 0 },
  [tf.Conv2DBackpropFilter]: { serve: filterGradient, cpuFrom: 0 },
  [tf.Conv2DBackpropInput]: { serve: inputGradient, cpuFrom: 0 },
};

type Inputs = Record<'x' | 'filter' | 'dy', tf.TensorInfo>;
type Geometry = tf.backend_util.Conv2DInfo;
type Quad = [number, number, number, number];

/** x [B,H,W,I], filter [h,w,I,O] → y [B,H',W',O]. */
function forward(call: Call): tf.TensorInfo | undefined {
  const { x, filter } = call.inputs as Inputs;
  const info = geometry(call, x.shape, filter.shape, [x, filter]);
  return (
    info &&
    filled(call, info.outShape, 'float32', [x, filter], (y, from, taps) =>
      convolve(call.kernels, info, from!, taps!, y),
    )
  );
}

/** activation(convolution + bias). */
function fusedForward(call: Call): tf.TensorInfo | undefined {
  const { x, filter } = call.inputs as Inputs;
  const info = geometry(call, x.shape, filter.shape, [x, filter]);
  const then = biasAndActivation(call);
  if (!info || !then || isForXNNPACK(call, info)) return undefined;
  return filled(call, info.outShape, 'float32', [x, filter, ...then.inputs], (y, from, taps, ...places) => {
    convolve(call.kernels, info, from!, taps!, y);
    then.finish(call.kernels, y, info.outShape, places);
  });
}

/** It is faster for a few channels, and right without strides and with the paddings that have names. */
function isForXNNPACK({ backend, attributes }: Call, { inChannels, strideHeight, strideWidth }: Geometry): boolean {
  return isWasm(backend) && inChannels < 8 && strideHeight * strideWidth === 1 && typeof attributes.pad === 'string';
}

function convolve(kernels: Kernels, info: Geometry, x: number, filter: number, y: number): void {
  floats(kernels.memory, y, tf.util.sizeFromShape(info.outShape)).fill(0);
  eachTap(info, ({ tap, lines, places, xStart, xStride, xStep, yStart, yStep }) =>
    matrixProduct(kernels, {
      a: { pointer: x + 4 * xStart, stride: xStride, step: xStep },
      b: { pointer: filter + 4 * tap, step: 0 },
      c: { pointer: y + 4 * yStart, step: yStep },
      ...{ m: places, n: info.outChannels, k: info.inChannels, batch: lines, accumulate: true },
    }),
  );
}

/** x, dy → the gradient of the filter: for each tap, the inputs that it saw times the output's gradients. */
function filterGradient(call: Call): tf.TensorInfo | undefined {
  const { x, dy } = call.inputs as Inputs;
  const { filterShape } = call.attributes as unknown as tf.Conv2DBackpropFilterAttrs;
  const info = geometry(call, x.shape, filterShape, [x, dy]);
  if (!info) return undefined;
  const { inChannels: m, outChannels: n } = info;
  const { kernels } = call;
  return filled(call, info.filterShape, 'float32', [x, dy], (filter, from, errors) => {
    floats(kernels.memory, filter, tf.util.sizeFromShape(info.filterShape)).fill(0);
    eachTap(info, ({ tap, lines, places, xStart, xStride, xStep, yStart, yStep }) =>
      scope(kernels.memory, (allocate) => {
        const k = lines * places;
        const seen = allocate(4 * k * m);
        const blocks = { blocks: lines, rows: places };
        const read = { from: from! + 4 * xStart, fromBlock: 4 * xStep, fromRow: 4 * xStride };
        copyBlocks(kernels, { ...blocks, ...read, to: seen, toBlock: 4 * places * m, toRow: 4 * m }, 4 * m);
        const given = allocate(4 * k * n);
        const errorsRead = { from: errors! + 4 * yStart, fromBlock: 4 * yStep, fromRow: 4 * n };
        copyBlocks(kernels, { ...blocks, ...errorsRead, to: given, toBlock: 4 * places * n, toRow: 4 * n }, 4 * n);
        const [a, b, c] = [{ pointer: seen, transposed: true }, { pointer: given }, { pointer: filter + 4 * tap }];
        matrixProduct(kernels, { a, b, c, m, n, k, accumulate: true });
      }),
    );
  });
}

/** dy, filter → the gradient of x: each tap sends the output's gradients back to where it read. */
function inputGradient(call: Call): tf.TensorInfo | undefined {
  const { dy, filter } = call.inputs as Inputs;
  const { inputShape } = call.attributes as unknown as tf.Conv2DBackpropInputAttrs;
  const info = geometry(call, inputShape, filter.shape, [dy, filter]);
  if (!info) return undefined;
  return filled(call, info.inShape, 'float32', [dy, filter], (x, errors, taps) => {
    floats(call.kernels.memory, x, tf.util.sizeFromShape(info.inShape)).fill(0);
    eachTap(info, ({ tap, lines, places, xStart, xStride, xStep, yStart, yStep }) =>
      matrixProduct(call.kernels, {
        a: { pointer: errors! + 4 * yStart, step: yStep },
        b: { pointer: taps! + 4 * tap, transposed: true, step: 0 },
        c: { pointer: x + 4 * xStart, stride: xStride, step: xStep },
        ...{ m: places, n: info.inChannels, k: info.outChannels, batch: lines, accumulate: true },
      }),
    );
  });
}

function geometry(
  call: Call,
  inShape: number[],
  filterShape: number[],
  inputs: readonly tf.TensorInfo[],
): Geometry | undefined {
  const { strides, pad, dataFormat, dilations, dimRoundingMode } = call.attributes as unknown as tf.Conv2DAttrs;
  if (dataFormat !== 'NHWC' || inputs.some(({ dtype }) => dtype !== 'float32')) return undefined;
  return tf.backend_util.computeConv2DInfo(
    inShape as Quad,
    filterShape as Quad,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
  );
}

/** One tap and places in lines that see it; all in floats: where it and the first place begin, and how far the others are. */
interface Tap {
  tap: number;
  lines: number;
  places: number;
  xStart: number;
  xStride: number;
  xStep: number;
  yStart: number;
  yStep: number;
}

/** Visits every tap of the filter, image by image, or once for the whole batch where images are single lines. */
function eachTap(info: Geometry, visit: (tap: Tap) => void): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } =
    info;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo } = info;
  const single = inHeight === 1 && outHeight === 1;
  const images = single ? 1 : batchSize;
  for (let tap = 0; tap < filterHeight * filterWidth; tap++) {
    const across = seen((tap % filterWidth) * dilationWidth - padInfo.left, strideWidth, inWidth, outWidth);
    const down = seen(Math.floor(tap / filterWidth) * dilationHeight - padInfo.top, strideHeight, inHeight, outHeight);
    if (across.count <= 0 || down.count <= 0) continue;
    for (let image = 0; image < images; image++) {
      visit({
        tap: tap * inChannels * outChannels,
        lines: single ? batchSize : down.count,
        places: across.count,
        xStart: ((image * inHeight + down.input) * inWidth + across.input) * inChannels,
        xStride: strideWidth * inChannels,
        xStep: (single ? 1 : strideHeight) * inWidth * inChannels,
        yStart: ((image * outHeight + down.output) * outWidth + across.output) * outChannels,
        yStep: outWidth * outChannels,
      });
    }
  }
}

/** Along one axis, the outputs whose tap at `shift` lies inside of the input: the first, what it reads, and how many they are. */
function seen(shift: number, stride: number, inputs: number, outputs: number) {
  const output = Math.max(0, Math.ceil(-shift / stride));
  const last = Math.min(outputs - 1, Math.floor((inputs - 1 - shift) / stride));
  return { output, input: output * stride + shift, count: last - output + 1 };
}
