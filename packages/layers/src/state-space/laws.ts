/** What the scans and the layers over them keep. */
import type { RecurrentLayer } from '@seqloom/core';
import { lengthMask, Rng } from '@seqloom/core';
import { verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { Recurrent } from '../recurrent/recurrent.js';
import { complexLinearScan, linearScan } from './linear-scan.js';
import { LRUCell } from './lru-cell.js';

const sizes = { inputSize: 3, hiddenSize: 4 };
const rng = () => new Rng(2);

/** By name, each over inputs of 3 features. */
export const stateSpaceLayers: Readonly<Record<string, () => RecurrentLayer<unknown>>> = {
  LRU: () => new Recurrent({ cell: new LRUCell({ ...sizes, rng: rng() }) }),
  'LRU of another size': () => new Recurrent({ cell: new LRUCell({ ...sizes, outputSize: 5, rng: rng() }) }),
};

const [B, T, U] = [3, 6, 5];

/** Ops under the layers: fused = composed = finite differences, both directions of time, over padding with holes and a row of nothing else. */
export const stateSpaceLaws: readonly (readonly [name: string, check: () => Promise<void>])[] = [
  ['linear scan', () => linear(linearScan, U)],
  ['complex linear scan', () => linear(complexLinearScan, 2 * U)],
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

function inputs(width: number) {
  const draw = new Rng(2);
  const values = (...shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => draw.normal() / 2),
      shape,
    );
  return {
    decay: values(B, T, width),
    constant: values(width),
    input: values(B, T, width),
    mask: maskWithHoles(),
    initial: values(B, width),
  };
}

/** A full row, one with holes at its beginning, middle and end, and one with nothing real. */
export function maskWithHoles(): tf.Tensor2D {
  return tf.tidy(() =>
    tf.concat([lengthMask([T]), tf.tensor2d([0, 1, 0, 1, 1, 0], [1, T], 'bool'), lengthMask([0], T)]),
  );
}
