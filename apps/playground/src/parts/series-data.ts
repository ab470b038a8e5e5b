/** Series to forecast: made ones with a level, a trend, a season and noise, or the numbers of a file. */
import type { Rng } from '@seqloom/core';
import { DataError } from '@seqloom/core/errors';
import { numbersOf, readColumns } from './columns.js';
import { window } from './forecast-model.js';

/** Series between about 0 and 100: level, trend, a season of two waves, and noise. */
export function makeSeries(
  rng: Rng,
  { season, noise }: { season: number; noise: number },
  count: number,
  length: number,
) {
  return Array.from({ length: count }, () => {
    const [level, slope] = [35 + 30 * rng.uniform(), (rng.uniform() - 0.5) * 0.3];
    const [first, second] = [10 + 10 * rng.uniform(), 8 * rng.uniform()];
    const [phase, shift] = [2 * Math.PI * rng.uniform(), 2 * Math.PI * rng.uniform()];
    return Array.from({ length }, (_, t) => {
      const turn = (2 * Math.PI * t) / season;
      const wave = first * Math.sin(turn + phase) + second * Math.sin(2 * turn + shift);
      return level + slope * (t - length / 2) + wave + noise * rng.normal();
    });
  });
}

/** The numbers of a file: four fifths as one series, the rest cut into windows. */
export async function readSeries(file: File): Promise<[number[][], number[][]]> {
  const numbers = numbersOf(await readColumns('forecast', file));
  if (!numbers)
    throw new DataError('forecast', `${file.name} has no column in which every cell is a number`, {
      hint: 'one number a line is enough; decimals with a point',
    });
  if (numbers.length < 4 * window)
    throw new DataError('forecast', `${file.name} has ${numbers.length} numbers, at least ${4 * window} are needed`);
  const cut = Math.min(Math.floor(numbers.length * 0.8), numbers.length - window);
  const starts = Array.from({ length: Math.floor((numbers.length - cut - window) / 4) + 1 }, (_, i) => cut + 4 * i);
  return [[numbers.slice(0, cut)], starts.map((start) => numbers.slice(start, start + window))];
}
