/** From a text to the tokens of its words: rewrites of the whole, cuts into words, and a model that takes words apart. */
import type { Vocabulary } from '../vocabulary.js';
import { AlignedText, type Edit, edited } from './aligned-text.js';
import type { TokenSpan } from './tokenizer.js';

/** What is to be changed in a text; `first` when it stands at the beginning. */
export type Rewrite = (text: string, first: boolean) => readonly Edit[];
/** The pieces that a text is cut into, as [start, end, start, end, …]; what lies between them is left out. */
export type Cut = (text: string) => readonly number[];
/** One step on the way to words. */
export type Step = { readonly rewrite: Rewrite } | { readonly cut: Cut };

/** The tokens of a word and their places in it, in code units. */
export interface WordTokens {
  readonly ids: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}
/** Takes a word apart. */
export type WordModel = (word: string) => WordTokens;

export interface PipelineParts {
  readonly normalizers?: readonly Rewrite[];
  readonly steps: readonly Step[];
  readonly model: WordModel;
}

const cacheSize = 20_000;
const longestCached = 64;

/** The same for all tokenisers; words that were seen before are taken from memory. */
export class Pipeline {
  readonly #normalizers: readonly Rewrite[];
  /** Up to the last cut: what follows depends on the word alone. */
  readonly #steps: readonly Step[];
  readonly #spelling: readonly Rewrite[];
  readonly #model: WordModel;
  readonly #caches = [new Map<string, WordTokens>(), new Map<string, WordTokens>()] as const;

  constructor({ normalizers = [], steps, model }: PipelineParts) {
    const last = steps.findLastIndex((step) => 'cut' in step) + 1;
    this.#normalizers = normalizers;
    this.#steps = steps.slice(0, last);
    this.#spelling = steps.slice(last).flatMap((step) => ('rewrite' in step ? [step.rewrite] : []));
    this.#model = model;
  }

  encode(text: string): number[] {
    const ids: number[] = [];
    this.encodeInto(ids, this.normalized(text), true);
    return ids;
  }

  tokenize(text: string, vocabulary: Vocabulary): TokenSpan[] {
    return this.spans(this.normalize(AlignedText.of(text)), true, vocabulary);
  }

  /** As `normalize`, the text alone. */
  normalized(text: string): string {
    return this.#normalizers.reduce((whole, rewrite) => edited(whole, rewrite(whole, true)), text);
  }

  normalize(text: AlignedText): AlignedText {
    return this.#normalizers.reduce((whole, rewrite) => whole.edit(rewrite(whole.text, true)), text);
  }

  /** What the model takes apart. */
  words(text: string): string[] {
    const normal = this.normalized(text);
    return this.#pieces(normal, true).map((piece, i) => this.#spell(piece, i === 0).text);
  }

  /** Appends the ids of a normalised text, or of a part of one, which is `first` or not. */
  encodeInto(ids: number[], text: string, first: boolean): void {
    const pieces = this.#pieces(text, first);
    for (let i = 0; i < pieces.length; i++) {
      for (const id of this.#word(pieces[i]!, first && i === 0).ids) ids.push(id);
    }
  }

  #pieces(text: string, first: boolean): string[] {
    let pieces = text === '' ? [] : [text];
    for (const step of this.#steps) {
      pieces = pieces.flatMap((piece, i) => {
        if ('rewrite' in step) return edited(piece, step.rewrite(piece, first && i === 0));
        const places = step.cut(piece);
        const parts: string[] = [];
        for (let at = 0; at < places.length; at += 2) parts.push(piece.slice(places[at], places[at + 1]));
        return parts;
      });
    }
    return pieces;
  }

  /** As `encodeInto`, with places. */
  spans(text: AlignedText, first: boolean, vocabulary: Vocabulary): TokenSpan[] {
    let pieces = text.text === '' ? [] : [text];
    for (const step of this.#steps) {
      pieces = pieces.flatMap((piece, i) => {
        if ('rewrite' in step) return piece.edit(step.rewrite(piece.text, first && i === 0));
        const places = step.cut(piece.text);
        return Array.from({ length: places.length / 2 }, (_, k) => piece.slice(places[2 * k]!, places[2 * k + 1]!));
      });
    }
    return pieces.flatMap((piece, i) => {
      const { ids, starts, ends } = this.#word(piece.text, first && i === 0);
      return ids.map((id, k) => {
        const [start, end] = piece.source(starts[k]!, ends[k]!);
        return { id, token: vocabulary.token(id), start, end };
      });
    });
  }

  #word(text: string, first: boolean): WordTokens {
    const cache = this.#caches[first ? 1 : 0];
    const known = cache.get(text);
    if (known) return known;
    const word = this.#cutWord(text, first);
    if (text.length > longestCached) return word;
    if (cache.size >= cacheSize) cache.clear();
    cache.set(text, word);
    return word;
  }

  #spell(text: string, first: boolean): AlignedText {
    return this.#spelling.reduce((word, rewrite) => word.edit(rewrite(word.text, first)), AlignedText.of(text));
  }

  #cutWord(text: string, first: boolean): WordTokens {
    const spelt = this.#spell(text, first);
    const { ids, starts, ends } = this.#model(spelt.text);
    if (spelt.text === text) return { ids, starts, ends };
    const places = ids.map((_, i) => spelt.source(starts[i]!, ends[i]!));
    return { ids, starts: places.map(([start]) => start), ends: places.map(([, end]) => end) };
  }
}
