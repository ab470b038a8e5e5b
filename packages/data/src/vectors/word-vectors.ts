/** A matrix of word vectors, one row for each word of a vocabulary. */
import { OptionError, ShapeError, show } from '@seqloom/core/errors';
import { count } from '@seqloom/core/options';
import type { Vocabulary } from '../vocabulary.js';

/** A word and the cosine of the angle between its vector and the one asked for. */
export interface Neighbour {
  readonly word: string;
  readonly similarity: number;
}

interface Rows {
  vocabulary: Vocabulary;
  size: number;
  matrix: Float32Array;
  known: Uint8Array;
}

/** What `readWordVectors` gives. */
export class WordVectors {
  readonly vocabulary: Vocabulary;
  /** Numbers in each vector. */
  readonly size: number;
  /** Row after row in the order of the vocabulary's ids: [vocabulary.size, size]. */
  readonly matrix: Float32Array;
  /** How many words of the vocabulary the text had. */
  readonly found: number;
  readonly #known: Uint8Array;

  constructor({ vocabulary, size, matrix, known }: Rows) {
    this.vocabulary = vocabulary;
    this.size = size;
    this.matrix = matrix;
    this.#known = known;
    this.found = known.reduce((sum, one) => sum + one, 0);
  }

  /** The word's own row (no copy), undefined when the text did not have it. */
  vector(word: string): Float32Array | undefined {
    if (!this.vocabulary.has(word)) return undefined;
    const id = this.vocabulary.id(word);
    return this.#known[id] ? this.#row(id) : undefined;
  }

  /** The `amount` found words nearest to a word (itself left out) or to a vector [size] by cosine similarity, nearest first. Throws OptionError for a word that was not found. */
  nearest(query: string | ArrayLike<number>, amount = 10): Neighbour[] {
    const where = 'WordVectors.nearest';
    count(where, 'amount', amount);
    const target = typeof query === 'string' ? this.vector(query) : query;
    if (!target) throw new OptionError(where, `there is no vector of ${show(query)}`);
    if (target.length !== this.size) {
      throw new ShapeError(where, `a vector must have ${this.size} numbers, got ${target.length}`);
    }
    const ids = Array.from(this.#known.keys()).filter((id) => this.#known[id] && this.vocabulary.token(id) !== query);
    return ids
      .map((id) => ({ word: this.vocabulary.token(id), similarity: cosine(this.#row(id), target) }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, amount);
  }

  #row(id: number): Float32Array {
    return this.matrix.subarray(id * this.size, (id + 1) * this.size);
  }
}

/** 0 where a vector is 0. */
function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    squareA += a[i]! * a[i]!;
    squareB += b[i]! * b[i]!;
  }
  return product === 0 ? 0 : product / Math.sqrt(squareA * squareB);
}
