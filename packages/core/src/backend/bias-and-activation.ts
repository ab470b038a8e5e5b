/** What tfjs' fused kernels do after their product, in place: a bias that broadcasts, then an activation. */

import type { ElementFunction, Kernels } from '@seqloom/kernels';
import * as kernels from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { overRows } from './elementwise.js';
import type { Call } from './replace-kernels.js';

/** What is left to do, and the tensors that it reads, all float32. */
export interface BiasAndActivation {
  inputs: tf.TensorInfo[];
  /** Finishes the numbers of `shape` at `out`, given the addresses of `inputs`. */
  finish(own: Kernels, out: number, shape: number[], places: readonly number[]): void;
}

/** tfjs' activations by our functions; prelu has slopes of its own. */
const activations: Readonly<Record<string, [ElementFunction, p?: number, q?: number]>> = {
  relu: ['relu'],
  relu6: ['clip', 0, 6],
  elu: ['elu'],
  sigmoid: ['sigmoid'],
  leakyrelu: ['leakyRelu'],
};

/** Of a call of a fused kernel; undefined where tfjs' own has to serve it. */
export function biasAndActivation({ inputs, attributes }: Call): BiasAndActivation | undefined {
  const { bias, preluActivationWeights: slopes } = inputs as {
    bias?: tf.TensorInfo;
    preluActivationWeights?: tf.TensorInfo;
  };
  const { activation, leakyreluAlpha = 0 } = attributes as { activation: string; leakyreluAlpha?: number };
  const known = activation === 'linear' || activation in activations || (activation === 'prelu' && slopes);
  const used = [bias, activation === 'prelu' ? slopes : undefined].filter((input) => input != null);
  if (!known || used.some(({ dtype }) => dtype !== 'float32')) return undefined;
  return {
    inputs: used,
    finish(own, out, shape, places) {
      for (const [i, input] of used.entries()) {
        const op = input === bias ? 'add' : 'prelu';
        overRows(shape, input.shape, shape, { a: out, b: places[i]!, out, bytes: 4 }, (rows) =>
          kernels.binary(own, op, rows),
        );
      }
      const [op, p = leakyreluAlpha, q = 0] = activations[activation] ?? [];
      if (op) kernels.unary(own, op, out, out, tf.util.sizeFromShape(shape), p, q);
    },
  };
}
