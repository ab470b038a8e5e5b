/** Scans of logarithmic depth. */
import { count, ShapeError, UsageError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/** The part `later` applied after the part `earlier`, element by element of both; must be associative. */
export type Combine = (earlier: readonly tf.Tensor[], later: readonly tf.Tensor[]) => tf.Tensor[];

/**
 * Prefixes under an associative operation (Hillis and Steele 1986): elements, tensors whose `axis` (1 unless told) counts T steps → the same
 * shapes, where step t holds elements 0 … t combined. log₂ T rounds, each over all steps at once; differentiable if `combine` is.
 */
export function prefixScan(combine: Combine, elements: readonly tf.Tensor[], axis: number = 1): tf.Tensor[] {
  const time = commonTime(elements, axis);
  let prefixes = elements.map((element) => tf.clone(element));
  for (let reach = 1; reach < time; reach *= 2) {
    const part = (from: number, size: number) => prefixes.map((x) => slice(x, axis, from, size));
    const head = part(0, reach);
    const tail = combine(part(0, time - reach), part(reach, time - reach));
    if (tail.length !== head.length) {
      throw new UsageError('prefixScan', `\`combine\` must return ${head.length} tensors, got ${tail.length}`);
    }
    prefixes = head.map((x, i) => tf.concat([x, tail[i]!], axis));
  }
  return prefixes;
}

function commonTime(elements: readonly tf.Tensor[], axis: number): number {
  count('prefixScan', 'axis', axis, 0);
  const time = elements[0]?.shape[axis] ?? 0;
  for (const [i, { shape }] of elements.entries()) {
    if (shape[axis] === time && time > 0) continue;
    throw new ShapeError(
      'prefixScan',
      `\`elements[${i}]\` must have ${time} > 0 steps in axis ${axis}, got [${shape}]`,
    );
  }
  if (time > 0) return time;
  throw new ShapeError('prefixScan', '`elements` must hold at least one tensor with at least one step');
}

function slice(x: tf.Tensor, axis: number, from: number, size: number): tf.Tensor {
  const [begin, sizes] = [x.shape.map(() => 0), [...x.shape]];
  begin[axis] = from;
  sizes[axis] = size;
  return tf.slice(x, begin, sizes);
}
