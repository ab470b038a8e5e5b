/** What every sequence op takes from a cell. */
import { asMask } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { Linear } from '../linear.js';

/** The inputs x [B,T,D] and mask [B,T], the cell's projection of x, and its recurrent weights. */
export function scanInputs(
  { input, recurrent }: { readonly input: Linear; readonly recurrent: Linear },
  x: tf.Tensor3D,
  mask: tf.Tensor2D,
): Record<'x' | 'weight' | 'bias' | 'recurrent' | 'mask', tf.Tensor> {
  return { x, weight: input.weight, bias: input.bias as tf.Tensor, recurrent: recurrent.weight, mask: asMask(mask) };
}
