/** Samples of one channel, at best from -1 to 1. */
import { DataError, show } from '@seqloom/core/errors';

export type Samples = Float32Array | Float64Array | readonly number[];

/** Throws DataError at the first sample that is not finite, `before` of which came earlier. */
export function checkSamples(where: string, samples: Samples, before = 0): void {
  for (let i = 0; i < samples.length; i++) {
    if (Number.isFinite(samples[i])) continue;
    throw new DataError(where, `sample ${before + i} is ${show(samples[i])}`, {
      hint: 'samples must be finite numbers: look at where the recording comes from',
    });
  }
}
