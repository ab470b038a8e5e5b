/**
 * Our matrix product in the place of tfjs' own: on wasm its backward passes and batches are 10 to 40 times slower, and on cpu
 * it is a plain loop that also multiplies the wrong matrices when both operands broadcast ([2,1,…] with [1,3,…]).
 */

import type { MatrixProduct } from '@seqloom/kernels';
import * as kernels from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError, show } from '../errors.js';
import { biasAndActivation } from './bias-and-activation.js';
import { filled } from './filled.js';
import type { Call, Replacement } from './replace-kernels.js';

/** Both, of any size, also on cpu. */
export const matrixProducts: Readonly<Record<string, Replacement>> = {
  [tf.BatchMatMul]: { serve: (call) => product(call), cpuFrom: 0 },
  [tf._FusedMatMul]: { serve: (call) => fusedProduct(call), cpuFrom: 0 },
};

/** What one call multiplies: c [batch…,m,n] = a · b, where a and b may have fewer batches. */
interface Product {
  a: tf.TensorInfo;
  b: tf.TensorInfo;
  transposeA: boolean;
  transposeB: boolean;
  m: number;
  n: number;
  k: number;
  batchShape: number[];
}

function product(call: Call): tf.TensorInfo | undefined {
  const { a, b } = call.inputs as Record<'a' | 'b', tf.TensorInfo>;
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
  const described = describe(a, b, call.attributes as unknown as tf.BatchMatMulAttrs);
  return filled(call, shapeOf(described), 'float32', [a, b], (c, left, right) =>
    multiply(call, described, { a: left!, b: right!, c }),
  );
}

/** activation(a · b + bias). */
function fusedProduct(call: Call): tf.TensorInfo | undefined {
  const { a, b } = call.inputs as Record<'a' | 'b', tf.TensorInfo>;
  const then = biasAndActivation(call);
  if (!then || a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
  const described = describe(a, b, call.attributes as unknown as tf.BatchMatMulAttrs);
  const shape = shapeOf(described);
  return filled(call, shape, 'float32', [a, b, ...then.inputs], (c, left, right, ...places) => {
    multiply(call, described, { a: left!, b: right!, c });
    then.finish(call.kernels, c, shape, places);
  });
}

function describe(a: tf.TensorInfo, b: tf.TensorInfo, attributes: tf.BatchMatMulAttrs): Product {
  const { transposeA, transposeB } = attributes;
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [innerB, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  if (k !== innerB) {
    throw new ShapeError('matMul', `inner dimensions differ: ${show(a.shape)} and ${show(b.shape)}`, {
      hint: `with transposeA=${transposeA} and transposeB=${transposeB} they are ${k} and ${innerB}`,
    });
  }
  const batchShape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return { a, b, transposeA, transposeB, m, n, k, batchShape };
}

const shapeOf = ({ batchShape, m, n }: Product): number[] => [...batchShape, m, n];

function multiply(
  call: Call,
  { a, b, transposeA, transposeB, m, n, k, batchShape }: Product,
  places: Record<'a' | 'b' | 'c', number>,
): void {
  const left = { pointer: places.a, transposed: transposeA };
  const right = { pointer: places.b, transposed: transposeB };
  const run = (product: Partial<MatrixProduct>) =>
    kernels.matrixProduct(call.kernels, {
      a: left,
      b: right,
      c: { pointer: places.c },
      m,
      n,
      k,
      ...product,
    });
  const [batch, batchA, batchB] = [batchShape, a.shape.slice(0, -2), b.shape.slice(0, -2)].map(tf.util.sizeFromShape);
  if (batchB === 1 && !transposeA) {
    run({ m: m * batch! }); // one tall product: all the rows of a, times the one b
  } else if ((batchA === 1 || batchA === batch) && (batchB === 1 || batchB === batch)) {
    run({
      batch: batch!,
      a: { ...left, step: batchA === 1 ? 0 : m * k },
      b: { ...right, step: batchB === 1 ? 0 : n * k },
    });
  } else {
    const indicesA = batchIndices(a.shape.slice(0, -2), batchShape);
    const indicesB = batchIndices(b.shape.slice(0, -2), batchShape);
    for (let i = 0; i < batch!; i++) {
      run({
        a: { ...left, pointer: left.pointer + 4 * m * k * indicesA[i]! },
        b: { ...right, pointer: right.pointer + 4 * n * k * indicesB[i]! },
        c: { pointer: places.c + 4 * m * n * i },
      });
    }
  }
}

/** For each position of the broadcast batch, which matrix of an operand of batch shape `shape` belongs there. */
function batchIndices(shape: number[], batchShape: number[]): number[] {
  const padded = [...batchShape.slice(shape.length).map(() => 1), ...shape];
  return batchShape.reduce<number[]>(
    (indices, length, axis) =>
      indices.flatMap((index) =>
        Array.from({ length }, (_, i) => index * padded[axis]! + (padded[axis] === 1 ? 0 : i)),
      ),
    [0],
  );
}
