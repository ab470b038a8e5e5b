/** What every tokeniser of word parts does. */
import type { Vocabulary } from '../vocabulary.js';

/** A part of a text: `text.slice(start, end)` is what it stands for, nothing where it was only put in, as `[CLS]`. */
export interface TokenSpan {
  readonly id: number;
  /** As the vocabulary writes it: `##s`, `▁cat`, `Ġthe`. */
  readonly token: string;
  readonly start: number;
  readonly end: number;
}

/** Texts ↔ ids. Each tokeniser says which texts `decode(encode(text))` gives back as they were, and the normal form of the others. */
export interface Tokenizer {
  /** The tokens and their ids. */
  readonly vocabulary: Vocabulary;
  /** The ids of a text, none for an empty one. */
  encode(text: string): number[];
  /** As `encode`, each token with its place in the text. */
  tokenize(text: string): TokenSpan[];
  /** The text of ids without specials. Throws DataError when there is no such id. */
  decode(ids: Iterable<number>): string;
  /** For `fromJSON`: what is loaded encodes the same. */
  toJSON(): object;
}
