/** Mel-frequency cepstral coefficients: the shape of the spectrum in a few numbers that hang together little (Davis and Mermelstein, 1980). */
import { OptionError, ShapeError } from '@seqloom/core/errors';
import { count, knownOptions, within } from '@seqloom/core/options';
import type { Rows } from '../series/rows.js';

export interface MfccOptions {
  /** The first C of the M coefficients; 13 unless told. */
  coefficients?: number;
  /** HTK's L, which lifts the higher coefficients by 1 + L/2·sin(πn/L); 0, which lifts none, unless told. */
  lifter?: number;
}

/** Log-mel rows [T,M] → [T,C] by the orthonormal DCT-II. As librosa's of decibels, where these are 10/ln 10 times as large. */
export function mfcc(logMel: Rows, options: MfccOptions = {}): number[][] {
  const where = 'mfcc';
  knownOptions(where, options, ['coefficients', 'lifter']);
  const coefficients = count(where, 'coefficients', options.coefficients ?? 13);
  const lifter = within(where, 'lifter', options.lifter ?? 0, 0);
  const bands = logMel[0]?.length ?? coefficients;
  if (coefficients > bands) {
    throw new OptionError(
      where,
      `\`coefficients\` must be at most the number of mel bands, ${bands}, got ${coefficients}`,
    );
  }
  const basis = Array.from({ length: coefficients }, (_, n) => {
    const lift = lifter === 0 ? 1 : 1 + (lifter / 2) * Math.sin((Math.PI * n) / lifter);
    const scale = lift * Math.sqrt((n === 0 ? 1 : 2) / bands);
    return Float64Array.from({ length: bands }, (_, m) => scale * Math.cos((Math.PI * n * (m + 0.5)) / bands));
  });
  return logMel.map((row, t) => {
    if (row.length !== bands) throw new ShapeError(where, `row ${t} has ${row.length} bands, row 0 has ${bands}`);
    return basis.map((cosine) => row.reduce((sum, value, m) => sum + value * cosine[m]!, 0));
  });
}
