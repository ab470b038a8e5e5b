/** The S&P 500 index month by month since 1871. */
import { type DatasetSource, github } from './dataset-source.js';
import { type SeriesParts, series } from './series.js';

const repository = 'datasets/s-and-p-500';
const commit = 'f2389866';

/** 1,866 months; `Date` is the year and its twelfths (1871-02-01 is 1871 + 1/12); 0 stands where a value is not known. */
export const sp500: DatasetSource<SeriesParts> = series(
  {
    title: 'S&P 500 with dividends, earnings and prices since 1871',
    licence: 'ODC-PDDL 1.0 (as declared by the packager)',
    citation: 'Shiller: Irrational Exuberance. Princeton University Press 2005, and its data pages',
    source: `https://github.com/${repository}/tree/${commit}`,
  },
  {
    path: 'series/sp500_monthly.csv',
    size: 123698,
    sha256: '28d16941c581bda9bdcae4e0f9e3cc4b61204f8484e8c2249abdde2efe2cc3c4',
    origin: github(repository, commit, 'data/data.csv'),
  },
  (field) => {
    const [, year, month] = /^(\d{4})-(\d\d)-\d\d$/.exec(field) ?? [];
    return year ? Number(year) + (Number(month) - 1) / 12 : Number(field);
  },
);
