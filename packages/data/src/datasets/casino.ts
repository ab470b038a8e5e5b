/** The occasionally dishonest casino: 300 rolls of a die that is sometimes loaded. */
import type { DatasetSource } from './dataset-source.js';
import { type SeriesParts, series } from './series.js';

const rolls =
  '315116246446644245311321631164152133625144543631656626566666651166453132651245636664631636663162326455236266666625151631222555441666566563564324364131513465146353411126414626253356366163666466232534413661661163252562462255265252266435353336233121625364414432335163243633665562466662632666612355245242';
const dice =
  'FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFLLLLLLLLLLLLLLLLLLLLLFFFFFFFFFFFFLLLLLLLLLLLLLLLLFFFLLLLLLLLLLLLLLFFFFFFFFFFFFFFFFFLLLLLLLLLLLLLFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFLLLLLLLLFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFLLLLLLLLLLLLLLLLLLLLLLFFFFFFFFFFF';

/** `roll` from 1 to 6 and `true_die`: 0 is the fair die, 1 the loaded one. */
export const casino: DatasetSource<SeriesParts> = series(
  {
    title: 'The occasionally dishonest casino',
    licence: 'facts',
    citation:
      'Durbin, Eddy, Krogh, Mitchison: Biological Sequence Analysis. Cambridge University Press 1998, figure 3.5',
    source: 'the book',
  },
  {
    path: 'series/casino.csv',
    size: 1214,
    sha256: '19413f4caee3f2fa9b897826e88ed473be89e49af61fb58e4db1c78b618c7c25',
    origin: {
      urls: [],
      convert: () => `roll,true_die\n${[...rolls].map((roll, i) => `${roll},${dice[i]}\n`).join('')}`,
    },
  },
  (field) => ({ F: 0, L: 1 })[field] ?? Number(field),
);
