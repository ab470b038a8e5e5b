/** Word vectors as text, `word v1 v2 …`: the files of GloVe (Pennington et al. 2014), word2vec (arXiv 1301.3781) and fastText. */
import { DataError, OptionError, show } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';
import { isRng, type Rng } from '@seqloom/core/rng';
import { type ReadOptions, records } from '../formats/records.js';
import { checkSource, placeOf, type TextSource } from '../formats/text-source.js';
import { Vocabulary } from '../vocabulary.js';
import { VectorLines, type WordVector } from './vector-lines.js';
import { WordVectors } from './word-vectors.js';

export interface WordVectorsOptions extends ReadOptions {
  /** The words that are wanted, one row each in this order; unless told all words of the text, in the text's order behind the specials. */
  vocabulary?: Vocabulary;
  /** Reads the first so many words only: such files begin with the most frequent words. */
  limit?: number;
  /** Draws the rows of words that are not in the text, as widely spread as the others; unless given these rows are 0. */
  rng?: Rng;
}

/**
 * Reads word vectors from text, a URL, a File, bytes or a stream, plain or gzip, keeping only what is wanted. A first line `count size` is
 * understood; a word may hold blanks, as in GloVe; of a word that comes twice the first vector counts. Throws DataError, with the line, on anything else.
 */
export async function readWordVectors(source: TextSource, options: WordVectorsOptions = {}): Promise<WordVectors> {
  const where = 'readWordVectors';
  checkSource(where, source);
  knownOptions(where, options, ['vocabulary', 'limit', 'rng', 'onBad']);
  const { vocabulary, limit = Infinity, rng, onBad } = options;
  if (limit !== Infinity) count(where, 'limit', limit);
  if (rng !== undefined && !isRng(rng)) throw new OptionError(where, `\`rng\` must be an Rng, got ${show(rng)}`);
  const place = placeOf(where, source);
  const lines = new VectorLines(place, limit, vocabulary && ((word) => vocabulary.has(word)));
  const found = new Map<string, Float32Array>();
  for await (const { word, vector } of records<WordVector>(place, source, lines, onBad)) {
    if (!found.has(word)) found.set(word, vector);
    if (lines.words >= limit) break;
  }
  if (lines.size === 0) throw new DataError(place, 'there is no word vector in it');
  return fill(vocabulary ?? inOrder(found.keys()), lines.size, found, rng);
}

/** The words in the order of the text: their counts fall. */
function inOrder(words: Iterable<string>): Vocabulary {
  const listed = [...words];
  return Vocabulary.build(new Map(listed.map((word, i) => [word, listed.length - i])));
}

function fill(vocabulary: Vocabulary, size: number, found: ReadonlyMap<string, Float32Array>, rng?: Rng): WordVectors {
  const matrix = new Float32Array(vocabulary.size * size);
  const known = new Uint8Array(vocabulary.size);
  let squares = 0;
  for (const [word, vector] of found) {
    if (!vocabulary.has(word)) continue; // reads like a special
    const id = vocabulary.id(word);
    matrix.set(vector, id * size);
    known[id] = 1;
    for (const value of vector) squares += value * value;
  }
  const rows = known.reduce((sum, one) => sum + one, 0);
  const deviation = Math.sqrt(squares / Math.max(1, rows * size));
  if (rng) {
    for (let i = 0; i < matrix.length; i++) {
      if (!known[Math.floor(i / size)]) matrix[i] = rng.normal() * deviation;
    }
  }
  return new WordVectors({ vocabulary, size, matrix, known });
}
