/** The k-max semiring: the best k of all paths (Huang & Chiang 2005, by dynamic programming over value lists). */
import { count } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { impossible, withInfinity } from '../impossible.js';
import type { Semiring } from '../semiring.js';

/** Per entry at most k values, best first, on an axis of their own behind: the chain's sum is the scores [B,k] of the k best paths, −∞ where there are fewer. Throws an OptionError unless k is a whole number of at least 1. */
export function kMaxSemiring(k: number): Semiring<tf.Tensor> {
  count('kMaxSemiring', 'k', k);
  return {
    lift: (logPotential) => tf.expandDims(logPotential, -1),
    times(a, b) {
      if (a.shape.at(-1) === 1 || b.shape.at(-1) === 1) return tf.add(a, b);
      return best(flattenLast(tf.add(tf.expandDims(a, -1), tf.expandDims(b, -2))), k);
    },
    sum: (a) => best(flattenLast(a), k),
    expandDims: (a, axis) => tf.expandDims(a, axis),
    where(keep, a, b) {
      const size = Math.max(a.shape.at(-1)!, b.shape.at(-1)!);
      return tf.where(tf.expandDims(keep, -1), filled(a, size), filled(b, size));
    },
    lower: (a) => withInfinity(filled(a, k)),
  };
}

/** The largest values along the last axis, at most k, in falling order. tfjs' `topk` has no gradient of its own. */
function best(a: tf.Tensor, k: number): tf.Tensor {
  const size = a.shape.at(-1)!;
  return tf.customGrad((...args) => {
    const [x, save] = args as [tf.Tensor, tf.GradSaveFunc];
    const { values, indices } = tf.topk(x, Math.min(k, size));
    save([indices]);
    const gradFunc = (dy: tf.Tensor, [places]: tf.Tensor[]) => {
      const hot = tf.equal(tf.expandDims(places!, -1), tf.range(0, size, 1, 'int32')); // […,k,size]
      return tf.sum(tf.mul(tf.cast(hot, 'float32'), tf.expandDims(dy, -1)), -2);
    };
    return { value: values, gradFunc };
  })(a);
}

/** […,N,m] → […,N·m] */
function flattenLast(a: tf.Tensor): tf.Tensor {
  const [N, m] = a.shape.slice(-2) as [number, number];
  return tf.reshape(a, [...a.shape.slice(0, -2), N * m]);
}

/** `impossible` behind the values, so that there are `size`. */
export function filled(a: tf.Tensor, size: number): tf.Tensor {
  const missing = size - a.shape.at(-1)!;
  return missing === 0 ? a : tf.concat([a, tf.fill([...a.shape.slice(0, -1), missing], impossible)], -1);
}
