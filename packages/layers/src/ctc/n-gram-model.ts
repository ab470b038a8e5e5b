/** Language models of n-grams with backoff: trained from sequences of ids, scored one id at a time, kept as JSON. */
import { count, DataError, knownOptions, oneOf, show, within } from '@seqloom/core';
import { type Backoffs, countNGrams, type NGramCounts } from './n-gram-counts.js';
import type { LabelModel } from './prefix-beam-search.js';

export interface NGramOptions {
  /** The length of the longest n-grams, 3 unless told. */
  order?: number;
  /** Ids are whole numbers below. */
  vocabularySize: number;
  /** Interpolated Kneser–Ney unless told; 'additive' gives each n-gram `k` times what the shorter one expects. */
  smoothing?: 'kneserNey' | 'additive';
  /** For additive smoothing: how many expected occurrences are added for each id of the vocabulary, 0.1 unless told. */
  k?: number;
}

/** What `save` writes: n-grams by their ids, joined by spaces, with log-probability and log-backoff; `</s>` stands for the end, `<s>` for the start. */
export interface StoredNGrams {
  readonly format: 'seqloom n-grams 1';
  readonly order: number;
  readonly vocabularySize: number;
  readonly grams: Readonly<Record<string, readonly [logProbability: number, logBackoff: number]>>;
}

/** The ids before the next one, at most order − 1 of them, the start included. */
export type NGramState = readonly NGramToken[];
type NGramToken = number | '<s>' | '</s>';

const noGram: readonly [number, number] = [-Infinity, 0];

/** p(id | ids before), in natural logarithms: that of the longest n-gram that is known, less what backing off to it costs. */
export class NGramModel implements LabelModel<NGramState> {
  readonly order: number;
  readonly vocabularySize: number;
  readonly #grams: ReadonlyMap<string, readonly [number, number]>;

  /** Most come from `train`, `load` or `readArpa`. Throws OptionError. */
  constructor(order: number, vocabularySize: number, grams: ReadonlyMap<string, readonly [number, number]>) {
    this.order = count('NGramModel', 'order', order);
    this.vocabularySize = count('NGramModel', 'vocabularySize', vocabularySize);
    this.#grams = grams;
  }

  /** From sequences of ids. Throws OptionError, and DataError on ids that are not in the vocabulary. Kneser & Ney, ICASSP 1995; MacKay & Peto 1995 */
  static train(sequences: Iterable<readonly number[]>, options: NGramOptions): NGramModel {
    const where = 'NGramModel.train';
    knownOptions(where, options, ['order', 'vocabularySize', 'smoothing', 'k']);
    const { order = 3, vocabularySize, smoothing = 'kneserNey', k = 0.1 } = options;
    count(where, 'order', order);
    count(where, 'vocabularySize', vocabularySize);
    oneOf(where, 'smoothing', smoothing, ['kneserNey', 'additive']);
    within(where, 'k', k, Number.MIN_VALUE);
    const counts = countNGrams(sequences, order, vocabularySize, smoothing === 'kneserNey');
    return new NGramModel(order, vocabularySize, smoothed(counts, vocabularySize, smoothing === 'additive' ? k : 0));
  }

  /** From what `save` wrote, parsed. Throws DataError. */
  static load(stored: StoredNGrams): NGramModel {
    if (stored?.format !== 'seqloom n-grams 1' || typeof stored.grams !== 'object' || stored.grams === null) {
      throw new DataError('NGramModel.load', `not an n-gram model: ${show(stored)}`);
    }
    const grams = new Map(Object.entries(stored.grams));
    for (const [key, value] of grams) {
      if (Array.isArray(value) && value.length === 2 && value.every((x) => typeof x === 'number')) continue;
      throw new DataError('NGramModel.load', `n-gram '${key}' has ${show(value)} instead of two logarithms`);
    }
    return new NGramModel(stored.order, stored.vocabularySize, grams);
  }

  /** For JSON.stringify; −∞ does not occur, since JSON has none. */
  save(): StoredNGrams {
    const grams = [...this.#grams].map(([key, [p, b]]) => [key, [Math.max(p, -1e30), Math.max(b, -1e30)]] as const);
    const { order, vocabularySize } = this;
    return { format: 'seqloom n-grams 1', order, vocabularySize, grams: Object.fromEntries(grams) };
  }

  start(): NGramState {
    return this.#last(['<s>']);
  }

  next(state: NGramState, id: number): { logProbability: number; state: NGramState } {
    return { logProbability: this.#score(state, id), state: this.#last([...state, id]) };
  }

  end(state: NGramState): { logProbability: number } {
    return { logProbability: this.#score(state, '</s>') };
  }

  /** log p of a whole sequence, its end included. */
  score(ids: readonly number[]): number {
    let [total, state] = [0, this.start()];
    for (const id of ids) {
      const { logProbability, state: after } = this.next(state, id);
      [total, state] = [total + logProbability, after];
    }
    return total + this.end(state).logProbability;
  }

  #score(state: NGramState, token: NGramToken): number {
    let backoff = 0;
    for (let from = 0; from <= state.length; from++) {
      const context = state.slice(from).join(' ');
      const known = this.#grams.get(context === '' ? String(token) : `${context} ${token}`);
      if (known) return backoff + known[0];
      if (context !== '') backoff += (this.#grams.get(context) ?? noGram)[1];
    }
    return -Infinity;
  }

  #last(tokens: NGramState): NGramState {
    return tokens.slice(Math.max(0, tokens.length - this.order + 1));
  }
}

/**
 * Log-probabilities and backoffs from counts: with discount D, p(w | h) = max(c(hw) − D, 0)/c(h) + γ(h)·p(w | shorter h); with k·V expected
 * occurrences m, p(w | h) = (c(hw) + m·p(w | shorter h))/(c(h) + m). Below the shortest, all ids and the end are equally probable.
 */
function smoothed({ byOrder }: NGramCounts, V: number, k: number): Map<string, [number, number]> {
  const grams = new Map<string, [number, number]>([['<s>', [-Infinity, 0]]]);
  const uniform = 1 / (V + 1);
  for (const { counts, contexts, discount } of byOrder) {
    const gamma = (context: string) => gammaOf(contexts.get(context), k * V, discount);
    for (const [key, n] of counts) {
      const cut = key.lastIndexOf(' ');
      const context = cut < 0 ? '' : key.slice(0, cut);
      const { total } = contexts.get(context)!;
      const shorter = cut < 0 ? uniform : Math.exp(lookUp(grams, key.slice(key.indexOf(' ') + 1)));
      const own = k > 0 ? n / (total + k * V) : Math.max(n - discount, 0) / total;
      grams.set(key, [Math.log(own + gamma(context) * shorter), 0]);
    }
    for (const context of contexts.keys()) {
      if (context === '') for (const id of unseen(V, counts)) grams.set(id, [Math.log(gamma('') * uniform), 0]);
      else grams.get(context)![1] = Math.log(gamma(context));
    }
  }
  return grams;
}

function gammaOf(context: Backoffs | undefined, m: number, discount: number): number {
  const { total, kinds } = context!;
  return m > 0 ? m / (total + m) : (discount * kinds) / total;
}

/** The log-probability of a shorter n-gram, which is known because the longer one is. */
function lookUp(grams: ReadonlyMap<string, readonly [number, number]>, key: string): number {
  return grams.get(key)![0];
}

function unseen(V: number, counts: ReadonlyMap<string, number>): string[] {
  return [...Array.from({ length: V }, (_, id) => String(id)), '</s>'].filter((key) => !counts.has(key));
}
