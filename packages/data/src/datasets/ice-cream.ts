/** How many ice creams someone ate each day: was it hot or cold? */
import type { DatasetSource } from './dataset-source.js';
import { type SeriesParts, series } from './series.js';

const cones = '233232322313311121113121112332322';

/** `day` from 1 to 33 and `cones` from 1 to 3. */
export const iceCream: DatasetSource<SeriesParts> = series(
  {
    title: "Eisner's ice cream diary",
    licence: 'facts',
    citation:
      'Eisner: An Interactive Spreadsheet for Teaching the Forward-Backward Algorithm. ACL Workshop on Teaching NLP 2002',
    source: 'the paper',
  },
  {
    path: 'series/ice_cream.csv',
    size: 166,
    sha256: 'c0802ad0381e6e352a171e34259010de3e97a7e18109bf82337d7df1107d7334',
    origin: { urls: [], convert: () => `day,cones\n${[...cones].map((cone, i) => `${i + 1},${cone}\n`).join('')}` },
  },
);
