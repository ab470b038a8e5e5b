/** The engine's tape. */
import * as tf from '@tensorflow/tfjs-core';

/** Whether what is computed now will be differentiated. */
export function isTapeOn(): boolean {
  return (tf.engine() as unknown as { isTapeOn(): boolean }).isTapeOn();
}
