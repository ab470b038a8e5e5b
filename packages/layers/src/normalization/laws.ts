/** What the normalisations keep: one table for Node and for the browser. */
import { Rng } from '@seqloom/core';
import { verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { layerNorm, rmsNorm } from './normalize.js';

/** Fused = composed = finite differences; on backends without kernels the composed form keeps the law alone. */
export const normalizationLaws: readonly (readonly [name: string, check: () => Promise<void>])[] = [
  ['layer and root-mean-square normalisation', normalizations],
];

async function normalizations(): Promise<void> {
  const rng = new Rng(6);
  const draw = (...shape: number[]) => tf.tensor(normals(rng, shape), shape);
  for (const shape of [[5], [3, 4], [2, 3, 7]]) {
    const size = shape.at(-1)!;
    const [x, weight, bias] = [draw(...shape), draw(size), draw(size)];
    const given = { name: `[${shape}]`, attributes: { epsilon: 1e-2 } };
    await verifyOp(layerNorm, [{ ...given, inputs: { x, weight, bias } }]);
    await verifyOp(rmsNorm, [{ ...given, inputs: { x, weight } }]);
    tf.dispose([x, weight, bias]);
  }
}

function normals(rng: Rng, shape: readonly number[]): Float32Array {
  return Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => rng.normal());
}
