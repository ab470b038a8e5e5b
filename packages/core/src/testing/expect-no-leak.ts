/** The law of memory: what a function makes, it frees. */
import * as tf from '@tensorflow/tfjs-core';
import { demand, law } from './law.js';

/**
 * Throws when `f` leaves tensors or data behind. Wrap what returns tensors in `tf.tidy(() => { … })`: then the law sees what was kept.
 * The first run does not count, since it may fill caches.
 */
export async function expectNoLeak(f: () => unknown, repeat = 3): Promise<void> {
  await law('nothing is left behind', async () => {
    await f();
    const before = tf.memory();
    for (let i = 0; i < repeat; i++) await f();
    const after = tf.memory();
    const tensors = after.numTensors - before.numTensors;
    const buffers = after.numDataBuffers - before.numDataBuffers;
    demand(
      tensors === 0 && buffers === 0,
      `${repeat} runs changed the number of tensors by ${tensors}, of data buffers by ${buffers}`,
    );
  });
}
