/** What Transformers keep: one table for Node and for the browser. */
import { Rng } from '@seqloom/core';
import { verifyOp } from '@seqloom/core/testing';
import type { ActivationName } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { activation, gated } from './activations.js';

const names: readonly ActivationName[] = ['relu', 'gelu', 'geluTanh', 'silu', 'sigmoid', 'identity'];

/** Every law, by what it is about. */
export const transformerLaws: readonly (readonly [name: string, check: () => Promise<void>])[] = [
  ['activations and gates', activations],
];

async function activations(): Promise<void> {
  const rng = new Rng(4);
  const x = tf.tensor(
    Float32Array.from({ length: 42 }, () => rng.normal()),
    [3, 14],
  );
  const cases = names.map((f) => ({
    name: f,
    inputs: { x },
    attributes: { f },
    gradientCheck: f === 'relu' ? (false as const) : {},
  })); // relu has a kink
  await verifyOp(activation, cases);
  await verifyOp(gated, cases);
  x.dispose();
}
