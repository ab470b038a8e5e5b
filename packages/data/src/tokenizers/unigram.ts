/** Unigram language model of word parts: the most probable way to cut a word, the n best, or one drawn at random. Kudo 2018, arXiv 1804.10959. */
import { OptionError, show } from '@seqloom/core/errors';
import { count, knownOptions, oneOf, within } from '@seqloom/core/options';
import { defaultRng, type Rng } from '@seqloom/core/rng';
import type { Examples } from '../pipe.js';
import { type Specials, Vocabulary } from '../vocabulary.js';
import { cutOut } from './cuts.js';
import { countWords } from './learning/count-words.js';
import { learnUnigram } from './learning/learn-unigram.js';
import { pauses, type Watching } from './learning/pauses.js';
import { type Arc, UnigramModel } from './models/lattice.js';
import { Pipeline, type Step, type WordTokens } from './pipeline.js';
import { prepending, replacing, unicodeForm } from './rewrites.js';
import { loadedJSON } from './saved.js';
import type { Tokenizer, TokenSpan } from './tokenizer.js';

export interface UnigramOptions extends Watching {
  /** Ids in all, specials included; there are fewer when the texts have no more frequent parts. */
  size: number;
  /** Characters in a token at most; 16 unless told. */
  maxLength?: number;
  /** The Unicode normal form that texts are brought to; NFKC unless told. */
  normalForm?: NormalForm;
  specials?: Specials;
}

/** Another way to cut a text, and its log-probability. */
export interface Segmentation {
  readonly ids: number[];
  readonly score: number;
}

type NormalForm = 'NFC' | 'NFKC' | 'none';

const format = 'seqloom/unigram';
const version = 1;
const normalForms: readonly NormalForm[] = ['NFC', 'NFKC', 'none'];
const blank = '▁';
/** A word with the blank before it, or other white space. */
const word = /▁[^▁\p{White_Space}]*|\p{White_Space}+|[^▁\p{White_Space}]+/gu;

/**
 * A tokeniser of word parts with probabilities; ▁ is the blank before a word. `decode(encode(text))` is the text in `normalForm`, with a blank for ▁, as
 * long as its characters are known; an unknown character is one unknown token.
 */
export class Unigram implements Tokenizer {
  readonly vocabulary: Vocabulary;
  readonly normalForm: NormalForm;
  readonly #scores: readonly number[];
  readonly #model: UnigramModel;
  readonly #pipeline: Pipeline;

  private constructor(vocabulary: Vocabulary, scores: readonly number[], normalForm: NormalForm) {
    this.vocabulary = vocabulary;
    this.normalForm = normalForm;
    this.#scores = scores;
    const tokens = vocabulary.tokens.map((token) => (vocabulary.has(token) ? token : ''));
    this.#model = new UnigramModel(tokens, scores);
    this.#pipeline = this.#through((text) => this.#tokens(this.#model.best(text).arcs));
  }

  /** Learns from texts, in pieces that leave a page alive. Throws OptionError when `size` has no room for specials and characters. */
  static async train(texts: Examples<string>, options: UnigramOptions): Promise<Unigram> {
    const where = 'Unigram.train';
    knownOptions(where, options, ['size', 'maxLength', 'normalForm', 'specials', 'signal', 'onProgress']);
    const { size, maxLength = 16, normalForm = 'NFKC', specials } = options;
    count(where, 'maxLength', maxLength);
    oneOf(where, 'normalForm', normalForm, normalForms);
    const pause = pauses(where, options);
    const reader = new Pipeline({ ...wordsOf(normalForm), model: () => ({ ids: [], starts: [], ends: [] }) });
    const counts = await countWords(where, texts, (text) => reader.words(text), pause);
    const reserved = Vocabulary.build([], { specials }).tokens;
    const alphabet = new Set([...counts.keys()].flatMap((text) => [...text]));
    const clash = reserved.find((token) => alphabet.has(token));
    if (clash) throw new OptionError(where, `a special must not read like a character: ${show(clash)}`);
    count(where, 'size', size, reserved.length + alphabet.size);
    const bounds = { size: size - reserved.length, maxLength, forbidden: new Set(reserved) };
    const { tokens, scores } = await learnUnigram([...counts], bounds, pause);
    await pause(1);
    const ranked = new Map(tokens.map((token, i) => [token, tokens.length - i]));
    const none = reserved.map(() => -Infinity);
    return new Unigram(Vocabulary.build(ranked, { specials }), [...none, ...scores], normalForm);
  }

