/** Log-mel features: how strong each mel band is in each frame, on a logarithmic scale. */
import { count, knownOptions, oneOf, within } from '@seqloom/core/options';
import type { FramePadding } from './frame-stream.js';
import { type MelNormalization, type MelScale, melFilters } from './mel-filters.js';
import { preEmphasis } from './pre-emphasis.js';
import type { Samples } from './samples.js';
import { type SeeSpectrum, SpectrumStream } from './stft.js';
import type { WindowName } from './window-functions.js';

export interface LogMelOptions {
  /** Hz */
  sampleRate: number;
  /** Samples under the window; 25 ms unless told. */
  frameLength?: number;
  /** Samples from one frame to the next; 10 ms unless told. */
  hopLength?: number;
  /** Samples that are transformed; the next power of two from `frameLength` unless told. */
  fftSize?: number;
  /** 40 unless told. */
  melBands?: number;
  /** Hz; 0 unless told. */
  lowestFrequency?: number;
  /** Hz; half of `sampleRate` unless told. */
  highestFrequency?: number;
  /** Where libraries differ; librosa's ways unless told. */
  style?: Partial<MelStyle>;
}

/** What libraries do each in their own way. */
export interface MelStyle {
  readonly window: WindowName;
  readonly padding: FramePadding;
  /** 2: bands of power; 1: of magnitude. */
  readonly power: 1 | 2;
  readonly scale: MelScale;
  readonly normalization: MelNormalization;
  /** The least that a band is taken for, before the natural logarithm. */
  readonly floor: number;
  /** The coefficient of `preEmphasis`; 0 for none. */
  readonly preEmphasis: number;
}

const librosa: MelStyle = {
  window: 'hann',
  padding: 'zeros',
  power: 2,
  scale: 'slaney',
  normalization: 'slaney',
  floor: 1e-10,
  preEmphasis: 0,
};

/** The defaults of librosa (this library's too), of torchaudio, and of HTK-like speech front-ends. */
export const melStyles: Readonly<Record<'librosa' | 'torchaudio' | 'htk', MelStyle>> = {
  librosa,
  torchaudio: { ...librosa, padding: 'reflect', scale: 'htk', normalization: 'none' },
  htk: {
    ...librosa,
    window: 'hamming',
    padding: 'none',
    power: 1,
    scale: 'htk',
    normalization: 'none',
    preEmphasis: 0.97,
  },
};

const optionNames = [
  'sampleRate',
  'frameLength',
  'hopLength',
  'fftSize',
  'melBands',
  'lowestFrequency',
  'highestFrequency',
  'style',
];

/** Samples → [T,M], natural logarithms: `LogMelStream` over the whole signal; an empty one has no frames. */
export function logMel(samples: Samples, options: LogMelOptions): number[][] {
  const stream = new LogMelStream(options, 'logMel');
  return [...stream.push(samples), ...stream.end()];
}

/** Log-mel features of sound as it comes: in whatever blocks, the frames are the same. Throws OptionError. */
export class LogMelStream {
  /** M */
  readonly melBands: number;
  readonly #spectra: SpectrumStream;
  readonly #bands: (re: Float64Array, im: Float64Array) => number[];
  readonly #preEmphasis: number;
  #last = 0;

  constructor(options: LogMelOptions, where = 'LogMelStream') {
    knownOptions(where, options, optionNames);
    knownOptions(where, options.style ?? {}, Object.keys(librosa));
    const style = { ...librosa, ...options.style };
    const { sampleRate, melBands = 40, lowestFrequency, highestFrequency } = options;
    within(where, 'sampleRate', sampleRate, Number.MIN_VALUE);
    const frameLength = count(where, 'frameLength', options.frameLength ?? Math.round(sampleRate * 0.025));
    const hopLength = count(where, 'hopLength', options.hopLength ?? Math.round(sampleRate * 0.01));
    const fftSize = options.fftSize ?? 2 ** Math.ceil(Math.log2(Math.max(2, frameLength)));
    const { window, padding, scale, normalization } = style;
    this.melBands = melBands;
    this.#spectra = new SpectrumStream(where, { frameLength, hopLength, fftSize, window, padding });
    const filters = melFilters({
      sampleRate,
      fftSize,
      melBands,
      lowestFrequency,
      highestFrequency,
      scale,
      normalization,
    });
    this.#bands = bandReader(where, filters, style);
    this.#preEmphasis = within(where, 'preEmphasis', style.preEmphasis, 0, 1);
  }

  /** The frames [t,M] that are complete with `samples`. Throws DataError on one that is not finite, UsageError after the end. */
  push(samples: Samples): number[][] {
    const emphasized = this.#preEmphasis ? preEmphasis(samples, this.#preEmphasis, this.#last) : samples;
    const rows: number[][] = [];
    this.#spectra.push(emphasized, this.#into(rows));
    this.#last = samples.at(-1) ?? this.#last;
    return rows;
  }

  /** The frames [t,M] that reach over the end of the sound. */
  end(): number[][] {
    const rows: number[][] = [];
    this.#spectra.end(this.#into(rows));
    return rows;
  }

  #into(rows: number[][]): SeeSpectrum {
    return (re, im) => rows.push(this.#bands(re, im));
  }
}

/** A spectrum's logarithmic bands; of each filter only what is not zero is walked through. */
function bandReader(
  where: string,
  filters: number[][],
  { power, floor }: MelStyle,
): (re: Float64Array, im: Float64Array) => number[] {
  oneOf(where, 'power', `${power}`, ['1', '2']);
  within(where, 'floor', floor, Number.MIN_VALUE);
  const bands = filters.map((weights) => {
    const from = Math.max(
      0,
      weights.findIndex((w) => w > 0),
    );
    return { from, weights: Float64Array.from(weights.slice(from, weights.findLastIndex((w) => w > 0) + 1)) };
  });
  const strength = new Float64Array(filters[0]!.length);
  return (re, im) => {
    for (let k = 0; k < strength.length; k++) {
      const square = re[k]! * re[k]! + im[k]! * im[k]!;
      strength[k] = power === 2 ? square : Math.sqrt(square);
    }
    const row = new Array<number>(bands.length);
    for (let m = 0; m < bands.length; m++) {
      const { from, weights } = bands[m]!;
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * strength[from + i]!;
      row[m] = Math.log(Math.max(sum, floor));
    }
    return row;
  };
}
