/** A language model of words for labels that are characters. */
import { count, DataError, knownOptions } from '@seqloom/core';
import type { NGramModel, NGramState } from './n-gram-model.js';
import type { LabelModel } from './prefix-beam-search.js';

export interface SpelledWordsOptions {
  /** Over the places of `words`. */
  model: NGramModel;
  /** How each word is spelled, in labels without the separator. */
  words: readonly (readonly number[])[];
  /** The label between words. */
  separator: number;
  /** The log-probability of a word that is not among them; −∞ unless told, so that nothing else is decoded. */
  unknown?: number;
}

export interface SpelledState {
  readonly before: NGramState;
  /** The labels of the word that has begun, joined by spaces. */
  readonly begun: string;
}

/** Says nothing until a word ends, and then what `model` says of it; a prefix that begins no word is given up at once unless unknown words may be. */
export class SpelledWords implements LabelModel<SpelledState> {
  readonly #model: NGramModel;
  readonly #separator: number;
  readonly #unknown: number;
  readonly #ids = new Map<string, number>();
  readonly #prefixes = new Set<string>(['']);

  /** Throws OptionError, and DataError where two words are spelled alike, or one with the separator or with nothing. */
  constructor(options: SpelledWordsOptions) {
    knownOptions('SpelledWords', options, ['model', 'words', 'separator', 'unknown']);
    this.#model = options.model;
    this.#separator = count('SpelledWords', 'separator', options.separator, 0);
    this.#unknown = options.unknown ?? -Infinity;
    for (const [id, labels] of options.words.entries()) this.#learn(id, labels);
  }

  start(): SpelledState {
    return { before: this.#model.start(), begun: '' };
  }

  next(state: SpelledState, label: number): { logProbability: number; state: SpelledState; words: number } {
    if (label === this.#separator) {
      const { logProbability, before, words } = this.#ended(state);
      return { logProbability, state: { before, begun: '' }, words };
    }
    const begun = state.begun === '' ? String(label) : `${state.begun} ${label}`;
    const known = this.#unknown > -Infinity || this.#prefixes.has(begun);
    return { logProbability: known ? 0 : -Infinity, state: { before: state.before, begun }, words: 0 };
  }

  end(state: SpelledState): { logProbability: number; words: number } {
    const { logProbability, before, words } = this.#ended(state);
    return { logProbability: logProbability + this.#model.end(before).logProbability, words };
  }

  /** The word that has begun is over; separators in a row, or before the first word, end none. */
  #ended({ before, begun }: SpelledState): { logProbability: number; before: NGramState; words: number } {
    if (begun === '') return { logProbability: 0, before, words: 0 };
    const id = this.#ids.get(begun);
    if (id === undefined) return { logProbability: this.#unknown, before: [], words: 1 };
    const { logProbability, state } = this.#model.next(before, id);
    return { logProbability, before: state, words: 1 };
  }

  #learn(id: number, labels: readonly number[]): void {
    const spelling = labels.join(' ');
    if (labels.length === 0 || labels.includes(this.#separator) || this.#ids.has(spelling)) {
      const known = this.#ids.get(spelling);
      const problem = known === undefined ? 'nothing, or with the separator' : `the same as word ${known}`;
      throw new DataError('SpelledWords', `word ${id} is spelled with ${problem}`);
    }
    this.#ids.set(spelling, id);
    for (let n = 1; n <= labels.length; n++) this.#prefixes.add(labels.slice(0, n).join(' '));
  }
}
