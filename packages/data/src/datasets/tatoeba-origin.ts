/** The pairs of manythings.org/anki, split by the English sentence so that none of it is in two parts. */
import { DataError } from '@seqloom/core/errors';
import { unzipSync } from 'fflate';
import { type Conversion, github } from './dataset-source.js';
import { md5Modulo } from './md5.js';

type Part = 'train' | 'dev' | 'test';

const archive = 'fra-eng.zip';
const list = 'fra.txt';

/** How a part is made: md5 of the English in lower case, modulo 200, says where a pair belongs (0 test, 1 dev), and training gives up what dev or test have in French. */
export function tatoebaOrigin(part: Part): Conversion {
  return {
    urls: [github('genimind/seq2seq', '4f3f8eb0', archive)],
    convert: ([zip]) => {
      const parts = split.get(zip!) ?? splitPairs(zip!);
      split.set(zip!, parts);
      return parts[part];
    },
  };
}

/** What was made of an archive already, as all three parts come at once. */
const split = new WeakMap<Uint8Array, Record<Part, string>>();

function splitPairs(zip: Uint8Array): Record<Part, string> {
  const { [list]: bytes } = unzipSync(zip, { filter: ({ name }) => name === list });
  if (!bytes) throw new DataError('loadDataset(tatoeba-eng-fra)', `there is no ${list} in ${archive}`);
  const parts: Record<Part, [english: string, french: string][]> = { train: [], dev: [], test: [] };
  for (const line of new TextDecoder('utf-8', { fatal: true }).decode(bytes).split(/\r?\n/)) {
    const [english, french] = line.split('\t');
    if (english && french) parts[partOf(english)].push([english, french]);
  }
  const held = new Set([...parts.dev, ...parts.test].map(([, french]) => french));
  parts.train = parts.train.filter(([, french]) => !held.has(french));
  const text = (pairs: [string, string][]) => pairs.map(([english, french]) => `${english}\t${french}\n`).join('');
  return { train: text(parts.train), dev: text(parts.dev), test: text(parts.test) };
}

function partOf(english: string): Part {
  const rest = md5Modulo(english.toLowerCase(), 200);
  return rest === 0 ? 'test' : rest === 1 ? 'dev' : 'train';
}
