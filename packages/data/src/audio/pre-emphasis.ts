/** Pre-emphasis: lifts the high frequencies of speech, which are weak by nature. */
import { within } from '@seqloom/core/options';
import type { Samples } from './samples.js';

/** y[t] = x[t] − coefficient · x[t−1]; `previous` is the sample before the first, for blocks of one signal. */
export function preEmphasis(samples: Samples, coefficient = 0.97, previous = 0): Float64Array {
  within('preEmphasis', 'coefficient', coefficient, 0, 1);
  return Float64Array.from(samples, (value, t) => value - coefficient * (t > 0 ? samples[t - 1]! : previous));
}
