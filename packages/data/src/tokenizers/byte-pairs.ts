/** Byte-pair encoding: texts as ids of parts of words, learnt from texts. arXiv 1508.07909; over bytes as in GPT-2 (Radford et al. 2019). */
import { DataError, OptionError, show, UsageError } from '@seqloom/core/errors';
import { count, knownOptions, oneOf } from '@seqloom/core/options';
import { type Examples, pipe } from '../pipe.js';
import { type Specials, Vocabulary } from '../vocabulary.js';
import { byteCharacters, fromByteCharacters, toByteCharacters } from './byte-alphabet.js';
import { joinPairs, learnMerges, type Merge } from './learn-merges.js';
import { pairKey } from './pair-counts.js';

type Alphabet = 'bytes' | 'characters';

export interface BytePairsOptions {
  /** Ids in all, specials included; there are fewer when nothing more is frequent. */
  size: number;
  /** What words are built from: `bytes` (unless told), in which no text is unknown, or the `characters` of the texts. */
  alphabet?: Alphabet;
  /** How often two neighbours must occur to be joined; 2 unless told. */
  minCount?: number;
  specials?: Specials;
  /** Ends the training with a UsageError. */
  signal?: AbortSignal;
}

const format = 'seqloom/byte-pairs';
const version = 1;
const cacheSize = 20_000;

/** What is encoded apart: words with the blank before them, numbers, punctuation, white space. Joined they are the text. */
const piece = /'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** A tokeniser of word parts: `decode(encode(text))` is the text, over bytes any well-formed one, over characters one of known characters. */
export class BytePairs {
  /** The word parts and their ids; over bytes each byte is written as one visible character. */
  readonly vocabulary: Vocabulary;
  readonly alphabet: Alphabet;
  readonly #merges: readonly Merge[];
  readonly #ranks: ReadonlyMap<number, number>;
  readonly #cache = new Map<string, readonly number[]>();

  private constructor(alphabet: Alphabet, vocabulary: Vocabulary, merges: readonly Merge[]) {
    this.alphabet = alphabet;
    this.vocabulary = vocabulary;
    this.#merges = merges;
    this.#ranks = new Map(merges.map(({ left, right }, rank) => [pairKey(left, right), rank]));
  }

  /** Learns from texts, in pieces that leave a page alive. Throws OptionError when `size` has no room for specials and alphabet. */
  static async train(texts: Examples<string>, options: BytePairsOptions): Promise<BytePairs> {
    const where = 'BytePairs.train';
    knownOptions(where, options, ['size', 'alphabet', 'minCount', 'specials', 'signal']);
    const { size, alphabet = 'bytes', minCount = 2, specials, signal } = options;
    oneOf(where, 'alphabet', alphabet, ['bytes', 'characters']);
    count(where, 'minCount', minCount);
    const counts = await countPieces(texts);
    const symbols = alphabet === 'bytes' ? byteCharacters : new Set([...counts.keys()].flatMap((text) => [...text]));
    const tokens = [...symbols].sort();
    const reserved = Vocabulary.build([], { specials }).tokens;
    const clash = tokens.find((token) => reserved.includes(token));
    if (clash) throw new OptionError(where, `a special must not read like a symbol of the alphabet: ${show(clash)}`);
    count(where, 'size', size, reserved.length + tokens.length);
    const ids = new Map(tokens.map((token, id) => [token, id]));
    const words = Array.from(counts, ([text, times]) => ({
      symbols: symbolsOf(text, alphabet).map((symbol) => ids.get(symbol)!),
      count: times,
    }));
    const merges: Merge[] = [];
    const bounds = { size: size - reserved.length, minCount, forbidden: new Set(reserved) };
    for (const merge of learnMerges(tokens, words, bounds)) {
      if (merges.push(merge) % 128 === 0) await new Promise((goOn) => setTimeout(goOn));
      if (signal?.aborted) throw new UsageError(where, 'stopped by its signal', { cause: signal.reason });
    }
    const ranked = new Map(tokens.map((token, i) => [token, tokens.length - i]));
    const shift = reserved.length;
    const shifted = merges.map(({ left, right, joined }) => ({
      left: left + shift,
      right: right + shift,
      joined: joined + shift,
    }));
    return new BytePairs(alphabet, Vocabulary.build(ranked, { specials }), shifted);
  }

  /** The ids of a text's word parts, without `start` and `end`. */
  encode(text: string): number[] {
    return (text.match(piece) ?? []).flatMap((part) => {
      const known = this.#cache.get(part);
      if (known) return known;
      const ids = this.#encodePiece(part);
      if (this.#cache.size >= cacheSize) this.#cache.clear();
      this.#cache.set(part, ids);
      return ids;
    });
  }

  /** The text of ids, up to the first `end`, without `padding` and `start`. Throws DataError when there is no such id. */
  decode(ids: Iterable<number>): string {
    const text = this.vocabulary.decode(ids).join('');
    return this.alphabet === 'bytes' ? fromByteCharacters(text) : text;
  }

  toJSON(): object {
    const merges = this.#merges.map(({ left, right }) => [left, right]);
    return { format, version, alphabet: this.alphabet, vocabulary: this.vocabulary.toJSON(), merges };
  }

  /** What `toJSON` gave. Throws DataError on anything else. */
  static fromJSON(value: unknown): BytePairs {
    const { alphabet, vocabulary, merges } = checkedJSON(value);
    const joined = merges.map(([left, right]): Merge => {
      const text = vocabulary.token(left) + vocabulary.token(right);
      if (!vocabulary.has(text)) throw new DataError('BytePairs.fromJSON', `\`merges\` makes ${show(text)}, no token`);
      return { left, right, joined: vocabulary.id(text) };
    });
    return new BytePairs(alphabet, vocabulary, joined);
  }

  #encodePiece(text: string): readonly number[] {
    let ids = this.vocabulary.encode(symbolsOf(text, this.alphabet));
    while (true) {
      let first = Infinity;
      for (let i = 1; i < ids.length; i++) {
        first = Math.min(first, this.#ranks.get(pairKey(ids[i - 1]!, ids[i]!)) ?? Infinity);
      }
      if (first === Infinity) return ids;
      ids = joinPairs(ids, this.#merges[first]!); // every later merge builds on earlier ones: all at once is the same
    }
  }
}

function symbolsOf(text: string, alphabet: Alphabet): string[] {
  return alphabet === 'bytes' ? toByteCharacters(text) : [...text];
}

async function countPieces(texts: Examples<string>): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const text of pipe(texts)) {
    for (const part of text.match(piece) ?? []) counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  return counts;
}

function checkedJSON(value: unknown): { alphabet: Alphabet; vocabulary: Vocabulary; merges: [number, number][] } {
  const fail = (problem: string): never => {
    throw new DataError('BytePairs.fromJSON', problem, { hint: 'pass what toJSON() gave' });
  };
  const json = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (json.format !== format) return fail(`not byte pairs: ${show(value)}`);
  if (json.version !== version) return fail(`version ${show(json.version)} is not known here, only ${version}`);
  const { alphabet, merges } = json;
  const vocabulary = Vocabulary.fromJSON(json.vocabulary);
  if (alphabet !== 'bytes' && alphabet !== 'characters') return fail(`no alphabet: ${show(alphabet)}`);
  const whole = alphabet === 'characters' || byteCharacters.every((character) => vocabulary.has(character));
  if (!whole) return fail('the vocabulary has not all bytes');
  const isPair = (pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every(Number.isInteger);
  if (!Array.isArray(merges) || !merges.every(isPair)) return fail('`merges` must be pairs of ids');
  return { alphabet, vocabulary, merges };
}
