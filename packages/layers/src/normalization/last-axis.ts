/** What everything over the last axis asks of its input. */
import { ShapeError, show } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';

/** Throws a ShapeError unless `x` is a tensor [...,size]. */
export function lastAxis(where: string, x: tf.Tensor, size: number): void {
  if (Array.isArray(x?.shape) && x.shape.length > 0 && x.shape.at(-1) === size) return;
  const got = Array.isArray(x?.shape) ? `[${x.shape}]` : `${show(x)}, which is no tensor`;
  throw new ShapeError(where, `\`x\` must have shape [...,${size}], got ${got}`);
}
