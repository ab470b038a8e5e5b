/** Window functions: what a frame is multiplied by, so that its ends do not sound. */
import { count, oneOf } from '@seqloom/core/options';

export type WindowName = 'hann' | 'hamming' | 'blackman' | 'rectangular';

/** Coefficients of the cosines (Harris, Proc. IEEE 66, 1978). */
const cosines: Record<WindowName, readonly number[]> = {
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
  rectangular: [1],
};

export const windowNames: readonly WindowName[] = ['hann', 'hamming', 'blackman', 'rectangular'];

/** The window's values, [length]; periodic ones are for spectra (they sum to a constant when they overlap), symmetric ones for filters. */
export function windowFunction(
  name: WindowName,
  length: number,
  form: 'periodic' | 'symmetric' = 'periodic',
): Float64Array {
  oneOf('windowFunction', 'name', name, windowNames);
  count('windowFunction', 'length', length);
  oneOf('windowFunction', 'form', form, ['periodic', 'symmetric']);
  const period = form === 'periodic' ? length : length - 1;
  const at = (i: number) =>
    cosines[name].reduce((sum, a, k) => sum + (k % 2 ? -a : a) * Math.cos((2 * Math.PI * k * i) / period), 0);
  return Float64Array.from({ length }, (_, i) => (period === 0 ? 1 : at(i)));
}
