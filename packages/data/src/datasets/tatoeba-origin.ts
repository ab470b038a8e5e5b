/** The pairs of manythings.org/anki, split by the English sentence so that none of it is in two parts. */
import { md5 } from '@noble/hashes/legacy.js';
import { DataError } from '@seqloom/core/errors';
import { unzipSync } from 'fflate';
import { type Conversion, github } from './dataset-source.js';

type Part = 'train' | 'dev' | 'test';

const archive = 'fra-eng.zip';
const list = 'fra.txt';

/** How a part is made: md5 of the English in lower case, modulo 200, says where a pair belongs (0 test, 1 dev), and training gives up what dev or test have in French. */
export function tatoebaOrigin(part: Part): Conversion {
  return {
    urls: [github('genimind/seq2seq', '4f3f8eb0', archive)],
    convert: ([zip]) => {
      const { [list]: bytes } = unzipSync(zip!, { filter: ({ name }) => name === list });
      if (!bytes) throw new DataError('loadDataset(tatoeba-eng-fra)', `there is no ${list} in ${archive}`);
      return tatoebaPart(new TextDecoder('utf-8', { fatal: true }).decode(bytes), part);
    },
  };
}

function tatoebaPart(text: string, part: Part): string {
  const pairs = text.split(/\r?\n/).flatMap((line) => {
    const [english, french] = line.split('\t');
    return english && french ? [{ english, french, part: partOf(english) }] : [];
  });
  const held = new Set(pairs.filter((pair) => pair.part !== 'train').map(({ french }) => french));
  const kept = pairs.filter((pair) => pair.part === part && (part !== 'train' || !held.has(pair.french)));
  return kept.map(({ english, french }) => `${english}\t${french}\n`).join('');
}

function partOf(english: string): Part {
  const rest = remainder(md5(new TextEncoder().encode(english.toLowerCase())), 200);
  return rest === 0 ? 'test' : rest === 1 ? 'dev' : 'train';
}

/** A number of many bytes, the highest first, modulo a small one. */
export function remainder(bytes: Uint8Array, divisor: number): number {
  return bytes.reduce((rest, byte) => (rest * 256 + byte) % divisor, 0);
}
