/** Eruptions of the geyser Old Faithful. */
import { type DatasetSource, github } from './dataset-source.js';
import { type SeriesParts, series } from './series.js';

const repository = 'observablehq/plot';
const commit = '1c6b239d';

/** `eruptions` (how long, minutes) and `waiting` (to the next, minutes), 272 in succession. */
export const faithful: DatasetSource<SeriesParts> = series(
  {
    title: 'Old Faithful',
    licence: 'facts',
    citation: 'Azzalini, Bowman: A look at some data on the Old Faithful geyser. Applied Statistics 39, 1990',
    source: `https://github.com/${repository}/tree/${commit}/test/data`,
  },
  {
    path: 'series/faithful.tsv',
    size: 2466,
    sha256: 'b296ecadf2814baf29c18477441006c1c54f229dce6f811fc969d45204f0ba2a',
    origin: github(repository, commit, 'test/data/faithful.tsv'),
  },
);
