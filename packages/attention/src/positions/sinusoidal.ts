/** Positions as waves. */
import { count, OptionError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Sinusoidal positions: row p of [T,D] is sin(p/10000^(2i/D)) at 2i and cos of the same at 2i+1; add them to embeddings. `start` is the position of the first
 * row, for models that read step by step. Throws OptionError unless `size` is even. arXiv:1706.03762
 */
export function sinusoidal(length: number, size: number, start = 0): tf.Tensor2D {
  count('sinusoidal', 'length', length);
  count('sinusoidal', 'start', start, 0);
  if (count('sinusoidal', 'size', size, 2) % 2 !== 0)
    throw new OptionError('sinusoidal', `\`size\` must be even, got ${size}`);
  const values = new Float32Array(length * size);
  for (let p = 0; p < length; p++) {
    for (let i = 0; i < size; i += 2) {
      const angle = (start + p) / 10_000 ** (i / size);
      values[p * size + i] = Math.sin(angle);
      values[p * size + i + 1] = Math.cos(angle);
    }
  }
  return tf.tensor2d(values, [length, size]);
}
