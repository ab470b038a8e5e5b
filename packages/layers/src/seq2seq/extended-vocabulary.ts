/** The words of a batch's sources that the target vocabulary lacks, as symbols behind it. */
import { count, DataError, knownOptions } from '@seqloom/core';

export interface ExtendedVocabularyOptions {
  /** The words of each row's source. */
  sources: readonly (readonly string[])[];
  /** V, the size of the target vocabulary. */
  vocabularySize: number;
  /** The target id of a word, or undefined where it has none. */
  idOf(word: string): number | undefined;
  /** The id of the unknown word. */
  unknown: number;
}

/** Gives each row's unknown source words the ids V, V+1, … in the order in which they appear, so that they can be copied. arXiv:1704.04368 */
export class ExtendedVocabulary {
  /** V and as many symbols as the row with the most unknown words needs. */
  readonly size: number;
  /** The symbol of every word of the sources, row by row: what `copies` of a CopyBatch is made of. */
  readonly sources: readonly (readonly number[])[];
  readonly #options: ExtendedVocabularyOptions;
  readonly #words: readonly (readonly string[])[];

  constructor(options: ExtendedVocabularyOptions) {
    knownOptions('ExtendedVocabulary', options, ['sources', 'vocabularySize', 'idOf', 'unknown']);
    const V = count('ExtendedVocabulary', 'vocabularySize', options.vocabularySize);
    this.#options = options;
    this.#words = options.sources.map((words) => [
      ...new Set(words.filter((word) => options.idOf(word) === undefined)),
    ]);
    this.size = V + Math.max(0, ...this.#words.map((words) => words.length));
    this.sources = options.sources.map((words, row) => this.encode(row, words));
  }

  /** The symbols of a text of this row: unknown words that are not in its source become `unknown`. */
  encode(row: number, words: readonly string[]): number[] {
    const { vocabularySize, idOf, unknown } = this.#options;
    const own = this.#wordsOf(row);
    return words.map((word) => {
      const place = own.indexOf(word);
      return idOf(word) ?? (place === -1 ? unknown : vocabularySize + place);
    });
  }

  /** The words of symbols that were written for this row; `wordOf` says those of the target vocabulary. Throws DataError on a symbol the row has not. */
  decode(row: number, ids: readonly number[], wordOf: (id: number) => string): string[] {
    const own = this.#wordsOf(row);
    const { vocabularySize } = this.#options;
    return ids.map((id) => {
      if (id < vocabularySize) return wordOf(id);
      const word = own[id - vocabularySize];
      if (word !== undefined) return word;
      throw new DataError('ExtendedVocabulary.decode', `symbol ${id} is no word of row ${row}'s source`);
    });
  }

  #wordsOf(row: number): readonly string[] {
    const own = this.#words[row];
    if (own) return own;
    throw new DataError('ExtendedVocabulary', `there are ${this.#words.length} rows, got row ${row}`);
  }
}
