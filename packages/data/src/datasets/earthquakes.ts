/** Major earthquakes of the world, year by year. */
import type { DatasetSource } from './dataset-source.js';
import { type SeriesParts, series } from './series.js';

const first = 1900;
const counts =
  '13 14 8 10 16 26 32 27 18 32 36 24 22 23 22 18 25 21 21 14 8 11 14 23 18 17 19 20 22 19 13 26 13 14 22 24 21 22 26 21 23 24 27 41 31 27 35 26 28 36 39 21 17 22 17 19 15 34 10 15 22 18 15 20 15 22 19 16 30 27 29 23 20 16 21 21 25 16 18 15 18 14 10 15 8 15 6 11 8 7 18 16 13 12 13 20 15 16 12 18 15 16 13 15 16 11 11';

/** `year`, `count` from 1900 to 2006: how many earthquakes of magnitude 7 or more. The classic of Poisson HMMs. */
export const earthquakes: DatasetSource<SeriesParts> = series(
  {
    title: 'Major earthquakes 1900–2006',
    licence: 'facts (USGS)',
    citation: 'Zucchini, MacDonald, Langrock: Hidden Markov Models for Time Series, 2nd edition. CRC Press 2016',
    source: 'https://github.com/hmmlearn/hmmlearn/tree/e01a10e9 (examples/plot_poisson_hmm.py)',
  },
  {
    path: 'series/earthquakes.csv',
    size: 861,
    sha256: '4c4b1d822fd6e568f2a40c3f0dd81e889e0179b2bded049b52960609d792a4df',
    origin: {
      urls: [],
      convert: () =>
        `year,count\n${counts
          .split(' ')
          .map((count, i) => `${first + i},${count}\n`)
          .join('')}`,
    },
  },
);
