/** Memory of what is computed in between. */
import * as tf from '@tensorflow/tfjs-core';

/** `tf.tidy` for results of any structure, readonly ones and those of functions and numbers beside tensors too: the tensors of what `compute` returns live on. */
export function tidied<T>(compute: () => T): T {
  return tf.tidy(compute as unknown as () => tf.TensorContainer) as T;
}