  /** The most probable tokens (Viterbi). */
  encode(text: string): number[] {
    return this.#pipeline.encode(text);
  }

  tokenize(text: string): TokenSpan[] {
    return this.#pipeline.tokenize(text, this.vocabulary);
  }

  /** The `amount` most probable ways to cut a text, the best first; fewer where there are no more. */
  nBest(text: string, amount: number): Segmentation[] {
    count('Unigram.nBest', 'amount', amount);
    let ways: Segmentation[] = [{ ids: [], score: 0 }];
    for (const part of this.#words(text)) {
      const paths = this.#model.nBest(part, amount);
      const longer = ways.flatMap(({ ids, score }) =>
        paths.map((path) => ({ ids: [...ids, ...this.#tokens(path.arcs).ids], score: score + path.score })),
      );
      ways = longer.sort((a, b) => b.score - a.score).slice(0, amount);
    }
    return ways;
  }

  /** Another way to cut a text each time, drawn with probability ∝ P^temper (subword regularisation): 0 makes all ways alike, large values the best way sure. */
  sample(text: string, { temper = 1, rng = defaultRng }: { temper?: number; rng?: Rng } = {}): number[] {
    within('Unigram.sample', 'temper', temper, 0);
    return this.#words(text).flatMap((part) => this.#tokens(this.#model.sample(part, temper, rng)).ids);
  }

  /** The text of ids, up to the first `end`, without `padding` and `start`. Throws DataError when there is no such id. */
  decode(ids: Iterable<number>): string {
    return this.vocabulary.decode(ids).join('').replace(blank, '').replaceAll(blank, ' ');
  }

  toJSON(): object {
    const scores = this.#scores.map((score) => (score === -Infinity ? null : score));
    return { format, version, normalForm: this.normalForm, vocabulary: this.vocabulary.toJSON(), scores };
  }

  /** What `toJSON` gave. Throws DataError on anything else. */
  static fromJSON(value: unknown): Unigram {
    const { json, vocabulary, fail } = loadedJSON('Unigram.fromJSON', format, version, value);
    const { normalForm, scores } = json;
    const form = normalForms.find((name) => name === normalForm) ?? fail(`no normal form: ${show(normalForm)}`);
    const isScore = (score: unknown) => score === null || (typeof score === 'number' && score <= 0);
    if (!Array.isArray(scores) || scores.length !== vocabulary.size || !scores.every(isScore)) {
      return fail('`scores` must be a log-probability for each token');
    }
    return new Unigram(
      vocabulary,
      scores.map((score: number | null) => score ?? -Infinity),
      form,
    );
  }

  #words(text: string): string[] {
    return this.#pipeline.words(text);
  }

  #through(model: (text: string) => WordTokens): Pipeline {
    return new Pipeline({ ...wordsOf(this.normalForm), model });
  }

  #tokens(arcs: readonly Arc[]): WordTokens {
    const { unknown } = this.vocabulary;
    return {
      ids: arcs.map(({ id }) => (id === -1 ? unknown : id)),
      starts: arcs.map(({ start }) => start),
      ends: arcs.map(({ end }) => end),
    };
  }
}

function wordsOf(normalForm: NormalForm) {
  const form = normalForm === 'none' ? [] : [unicodeForm(normalForm)];
  const steps: Step[] = [{ cut: cutOut(word) }];
  return { normalizers: [...form, replacing(/ /g, blank), prepending(blank)], steps };
}
