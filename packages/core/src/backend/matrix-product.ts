/**
 * Our matrix product in the place of tfjs' own: on wasm its backward passes and batches are 10 to 40 times slower, and on cpu
 * it is a plain loop that also multiplies the wrong matrices when both operands broadcast ([2,1,…] with [1,3,…]).
 */
import { type MatrixProduct, matrixProduct } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError, show } from '../errors.js';
import { type FusedBackend, kernelsOf } from './fused.js';
import { type Output, type Workspace, withBuffers } from './workspace.js';

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

/** Replaces BatchMatMul on a backend; the original still serves what ours does not. */
export function replaceMatrixProduct(backendName: FusedBackend): void {
  const original = tf.getKernel(tf.BatchMatMul, backendName);
  if (!original || replaced.has(original.kernelFunc)) return;
  const kernelFunc: tf.KernelFunc = (call) => {
    const backend = call.backend as tf.KernelBackend;
    const kernels = kernelsOf(backend);
    const { a, b } = call.inputs as Record<'a' | 'b', tf.TensorInfo>;
    if (!kernels || a.dtype !== 'float32' || b.dtype !== 'float32') return original.kernelFunc(call);
    const product = describe(a, b, call.attrs as unknown as tf.BatchMatMulAttrs);
    return withBuffers(backend, kernels, (workspace) => [multiply(product, workspace)])[0]!;
  };
  replaced.add(kernelFunc);
  tf.unregisterKernel(tf.BatchMatMul, backendName);
  tf.registerKernel({ ...original, kernelFunc });
}

const replaced = new WeakSet<tf.KernelFunc>();

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

function multiply({ a, b, transposeA, transposeB, m, n, k, batchShape }: Product, workspace: Workspace): Output {
  const output = workspace.output([...batchShape, m, n]);
  const left = { pointer: workspace.input(a), transposed: transposeA };
  const right = { pointer: workspace.input(b), transposed: transposeB };
  const run = (product: Partial<MatrixProduct>) =>
    matrixProduct(workspace.kernels, { a: left, b: right, c: output, m, n, k, ...product });
  const [batch, batchA, batchB] = [batchShape, a.shape.slice(0, -2), b.shape.slice(0, -2)].map(tf.util.sizeFromShape);
  if (batchB === 1 && !transposeA) {
    run({ m: m * batch! }); // one tall product: all the rows of a, times the one b
  } else if ((batchA === 1 || batchA === batch) && (batchB === 1 || batchB === batch)) {
    run({ batch, a: { ...left, step: batchA === 1 ? 0 : m * k }, b: { ...right, step: batchB === 1 ? 0 : n * k } });
  } else {
    const indicesA = batchIndices(a.shape.slice(0, -2), batchShape);
    const indicesB = batchIndices(b.shape.slice(0, -2), batchShape);
    for (let i = 0; i < batch!; i++) {
      run({
        a: { ...left, pointer: left.pointer + 4 * m * k * indicesA[i]! },
        b: { ...right, pointer: right.pointer + 4 * n * k * indicesB[i]! },
        c: { pointer: output.pointer + 4 * m * n * i },
      });
    }
  }
  return output;
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
