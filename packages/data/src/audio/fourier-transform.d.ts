/** What we use of fourier-transform 2.5, which ships no types: transforms of sizes 2, 4, 8, … */
declare module 'fourier-transform' {
  /** Spectrum of a real frame, as [re, im] of N/2+1 bins each: views that the next call with this size overwrites. */
  export function fft(input: ArrayLike<number>): [re: Float64Array, im: Float64Array];
  /** The frame of a spectrum: a view that the next call with this size overwrites. */
  export function ifft(re: Float64Array, im: Float64Array): Float64Array;
  /** In place. */
  export function cfft(re: Float64Array, im: Float64Array): void;
  /** In place, divided by N. */
  export function cifft(re: Float64Array, im: Float64Array): void;
}
