/** What every sequence op takes from a cell. */
import { asMask } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { Linear } from '../linear.js';

/** The inputs x [B,T,D] and mask [B,T], the cell's projection of x, and its recurrent weights, or what stands in for them. */
export function scanInputs(
  cell: { readonly input: Linear; readonly recurrent: Linear },
  x: tf.Tensor3D,
  mask: tf.Tensor2D,
  recurrent: tf.Tensor2D = cell.recurrent.weight,
): Record<'x' | 'weight' | 'bias' | 'recurrent' | 'mask', tf.Tensor> {
  const { weight, bias } = cell.input;
  return { x, weight, bias: bias as tf.Tensor, recurrent, mask: asMask(mask) };
}
