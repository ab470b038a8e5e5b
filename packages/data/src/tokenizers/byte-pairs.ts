/** Byte-pair encoding: texts as ids of parts of words, learnt from texts. arXiv 1508.07909; over bytes as in GPT-2 (Radford et al. 2019). */
import { DataError, OptionError, show } from '@seqloom/core/errors';
import { count, knownOptions, oneOf } from '@seqloom/core/options';
import type { Examples } from '../pipe.js';
import { type Specials, Vocabulary } from '../vocabulary.js';
import { asByteCharacters, byteCharacters, fromByteCharacters, toByteCharacters } from './byte-alphabet.js';
import { cutOut, gpt2Words } from './cuts.js';
import { countWords } from './learning/count-words.js';
import { learnMerges } from './learning/learn-merges.js';
import { pauses, type Watching } from './learning/pauses.js';
import { type Merge, PairMerger } from './models/pair-merger.js';
import { Pipeline, type WordTokens } from './pipeline.js';
import { loadedJSON } from './saved.js';
import type { Tokenizer, TokenSpan } from './tokenizer.js';

type Alphabet = 'bytes' | 'characters';

export interface BytePairsOptions extends Watching {
  /** Ids in all, specials included; there are fewer when nothing more is frequent. */
  size: number;
  /** What words are built from: `bytes` (unless told), in which no text is unknown, or the `characters` of the texts. */
  alphabet?: Alphabet;
  /** How often two neighbours must occur to be joined; 2 unless told. */
  minCount?: number;
  specials?: Specials;
}

const format = 'seqloom/byte-pairs';
const version = 1;
/** A tokeniser of word parts: `decode(encode(text))` is the text, over bytes any well-formed one, over characters one of known characters. */
export class BytePairs implements Tokenizer {
  /** The word parts and their ids; over bytes each byte is written as one visible character. */
  readonly vocabulary: Vocabulary;
  readonly alphabet: Alphabet;
  readonly #merges: readonly Merge[];
  readonly #pipeline: Pipeline;

  private constructor(alphabet: Alphabet, vocabulary: Vocabulary, merges: readonly Merge[]) {
    this.alphabet = alphabet;
    this.vocabulary = vocabulary;
    this.#merges = merges;
    const merger = new PairMerger(merges);
    this.#pipeline = new Pipeline({
      steps: [{ cut: cutOut(gpt2Words) }, ...(alphabet === 'bytes' ? [{ rewrite: asByteCharacters }] : [])],
      model: (word) => merger.join(symbolTokens(word, vocabulary)),
    });
  }

  /** Learns from texts, in pieces that leave a page alive. Throws OptionError when `size` has no room for specials and alphabet. */
  static async train(texts: Examples<string>, options: BytePairsOptions): Promise<BytePairs> {
    const where = 'BytePairs.train';
    knownOptions(where, options, ['size', 'alphabet', 'minCount', 'specials', 'signal', 'onProgress']);
    const { size, alphabet = 'bytes', minCount = 2, specials } = options;
    oneOf(where, 'alphabet', alphabet, ['bytes', 'characters']);
    count(where, 'minCount', minCount);
    const pause = pauses(where, options);
    const counts = await countWords(where, texts, (text) => text.match(gpt2Words) ?? [], pause);
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
      merges.push(merge);
      await pause(tokens.length / bounds.size);
    }
    await pause(1);
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
    return this.#pipeline.encode(text);
  }

  /** The word parts with their places; parts of one character, as of an emoji, have the place of the whole. */
  tokenize(text: string): TokenSpan[] {
    return this.#pipeline.tokenize(text, this.vocabulary);
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
}

function symbolsOf(text: string, alphabet: Alphabet): string[] {
  return alphabet === 'bytes' ? toByteCharacters(text) : [...text];
}

/** Each symbol's id and place. */
function symbolTokens(word: string, vocabulary: Vocabulary): WordTokens {
  const [ids, starts, ends]: number[][] = [[], [], []];
  let at = 0;
  for (const symbol of word) {
    ids!.push(vocabulary.id(symbol));
    starts!.push(at);
    at += symbol.length;
    ends!.push(at);
  }
  return { ids: ids!, starts: starts!, ends: ends! };
}

function checkedJSON(value: unknown): { alphabet: Alphabet; vocabulary: Vocabulary; merges: [number, number][] } {
  const { json, vocabulary, fail } = loadedJSON('BytePairs.fromJSON', format, version, value);
  const { alphabet, merges } = json;
  if (alphabet !== 'bytes' && alphabet !== 'characters') return fail(`no alphabet: ${show(alphabet)}`);
  const whole = alphabet === 'characters' || byteCharacters.every((character) => vocabulary.has(character));
  if (!whole) return fail('the vocabulary has not all bytes');
  const isPair = (pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every(Number.isInteger);
  if (!Array.isArray(merges) || !merges.every(isPair)) return fail('`merges` must be pairs of ids');
  return { alphabet, vocabulary, merges };
}
