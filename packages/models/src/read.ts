/** From a tensor to numbers. */
import * as tf from '@tensorflow/tfjs-core';

/** Computes a tensor inside a tidy, reads it as nested arrays and frees it. */
export async function read<A>(compute: () => tf.Tensor): Promise<A> {
  const tensor = tf.tidy(compute);
  try {
    return (await tensor.array()) as A;
  } finally {
    tensor.dispose();
  }
}
