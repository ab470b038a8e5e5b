/** WordPiece: words as their longest known parts, as BERT reads them. Schuster & Nakajima 2012; arXiv 1810.04805. */
import { OptionError, show } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';
import type { Examples } from '../pipe.js';
import { type Specials, Vocabulary } from '../vocabulary.js';
import { cutAt, punctuation, whiteSpace } from './cuts.js';
import { countWords } from './learning/count-words.js';
import { learnMerges } from './learning/learn-merges.js';
import { pauses, type Watching } from './learning/pauses.js';
import { longestMatch } from './models/longest-match.js';
import { Pipeline } from './pipeline.js';
import { bertForm } from './rewrites.js';
import { loadedJSON } from './saved.js';
import type { Tokenizer, TokenSpan } from './tokenizer.js';

export interface WordPieceOptions extends Watching {
  /** Ids in all, specials included; there are fewer when nothing more is frequent. */
  size: number;
  /** Small letters without accents, as in BERT's uncased models; off unless told. */
  lowercase?: boolean;
  /** How often two neighbours must occur to be joined; 2 unless told. */
  minCount?: number;
  /** A longer word is unknown; 100 unless told. */
  maxCharacters?: number;
  specials?: Specials;
}

interface Settings {
  readonly lowercase: boolean;
  readonly maxCharacters: number;
}

const format = 'seqloom/word-piece';
const version = 1;
const continuation = '##';
const steps = [{ cut: cutAt(whiteSpace, 'Removed') }, { cut: cutAt(punctuation, 'Isolated') }];

/**
 * A tokeniser of word parts, `##` before those within a word. `decode(encode(text))` has one blank between words and punctuation, no control characters
 * and with `lowercase` no accents or capitals; a word that cannot be put together is unknown as a whole.
 */
export class WordPiece implements Tokenizer {
  readonly vocabulary: Vocabulary;
  readonly #settings: Settings;
  readonly #pipeline: Pipeline;

  private constructor(vocabulary: Vocabulary, settings: Settings) {
    this.vocabulary = vocabulary;
    this.#settings = settings;
    const { unknown, tokens } = vocabulary;
    this.#pipeline = new Pipeline({
      ...wordsOf(settings.lowercase),
      model: longestMatch({
        tokens: tokens.map((token) => (vocabulary.has(token) ? token : '')),
        continuation,
        unknown,
        maxCharacters: settings.maxCharacters,
      }),
    });
  }

  /**
   * Learns from texts by joining the most frequent neighbours, as the trainer of Hugging Face's tokenizers does (BERT's own was never published), in pieces
   * that leave a page alive. Throws OptionError when `size` has no room for specials and characters.
   */
  static async train(texts: Examples<string>, options: WordPieceOptions): Promise<WordPiece> {
    const where = 'WordPiece.train';
    const known = ['size', 'lowercase', 'minCount', 'maxCharacters', 'specials', 'signal', 'onProgress'];
    knownOptions(where, options, known);
    const { size, lowercase = false, minCount = 2, maxCharacters = 100, specials } = options;
    count(where, 'minCount', minCount);
    count(where, 'maxCharacters', maxCharacters);
    const pause = pauses(where, options);
    const reader = new Pipeline({ ...wordsOf(lowercase), model: () => ({ ids: [], starts: [], ends: [] }) });
    const counts = await countWords(where, texts, (text) => reader.words(text), pause);
    const spelt = [...counts.keys()].map((word) => [...word].map((symbol, i) => (i > 0 ? continuation : '') + symbol));
    const tokens = [...new Set(spelt.flat())].sort();
    const reserved = Vocabulary.build([], { specials }).tokens;
    const clash = tokens.find((token) => reserved.includes(token));
    if (clash) throw new OptionError(where, `a special must not read like a character: ${show(clash)}`);
    count(where, 'size', size, reserved.length + tokens.length);
    const ids = new Map(tokens.map((token, id) => [token, id]));
    const times = [...counts.values()];
    const words = spelt.map((symbols, i) => ({ symbols: symbols.map((symbol) => ids.get(symbol)!), count: times[i]! }));
    const write = (left: string, right: string) => left + right.slice(continuation.length);
    const bounds = { size: size - reserved.length, minCount, forbidden: new Set(reserved), write };
    for (const _ of learnMerges(tokens, words, bounds)) await pause(tokens.length / bounds.size);
    await pause(1);
    const ranked = new Map(tokens.map((token, i) => [token, tokens.length - i]));
    return new WordPiece(Vocabulary.build(ranked, { specials }), { lowercase, maxCharacters });
  }

  encode(text: string): number[] {
    return this.#pipeline.encode(text);
  }

  tokenize(text: string): TokenSpan[] {
    return this.#pipeline.tokenize(text, this.vocabulary);
  }

  /** Words with a blank between, up to the first `end`, without `padding` and `start`. Throws DataError when there is no such id. */
  decode(ids: Iterable<number>): string {
    const parts = this.vocabulary.decode(ids);
    return parts.map((part, i) => joined(part, i > 0)).join('');
  }

  toJSON(): object {
    return { format, version, ...this.#settings, vocabulary: this.vocabulary.toJSON() };
  }

  /** What `toJSON` gave. Throws DataError on anything else. */
  static fromJSON(value: unknown): WordPiece {
    const { json, vocabulary, fail } = loadedJSON('WordPiece.fromJSON', format, version, value);
    const { lowercase, maxCharacters } = json;
    if (typeof lowercase !== 'boolean') return fail('`lowercase` must be true or false');
    if (!Number.isInteger(maxCharacters) || (maxCharacters as number) < 1)
      return fail('`maxCharacters` must be a count');
    return new WordPiece(vocabulary, { lowercase, maxCharacters: maxCharacters as number });
  }
}

function wordsOf(lowercase: boolean) {
  const form = { cleanText: true, spaceChinese: true, stripAccents: lowercase, lowercase };
  return { normalizers: bertForm(form), steps };
}

function joined(part: string, behind: boolean): string {
  if (part.startsWith(continuation) && part.length > continuation.length) return part.slice(continuation.length);
  return behind ? ` ${part}` : part;
}
