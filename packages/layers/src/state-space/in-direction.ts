/** Scans that only run ahead, in both directions. */
import type { Sequence } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { reversedSteps, reverseTime } from '../recurrent/reverse-time.js';

/** What `run` gives, or, where `reverse`, what it gives from the last step to the first; outputs stay in their places. */
export function inDirection<S>(
  reverse: boolean,
  input: Sequence,
  run: (ahead: Sequence) => { output: tf.Tensor3D; state: S },
): { output: tf.Tensor3D; state: S } {
  if (!reverse) return run(input);
  const { output, state } = run(reverseTime(input));
  return { output: reversedSteps(output), state };
}
