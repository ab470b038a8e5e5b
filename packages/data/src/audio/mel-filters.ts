/** Mel filters: triangles over frequencies that lie as the ear hears them, narrow below and wide above. */
import { OptionError } from '@seqloom/core/errors';
import { count, knownOptions, oneOf, within } from '@seqloom/core/options';

/** `htk`: 2595·log10(1 + f/700). `slaney`: linear up to 1 kHz and logarithmic above (Auditory Toolbox, 1998; librosa's default). */
export type MelScale = 'slaney' | 'htk';

/** `slaney`: every triangle has the same area. `none`: every triangle is 1 high. */
export type MelNormalization = 'slaney' | 'none';

export interface MelFiltersOptions {
  /** Hz */
  sampleRate: number;
  fftSize: number;
  melBands: number;
  /** Hz; 0 unless told. */
  lowestFrequency?: number;
  /** Hz; half of `sampleRate`, which is the most, unless told. */
  highestFrequency?: number;
  /** slaney unless told. */
  scale?: MelScale;
  /** slaney unless told. */
  normalization?: MelNormalization;
}

/** [M,F]: what each of the fftSize/2 + 1 frequencies adds to each band. */
export function melFilters(options: MelFiltersOptions): number[][] {
  const where = 'melFilters';
  knownOptions(where, options, [
    'sampleRate',
    'fftSize',
    'melBands',
    'lowestFrequency',
    'highestFrequency',
    'scale',
    'normalization',
  ]);
  const { sampleRate, fftSize, scale = 'slaney', normalization = 'slaney' } = options;
  count(where, 'fftSize', fftSize, 2);
  oneOf(where, 'normalization', normalization, ['slaney', 'none']);
  const edges = bandEdges(where, options, scale);
  const frequencies = Array.from({ length: Math.floor(fftSize / 2) + 1 }, (_, k) => (k * sampleRate) / fftSize);
  return Array.from({ length: options.melBands }, (_, band) => {
    const [low, middle, high] = [edges[band]!, edges[band + 1]!, edges[band + 2]!];
    const height = normalization === 'slaney' ? 2 / (high - low) : 1;
    return frequencies.map(
      (f) => height * Math.max(0, Math.min((f - low) / (middle - low), (high - f) / (high - middle))),
    );
  });
}

/** The M + 2 frequencies between which the triangles stand. */
function bandEdges(where: string, options: MelFiltersOptions, scale: MelScale): number[] {
  const nyquist = within(where, 'sampleRate', options.sampleRate, Number.MIN_VALUE) / 2;
  const bands = count(where, 'melBands', options.melBands);
  const lowest = within(where, 'lowestFrequency', options.lowestFrequency ?? 0, 0, nyquist);
  const highest = within(where, 'highestFrequency', options.highestFrequency ?? nyquist, 0, nyquist);
  if (lowest >= highest) {
    throw new OptionError(where, `\`lowestFrequency\` (${lowest}) must be below \`highestFrequency\` (${highest})`);
  }
  const { toMel, toHertz } = scales[oneOf(where, 'scale', scale, ['slaney', 'htk'])];
  const [from, to] = [toMel(lowest), toMel(highest)];
  return Array.from({ length: bands + 2 }, (_, i) => toHertz(from + (i * (to - from)) / (bands + 1)));
}

const perMel = 200 / 3; // Hz, below 1 kHz
const knee = 1000 / perMel; // mel
const growth = Math.log(6.4) / 27;

const scales: Record<MelScale, { toMel(hertz: number): number; toHertz(mel: number): number }> = {
  htk: {
    toMel: (hertz) => 2595 * Math.log10(1 + hertz / 700),
    toHertz: (mel) => 700 * (10 ** (mel / 2595) - 1),
  },
  slaney: {
    toMel: (hertz) => (hertz < 1000 ? hertz / perMel : knee + Math.log(hertz / 1000) / growth),
    toHertz: (mel) => (mel < knee ? mel * perMel : 1000 * Math.exp(growth * (mel - knee))),
  },
};
