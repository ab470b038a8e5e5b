/** Short-time Fourier transform and its inverse. */
import { DataError, OptionError } from '@seqloom/core/errors';
import { count, knownOptions, oneOf } from '@seqloom/core/options';
import { realFourier } from './fourier.js';
import { type FramePadding, FrameStream, framePaddings } from './frame-stream.js';
import type { Samples } from './samples.js';
import { type WindowName, windowFunction, windowNames } from './window-functions.js';

export interface StftOptions {
  /** Samples under the window. */
  frameLength: number;
  /** Samples from one frame to the next; a quarter of `frameLength` unless told. */
  hopLength?: number;
  /** Samples that are transformed, with the window in their middle: any number from `frameLength`, which it is unless told. Powers of two are fastest. */
  fftSize?: number;
  /** Periodic; hann unless told. */
  window?: WindowName;
  /** zeros unless told. */
  padding?: FramePadding;
}

/** T frames of fftSize/2 + 1 frequencies each. */
export interface ComplexFrames {
  /** [T,F] */
  readonly real: number[][];
  /** [T,F] */
  readonly imaginary: number[][];
}

/** Samples → spectra of frames that overlap, not scaled: as librosa's and torch's. Throws OptionError, and DataError on a sample that is not finite. */
export function stft(samples: Samples, options: StftOptions): ComplexFrames {
  const frames: ComplexFrames = { real: [], imaginary: [] };
  const stream = new SpectrumStream('stft', options);
  const see: SeeSpectrum = (re, im) => {
    frames.real.push(Array.from(re));
    frames.imaginary.push(Array.from(im));
  };
  stream.push(samples, see);
  stream.end(see);
  return frames;
}

/** The `length` samples whose `stft` with these options comes nearest to `frames`: overlapped, added, divided by the windows' squares (Griffin and Lim, 1984). */
export function inverseStft(frames: ComplexFrames, length: number, options: StftOptions): Float32Array {
  const { fftSize, hopLength, window, padding } = stftSettings('inverseStft', options);
  count('inverseStft', 'length', length, 0);
  checkFrames(frames, Math.floor(fftSize / 2) + 1);
  const fourier = realFourier(fftSize);
  const before = padding === 'none' ? 0 : Math.floor(fftSize / 2);
  const sum = new Float64Array(length);
  const weight = new Float64Array(length);
  for (const [t, re] of frames.real.entries()) {
    const frame = fourier.inverse(Float64Array.from(re), Float64Array.from(frames.imaginary[t]!));
    const start = t * hopLength - before;
    for (let i = Math.max(0, -start); i < Math.min(fftSize, length - start); i++) {
      sum[start + i]! += frame[i]! * window[i]!;
      weight[start + i]! += window[i]! ** 2;
    }
  }
  return Float32Array.from(sum, (value, i) => (weight[i]! > 1e-12 ? value / weight[i]! : 0));
}

function checkFrames({ real, imaginary }: ComplexFrames, bins: number): void {
  const bad = real.findIndex((row, t) => row.length !== bins || imaginary[t]?.length !== bins);
  if (bad < 0 && real.length === imaginary.length) return;
  throw new DataError('inverseStft', `every frame must have ${bins} frequencies, real and imaginary`, {
    hint: `frame ${bad < 0 ? real.length : bad} does not: use the options of its stft`,
  });
}

/** Is shown a view of every spectrum, which holds only during the call. */
export type SeeSpectrum = (re: Float64Array, im: Float64Array) => void;

/** `stft`, frame by frame as samples come. */
export class SpectrumStream {
  readonly #frames: FrameStream;
  readonly #see: (see: SeeSpectrum) => (frame: Float64Array) => void;

  constructor(where: string, options: StftOptions) {
    const { fftSize, hopLength, window, padding } = stftSettings(where, options);
    this.#frames = new FrameStream(where, fftSize, hopLength, padding);
    const fourier = realFourier(fftSize);
    const windowed = new Float64Array(fftSize);
    this.#see = (see) => (frame) => {
      for (let i = 0; i < fftSize; i++) windowed[i] = frame[i]! * window[i]!;
      const [re, im] = fourier.forward(windowed);
      see(re, im);
    };
  }

  push(samples: Samples, see: SeeSpectrum): void {
    this.#frames.push(samples, this.#see(see));
  }

  end(see: SeeSpectrum): void {
    this.#frames.end(this.#see(see));
  }
}

function stftSettings(where: string, options: StftOptions) {
  knownOptions(where, options, ['frameLength', 'hopLength', 'fftSize', 'window', 'padding']);
  const frameLength = count(where, 'frameLength', options.frameLength);
  const hopLength = count(where, 'hopLength', options.hopLength ?? Math.max(1, Math.floor(frameLength / 4)));
  const fftSize = count(where, 'fftSize', options.fftSize ?? frameLength);
  if (fftSize < frameLength) {
    throw new OptionError(where, `\`fftSize\` must be at least \`frameLength\` (${frameLength}), got ${fftSize}`);
  }
  const window = new Float64Array(fftSize);
  const name = oneOf(where, 'window', options.window ?? 'hann', windowNames);
  window.set(windowFunction(name, frameLength), Math.floor((fftSize - frameLength) / 2));
  return { fftSize, hopLength, window, padding: oneOf(where, 'padding', options.padding ?? 'zeros', framePaddings) };
}
