/** What the scans and the layers over them keep. */
import type { RecurrentLayer } from '@seqloom/core';
import { lengthMask, Rng } from '@seqloom/core';
import { verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { Recurrent } from '../recurrent/recurrent.js';
import { depthwiseScan } from './depthwise-scan.js';
import { diagonalScan } from './diagonal-scan.js';
import { complexLinearScan, linearScan } from './linear-scan.js';
import { LRUBlock } from './lru-block.js';
import { LRUCell } from './lru-cell.js';
import { MambaBlock } from './mamba-block.js';
import { S4DBlock } from './s4d-block.js';
import { selectiveScan } from './selective-scan.js';

const sizes = { inputSize: 3, hiddenSize: 4 };
const rng = () => new Rng(2);

/** By name, each over inputs of 3 features. */
export const stateSpaceLayers: Readonly<Record<string, () => RecurrentLayer<unknown>>> = {
  LRU: () => new Recurrent({ cell: new LRUCell({ ...sizes, rng: rng() }) }),
  'LRU of another size': () => new Recurrent({ cell: new LRUCell({ ...sizes, outputSize: 5, phase: 1, rng: rng() }) }),
  'S4D block': () => new S4DBlock({ size: 3, stateSize: 4, dropout: 0.2, rng: rng() }),
  'S4D block, otherwise': () =>
    new S4DBlock({ size: 3, stateSize: 2, frequencies: 'inverse', discretization: 'bilinear', rng: rng() }),
  'Mamba block': () => new MambaBlock({ size: 3, hiddenSize: 5, stateSize: 4, rng: rng() }),
  'LRU block': () => new LRUBlock({ size: 3, hiddenSize: 4, dropout: 0.2, rng: rng() }),
};

const [B, T, U] = [3, 6, 5];

/** Ops under the layers: fused = composed = finite differences, both directions of time, over padding with holes and a row of nothing else. */
export const stateSpaceLaws: readonly (readonly [name: string, check: () => Promise<void>])[] = [
  ['linear scan', () => linear(linearScan, U)],
  ['complex linear scan', () => linear(complexLinearScan, 2 * U)],
  ['selective scan', () => overSegments(selective)],
  ['diagonal scan', () => overSegments(diagonal)],
  ['depthwise scan', () => overSegments(depthwise)],
];

async function linear(op: typeof linearScan, width: number): Promise<void> {
  const given = inputs(width);
  const cases = [false, true].flatMap((reverse) => [
    { name: `reverse ${reverse}`, inputs: given, attributes: { reverse } },
    { name: `constant, reverse ${reverse}`, inputs: { ...given, decay: given.constant }, attributes: { reverse } },
  ]);
  await verifyOp(
    op,
    cases.map(({ inputs: { decay, input, mask, initial }, ...rest }) => ({
      ...rest,
      inputs: { decay, input, mask, initial },
    })),
  );
  tf.dispose(given);
}

/** Sequences that fit one segment of the kernels and some that end within their third. */
async function overSegments(check: (mask: tf.Tensor2D) => Promise<void>): Promise<void> {
  for (const times of [1, 6]) {
    const mask = tf.tidy(() => tf.tile(maskWithHoles(), [1, times]));
    await check(mask);
    mask.dispose();
  }
}

async function selective(mask: tf.Tensor2D): Promise<void> {
  const [time, modes] = [mask.shape[1], 3];
  const draw = normals();
  const inputs = {
    x: draw(B, time, U),
    steps: tf.tidy(() => tf.abs(draw(B, time, U))),
    rates: tf.tidy(() => tf.neg(tf.abs(draw(modes, U)))),
    input: draw(B, time, modes),
    output: draw(B, time, modes),
    mask,
    initial: draw(B, modes, U),
  };
  await verifyOp(selectiveScan, [{ name: `${time} steps`, inputs, attributes: {} }]);
  const { mask: _, ...own } = inputs;
  tf.dispose(own);
}

async function diagonal(mask: tf.Tensor2D): Promise<void> {
  const [time, modes] = [mask.shape[1], 3];
  const draw = normals();
  const own = {
    x: draw(B, time, U),
    rates: tf.tidy(() => tf.mul(tf.tanh(draw(2, modes, U)), 0.7)), // within the unit circle
    output: draw(2, modes, U),
    initial: draw(B, 2, modes, U),
  };
  await verifyOp(diagonalScan, [{ name: `${time} steps`, inputs: { ...own, mask }, attributes: {} }]);
  tf.dispose(own);
}

async function depthwise(mask: tf.Tensor2D): Promise<void> {
  const draw = normals();
  for (const width of [2, 4]) {
    const own = {
      x: draw(B, mask.shape[1], U),
      weight: draw(width, U),
      bias: draw(U),
      history: draw(B, width - 1, U),
    };
    await verifyOp(depthwiseScan, [{ name: `window ${width}`, inputs: { ...own, mask }, attributes: {} }]);
    tf.dispose(own);
  }
}

function inputs(width: number) {
  const draw = normals();
  return {
    decay: draw(B, T, width),
    constant: draw(width),
    input: draw(B, T, width),
    mask: maskWithHoles(),
    initial: draw(B, width),
  };
}

/** Draws tensors of any shape, of deviation ½. */
function normals(): (...shape: number[]) => tf.Tensor {
  const draw = rng();
  return (...shape) =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => draw.normal() / 2),
      shape,
    );
}

/** A full row, one with holes at its beginning, middle and end, and one with nothing real. */
export function maskWithHoles(): tf.Tensor2D {
  return tf.tidy(() =>
    tf.concat([lengthMask([T]), tf.tensor2d([0, 1, 0, 1, 1, 0], [1, T], 'bool'), lengthMask([0], T)]),
  );
}
